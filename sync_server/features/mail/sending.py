"""Sending what is due: each mail under a lease, tried again later and later, sent once as far as servers answer."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.headerregistry import Address
from typing import NamedTuple

from sqlalchemy import Connection, and_, update

from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from sync_server.features.mail.messages import Attachment, draw, message_of, sender_of
from sync_server.features.mail.outbox import HELD
from sync_server.features.mail.queries import (
    StoredMail,
    attachments_of,
    due_mail,
    find_mail,
    free_to_send,
)
from sync_server.features.mail.smtp import Carrier, Delivery, SmtpServer, smtp_server
from sync_server.features.mail.tables import MAIL_ATTACHMENTS, MAIL_OUTBOX
from sync_server.foundation.database import Database
from sync_server.foundation.tasks import Chore
from sync_server.settings import Settings

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than a slow conversation: after it the mail counts as abandoned, and another worker may take it."""
AGAIN_AFTER_SECONDS = (30, 60, 120, 300, 900, 1800, 3600)
"""After the first, second … failed try; the last one for all that follow."""
AWAY_SECONDS = 300
"""At most so long when the server was away: then it is not the mail's own fault."""
GIVE_UP_AFTER = timedelta(days=5)
MOST_A_PASS = 50
POLL_SECONDS = 2.0


class PassReport(NamedTuple):
    """What one pass over the outbox did."""

    sent: int = 0
    put_off: int = 0
    undeliverable: int = 0
    note: str = ""
    """Why nothing more was tried, when something stood in the way."""


class _Claimed(NamedTuple):
    mail: StoredMail
    lease: str


class MailSender:
    """Takes mails from the outbox to the mail server of the settings; several may work at once."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        *,
        carrier: Callable[[SmtpServer], Carrier] = Carrier,
    ) -> None:
        """`carrier` makes the connection; tests give one that breaks on purpose."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._carrier = carrier

    def send_pass(self, *, put_off_too: bool = False, limit: int | None = None) -> PassReport:
        """Try each mail that is due once, and stop when the server is away.

        With `put_off_too` also those whose next try is later. Raises `DomainError("setting_wrong")`.
        """
        if not self._settings.smtp_url:
            return PassReport(note="No mail leaves: set ORDER_TRACK_SMTP_URL to a mail server.")
        server, sender = smtp_server(self._settings.smtp_url), sender_of(self._settings.mail_from)
        with self._database.reading() as connection:
            due = due_mail(connection, self._clock.now(), put_off_too=put_off_too, limit=limit)
        if not due:
            return PassReport()
        results: list[str] = []
        note = ""
        with self._carrier(server) as carrier:
            for mail_id in due:
                claimed = self._claim(mail_id)
                if claimed is None:
                    continue
                delivery = self._deliver(claimed.mail, carrier, sender)
                results.append(self._record(claimed, delivery))
                if delivery.server_away:
                    note = delivery.sentence
                    break
        return PassReport(results.count("sent"), results.count("queued"), results.count("undeliverable"), note)

    def _claim(self, mail_id: str) -> _Claimed | None:
        """Take a mail in hand; None when somebody else was quicker."""
        now, lease = self._clock.now(), new_id()

        def unit(connection: Connection) -> StoredMail | None:
            taken = connection.execute(
                update(MAIL_OUTBOX)
                .where(MAIL_OUTBOX.c.id == mail_id, free_to_send(now))
                .values(state="sending", lease=lease, leased_until=now + LEASE, attempts=MAIL_OUTBOX.c.attempts + 1)
            )
            return find_mail(connection, mail_id) if taken.rowcount == 1 else None

        mail = self._database.write_unit(unit)
        return None if mail is None else _Claimed(mail, lease)

    def _deliver(self, mail: StoredMail, carrier: Carrier, sender: Address) -> Delivery:
        try:
            message = message_of(mail, drawn_attachments(self._database, mail.id), sender)
        except Exception:
            # A fault of ours: the mail is kept and tried again, and holds up no other.
            logger.exception("mail %s could not be written", mail.id)
            return Delivery("again", "The server stumbled over this mail; its log says why.")
        return carrier.deliver(message, sender=sender.addr_spec, recipient=mail.recipient)

    def _record(self, claimed: _Claimed, delivery: Delivery) -> str:
        """Write down what became of a try; gives the mail's new state."""
        mail, now = claimed.mail, self._clock.now()
        values = _after(mail, delivery, now)
        mine = MAIL_OUTBOX.c.lease == claimed.lease
        # What has left has left, even when the lease ran out meanwhile and another worker has the mail in hand.
        may_write = MAIL_OUTBOX.c.state != "sent" if delivery.result == "sent" else mine
        self._database.write_unit(
            lambda connection: connection.execute(
                update(MAIL_OUTBOX).where(MAIL_OUTBOX.c.id == mail.id, may_write).values(values)
            )
        )
        state = str(values["state"])
        if state == "undeliverable":
            logger.warning("mail %s is undeliverable after %d tries", mail.id, mail.attempts)
        else:
            logger.info("mail %s is %s after %d tries", mail.id, state, mail.attempts)
        return state


