"""The mail to a distributor whose file is held."""

from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import Clock
from sync_server.features.feeds.cells import instant_text
from sync_server.features.feeds.history import Run
from sync_server.features.mail.letters import Letter, write
from sync_server.features.mail.outbox import Outbox
from sync_server.features.sync.records import ServerRecords


class HeldMail:
    """Writes the mail in the transaction that holds the run; a distributor without an address gets none."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        """`outbox` is where the mail goes."""
        self._outbox = outbox
        self._clock = clock

    def __call__(self, connection: Connection, run: Run) -> None:
        """An `OnHeld` (`runs.py`)."""
        house = ServerRecords(connection).need(Organisation, run.distributor_id)
        if house.email:
            self._outbox.put(connection, held_letter(run, house), now=self._clock.now())


def held_letter(run: Run, house: Organisation) -> Letter:
    """What the distributor is told."""
    subject, body = write(
        "feed_held",
        {
            "dataset": run.dataset,
            "as_of": instant_text(run.as_of),
            "distributor": house.name,
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
        dedupe_key=f"feed_held:{run.id}",
        organisation_id=house.id,
        about_id=run.id,
        recipient=house.email,
        recipient_name=house.name,
        subject=subject,
        body=body,
    )
