"""Putting a mail into the outbox, in the transaction of what it speaks of: it leaves if, and only if, that commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from shared_models.kernel.ids import new_id
from sync_server.features.mail.letters import Letter
from sync_server.features.mail.tables import MAIL_ATTACHMENTS, MAIL_OUTBOX
from sync_server.features.mail.wording import one_line
from sync_server.features.sync.later import Later
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.bulk import bulk_insert, insert_new, run_bulk_of_mappings
from sync_server.foundation.driver_sql import instant_value

HELD = "It may have left before the server was restored from a backup."


class _Mail(NamedTuple):
    """A row of the outbox, and the one of what is attached."""

    values: dict[str, Any]
    attachment: dict[str, Any] | None


class Outbox:
    """Where mails wait; `mail_from` (the setting) gives their ids the sender's domain."""

    def __init__(self, mail_from: str) -> None:
        """Nothing is opened or read."""
        self._domain = parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"

    def put(self, connection: Connection, letter: Letter, *, now: datetime) -> str | None:
        """Write the mail in the caller's transaction and give its id; None when its occasion was written before."""
        mail = self._mail(letter, instant_value(now, connection.dialect), held=False)
        return mail.values["id"] if _write(connection, [mail]) else None

    def put_later(self, records: ServerRecords, letter: Letter, *, now: datetime, held: bool) -> None:
        """Write the mail with everything else of an operation, unless its occasion was written before.

        `held`: it may have left before the server was restored, so a person decides whether it leaves now.
        """
        written_at = instant_value(now, records.connection.dialect)
        records.later(WaitingMails).mails.append(self._mail(letter, written_at, held=held))

    def _mail(self, letter: Letter, written_at: Any, *, held: bool) -> _Mail:
        mail_id = new_id()
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
        document = letter.request_document
        if document is None:
            return _Mail(values, None)
        attachment = {
            "mail_id": mail_id,
            "position": 1,
            "name": f"sample-request-{document.number}.pdf",
            "media_type": "application/pdf",
            "document": msgspec.json.encode(document).decode(),
            "content": None,
        }
        return _Mail(values, attachment)


class WaitingMails(Later):
    """The mails of one transaction."""

    def __init__(self, connection: Connection) -> None:
        """None yet."""
        super().__init__(connection)
        self.mails: list[_Mail] = []

    def mark(self) -> int:
        """How many there are."""
        return len(self.mails)

    def take_back(self, to: int) -> None:
        """Only the first `to` of them are to leave."""
        del self.mails[to:]

    def write(self) -> None:
        """Put them into the outbox."""
        _write(self.connection, self.mails)
        self.mails = []


def _write(connection: Connection, mails: Sequence[_Mail]) -> set[str]:
    """Write mails with what belongs to them; gives the ids of those whose occasion was not written before."""
    dialect = connection.dialect
    new = insert_new(connection, MAIL_OUTBOX, "dedupe_key", [mail.values for mail in mails])
    attachments = [mail.attachment for mail in mails if mail.attachment is not None and mail.values["id"] in new]
    run_bulk_of_mappings(connection, bulk_insert(MAIL_ATTACHMENTS, dialect), attachments)
    return new