def mail_chore(database: Database, settings: Settings, clock: Clock) -> Chore:
    """The background work of mail, for the worker."""
    sender = MailSender(database, settings, clock)

    def run() -> bool:
        report = sender.send_pass(limit=MOST_A_PASS)
        return not report.note and report.sent + report.put_off + report.undeliverable == MOST_A_PASS

    return Chore("mail", POLL_SECONDS, run)


def drawn_attachments(database: Database, mail_id: str) -> list[Attachment]:
    """What goes along with a mail, drawn and stored by whoever needs it first."""
    with database.reading() as connection:
        stored = attachments_of(connection, mail_id)
    drawn = [draw(one) for one in stored]
    missing = [(one, new) for one, new in zip(stored, drawn, strict=True) if one.content is None]

    def keep(connection: Connection) -> None:
        for one, new in missing:
            is_it = and_(MAIL_ATTACHMENTS.c.mail_id == one.mail_id, MAIL_ATTACHMENTS.c.position == one.position)
            connection.execute(update(MAIL_ATTACHMENTS).where(is_it).values(content=new.content))

    if missing:
        database.write_unit(keep)
    return drawn


def hold_waiting_mail(connection: Connection) -> int:
    """After a restore: nothing that waited leaves before a person says so; gives how many there are."""
    waiting = MAIL_OUTBOX.c.state.in_(["queued", "sending"])
    values = {"state": "held", "last_error": HELD, "leased_until": None, "lease": ""}
    return int(connection.execute(update(MAIL_OUTBOX).where(waiting).values(values)).rowcount)


def release_held(connection: Connection, now: datetime) -> int:
    """Queue everything that is held; gives how many there were."""
    values = {"state": "queued", "last_error": "", "next_attempt_at": now, "queued_at": now}
    return int(connection.execute(update(MAIL_OUTBOX).where(MAIL_OUTBOX.c.state == "held").values(values)).rowcount)


def drop_held(connection: Connection) -> int:
    """Call everything that is held sent, as of when it was written; gives how many there were."""
    values = {"state": "sent", "last_error": "", "sent_at": MAIL_OUTBOX.c.written_at}
    return int(connection.execute(update(MAIL_OUTBOX).where(MAIL_OUTBOX.c.state == "held").values(values)).rowcount)


def retry_mail(connection: Connection, mail_id: str, now: datetime, *, recipient: str | None = None) -> None:
    """Queue an undeliverable or waiting mail again, now, with the same Message-ID; on wish to another address.

    Raises `DomainError`: `not_found`, `already_sent`.
    """
    mail = find_mail(connection, mail_id)
    if mail is None:
        raise DomainError("not_found", f"There is no mail {mail_id} in the outbox.", id=mail_id)
    if mail.state == "sent":
        raise DomainError("already_sent", "This mail has left already; it is not sent twice.", id=mail_id)
    values: dict[str, object] = {"state": "queued", "next_attempt_at": now, "queued_at": now, "lease": ""}
    if recipient is not None:
        values["recipient"] = recipient
    connection.execute(update(MAIL_OUTBOX).where(MAIL_OUTBOX.c.id == mail_id).values(values))


def _after(mail: StoredMail, delivery: Delivery, now: datetime) -> dict[str, object]:
    """The columns of a mail after a try."""
    if delivery.result == "sent":
        return {"state": "sent", "sent_at": now, "last_error": "", "leased_until": None}
    given_up = delivery.result == "again" and now - mail.queued_at >= GIVE_UP_AFTER
    if delivery.result == "undeliverable" or given_up:
        error = delivery.sentence if not given_up else f"Given up after five days. {delivery.sentence}"
        return {"state": "undeliverable", "last_error": error, "leased_until": None}
    seconds = AGAIN_AFTER_SECONDS[min(mail.attempts, len(AGAIN_AFTER_SECONDS)) - 1]
    if delivery.server_away:
        seconds = min(seconds, AWAY_SECONDS)
    return {
        "state": "queued",
        "next_attempt_at": now + timedelta(seconds=seconds),
        "last_error": delivery.sentence,
        "leased_until": None,
    }
