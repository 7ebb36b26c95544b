"""Writing mails into a folder, each as an .eml file that any mail program opens."""

import re
from pathlib import Path

from shared_models.kernel.errors import DomainError
from sync_server.features.mail.messages import message_of, sender_of
from sync_server.features.mail.queries import StoredMail, list_mail
from sync_server.features.mail.sending import drawn_attachments
from sync_server.foundation.database import Database
from sync_server.settings import Settings


def export_mail(database: Database, settings: Settings, folder: Path, *, state: str = "") -> list[Path]:
    """Write all mails, or those of one state, in the order in which they were written; gives the files.

    Raises `DomainError("folder_unwritable")` when the folder cannot be written to.
    """
    with database.reading() as connection:
        mails = list_mail(connection, state=state)
    sender = sender_of(settings.mail_from)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails, start=1):
            message = message_of(mail, drawn_attachments(database, mail.id), sender)
            path = folder / _file_name(number, mail)
            path.write_bytes(message.as_bytes())
            written.append(path)
    except OSError as error:
        raise DomainError("folder_unwritable", f"{folder} cannot be written to: {error.strerror}.") from None
    return written


def _file_name(number: int, mail: StoredMail) -> str:
    """`003-sample_request-samples-at-kravel.example.eml`: nothing of it can leave the folder."""
    recipient = re.sub(r"[^A-Za-z0-9._-]+", "_", mail.recipient.replace("@", "-at-"))[:80]
    return f"{number:03d}-{mail.kind}-{recipient}.eml"
