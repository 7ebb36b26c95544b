"""The mail to a distributor whose file is held."""

from sqlalchemy import Connection

from shared_models.accounts.records import Membership, Organisation, Person
from shared_models.kernel.clock import Clock
from shared_models.kernel.operation import Role
from sync_server.features.feeds.cells import instant_text
from sync_server.features.feeds.history import Run
from sync_server.features.mail.letters import Letter, write
from sync_server.features.mail.outbox import Outbox
from sync_server.features.mail.wording import address_or_none, one_line
from sync_server.features.sync.records import ServerRecords


class HeldMail:
    """Writes the mail in the transaction that holds the run: to each master, who can accept or reject it.

    A distributor without a master gets it at its own address; without an address, nobody.
    """

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        """`outbox` is where the mail goes."""
        self._outbox = outbox
        self._clock = clock

    def __call__(self, connection: Connection, run: Run) -> None:
        """An `OnHeld` (`runs.py`)."""
        records = ServerRecords(connection)
        house = records.need(Organisation, run.distributor_id)
        masters = records.find(Membership, organisation_id=house.id, role=Role.MASTER)
        people = [records.need(Person, member.person_id) for member in masters]
        known: list[Person | Organisation] = [one for one in people if address_or_none(one.email)]
        for whom in known or [house]:
            if address := address_or_none(whom.email):
                self._outbox.put(connection, held_letter(run, house, whom, address), now=self._clock.now())


def held_letter(run: Run, house: Organisation, whom: Person | Organisation, address: str) -> Letter:
    """What a person of the distributor's is told, or the distributor itself."""
    subject, body = write(
        "feed_held",
        {
            "dataset": run.dataset,
            "as_of": instant_text(run.as_of),
            "distributor": one_line(house.name),
            "sentence": run.sentence,
            "new": f"{run.rows_new:,}",
            "changed": f"{run.rows_changed:,}",
            "gone": f"{run.rows_gone:,}",
            "unchanged": f"{run.rows_unchanged:,}",
            "run_id": run.id,
        },
    )
    return Letter(
        kind="feed_held",
        dedupe_key=f"feed_held:{run.id}:{whom.id}",
        organisation_id=house.id,
        about_id=run.id,
        recipient=address,
        recipient_name=whom.name,
        subject=subject,
        body=body,
    )
