"""Putting a mail into the outbox, in the transaction of what it speaks of: it leaves if, and only if, that commits."""

from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, Dialect, insert

from shared_models.kernel.ids import new_id
from sync_server.features.mail.letters import Letter
from sync_server.features.mail.tables import MAIL_ATTACHMENTS, MAIL_OUTBOX
from sync_server.features.mail.wording import one_line
from sync_server.foundation.driver_sql import Ready, instant_value, ready, rows_with
from sync_server.foundation.upsert import insert_or

HELD = "It may have left before the server was restored from a backup."


class Outbox:
    """Where mails wait; `mail_from` (the setting) gives their ids the sender's domain."""

    def __init__(self, mail_from: str) -> None:
        """Nothing is opened or read."""
        self._domain = parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"

    def put(self, connection: Connection, letter: Letter, *, now: datetime, held: bool = False) -> str | None:
        """Write the mail in the caller's transaction and give its id; None when its occasion was written before.

        `held`: it may have left before the server was restored, so a person decides whether it leaves now.
        """
        mail_id = new_id()
        written_at = instant_value(now, connection.dialect)
        values = {
            "id": mail_id,
            "dedupe_key": letter.dedupe_key,
            "kind": letter.kind,
            "organisation_id": letter.organisation_id,
            "about_id": letter.about_id,
            "message_id": f"<{mail_id}@{self._domain}>",
            "recipient": letter.recipient,
            "recipient_name": one_line(letter.recipient_name),
            "reply_to": letter.reply_to,
            "reply_to_name": one_line(letter.reply_to_name),
            "subject": one_line(letter.subject),
            "body": letter.body,
            "written_at": written_at,
            "queued_at": written_at,
            "state": "held" if held else "queued",
            "attempts": 0,
            "next_attempt_at": written_at,
            "leased_until": None,
            "lease": "",
            "last_error": HELD if held else "",
            "sent_at": None,
        }
        if not rows_with(connection, _new_mail(connection.dialect), values):
            return None
        if letter.request_document is not None:
            self._attach(connection, mail_id, letter)
        return mail_id

    def _attach(self, connection: Connection, mail_id: str, letter: Letter) -> None:
        assert letter.request_document is not None
        attachment = {
            "mail_id": mail_id,
            "position": 1,
            "name": f"sample-request-{letter.request_document.number}.pdf",
            "media_type": "application/pdf",
            "document": msgspec.json.encode(letter.request_document).decode(),
            "content": None,
        }
        rows_with(connection, _new_attachment(connection.dialect), attachment)


@lru_cache
def _new_mail(dialect: Dialect) -> Ready:
    statement = insert_or(dialect, MAIL_OUTBOX).on_conflict_do_nothing(index_elements=["dedupe_key"])
    return ready(statement.returning(MAIL_OUTBOX.c.id), dialect)


@lru_cache
def _new_attachment(dialect: Dialect) -> Ready:
    return ready(insert(MAIL_ATTACHMENTS), dialect)
