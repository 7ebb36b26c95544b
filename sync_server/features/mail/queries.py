"""What stands in the outbox: for the sender, the commands and the operator's status."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from sync_server.features.mail.tables import MAIL_ATTACHMENTS, MAIL_OUTBOX
from sync_server.settings import Settings

STATES = ("queued", "held", "sending", "sent", "undeliverable")


class StoredMail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail of the outbox as it now stands."""

    id: str
    kind: str
    organisation_id: str
    about_id: str
    message_id: str
    recipient: str
    recipient_name: str
    reply_to: str
    reply_to_name: str
    subject: str
    body: str
    written_at: datetime
    queued_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime
    last_error: str
    sent_at: datetime | None


class StoredAttachment(NamedTuple):
    """What belongs to a mail; `content` is None until somebody has drawn it from `document`."""

    mail_id: str
    position: int
    name: str
    media_type: str
    document: str
    content: bytes | None


class MailStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the outbox stands, with the sentence that an operator reads."""

    counts: dict[str, int]
    oldest_waiting_at: datetime | None
    smtp_configured: bool
    sentence: str


_COLUMNS = [MAIL_OUTBOX.c[field] for field in StoredMail.__struct_fields__]


def find_mail(connection: Connection, mail_id: str) -> StoredMail | None:
    """The mail with this id, or None."""
    row = connection.execute(select(*_COLUMNS).where(MAIL_OUTBOX.c.id == mail_id)).first()
    return None if row is None else StoredMail(**row._mapping)


def list_mail(connection: Connection, *, state: str = "", limit: int | None = None) -> list[StoredMail]:
    """Mails in the order in which they were written, all of them or those of one state; the newest `limit`."""
    chosen = select(*_COLUMNS).order_by(MAIL_OUTBOX.c.written_at.desc(), MAIL_OUTBOX.c.id.desc()).limit(limit)
    if state:
        chosen = chosen.where(MAIL_OUTBOX.c.state == state)
    return [StoredMail(**row._mapping) for row in reversed(connection.execute(chosen).all())]


def attachments_of(connection: Connection, mail_id: str) -> list[StoredAttachment]:
    """What belongs to the mail, in its order."""
    columns = [MAIL_ATTACHMENTS.c[field] for field in StoredAttachment._fields]
    chosen = select(*columns).where(MAIL_ATTACHMENTS.c.mail_id == mail_id).order_by(MAIL_ATTACHMENTS.c.position)
    return [StoredAttachment(*row) for row in connection.execute(chosen)]


def free_to_send(now: datetime) -> ColumnElement[bool]:
    """Nobody has it in hand: it is queued, or whoever had it let the lease run out."""
    abandoned = and_(MAIL_OUTBOX.c.state == "sending", MAIL_OUTBOX.c.leased_until < now)
    return or_(MAIL_OUTBOX.c.state == "queued", abandoned)


def due_mail(connection: Connection, now: datetime, *, put_off_too: bool, limit: int | None) -> list[str]:
    """Ids of the mails to try, the one that is due longest first; with `put_off_too` also those due later."""
    chosen = select(MAIL_OUTBOX.c.id).where(free_to_send(now)).order_by(MAIL_OUTBOX.c.next_attempt_at, MAIL_OUTBOX.c.id)
    if not put_off_too:
        chosen = chosen.where(MAIL_OUTBOX.c.next_attempt_at <= now)
    return list(connection.execute(chosen.limit(limit)).scalars())


def mail_status(connection: Connection, settings: Settings) -> MailStatus:
    """Counts by state, the age of what waits, and whether there is a mail server to give it to."""
    by_state = select(MAIL_OUTBOX.c.state, func.count().label("mails")).group_by(MAIL_OUTBOX.c.state)
    found = {row.state: int(row.mails) for row in connection.execute(by_state)}
    counts = {state: found.get(state, 0) for state in STATES}
    is_waiting = MAIL_OUTBOX.c.state.in_(["queued", "sending"])
    oldest = select(MAIL_OUTBOX.c.written_at).where(is_waiting).order_by(MAIL_OUTBOX.c.written_at).limit(1)
    return MailStatus(
        counts=counts,
        oldest_waiting_at=connection.execute(oldest).scalar(),
        smtp_configured=bool(settings.smtp_url),
        sentence=_sentence(counts, settings),
    )


def _sentence(counts: dict[str, int], settings: Settings) -> str:
    waiting = counts["queued"] + counts["sending"]
    said = "No mail waits." if waiting == 0 else f"{waiting} {'mail waits' if waiting == 1 else 'mails wait'}."
    if not settings.smtp_url:
        said += " No mail leaves: set ORDER_TRACK_SMTP_URL to a mail server."
    held = counts["held"]
    if held:
        what = "mail is" if held == 1 else "mails are"
        said += f" {held} {what} held since a restore: see “mail release”."
    stuck = counts["undeliverable"]
    if stuck:
        what = "mail is" if stuck == 1 else "mails are"
        said += f" {stuck} {what} undeliverable: see “mail list --state undeliverable”."
    return said
