"""A real SMTP server on this machine that keeps every mail it takes as a file, so that the day can read its post."""

from __future__ import annotations

import email
import email.policy
import threading
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from desktop.demo.server_process import free_port


class Letter(NamedTuple):
    """One mail as it arrived: to whom it was sent, and the message."""

    recipients: tuple[str, ...]
    message: EmailMessage
    file: Path

    @property
    def text(self) -> str:
        """The plain text of the mail."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""

    @property
    def attachments(self) -> list[tuple[str, bytes]]:
        """Name and bytes of each attached file."""
        return [
            (part.get_filename() or "", part.get_payload(decode=True))  # type: ignore[misc]
            for part in self.message.iter_attachments()
        ]


class PostOffice:
    """Takes mail on a free loopback port until it is closed; every mail lands in `folder` as an .eml file."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._arrived = threading.Condition()
        self._letters: list[Letter] = []
        port = free_port()
        self.url = f"smtp://127.0.0.1:{port}"
        """For the server's ORDER_TRACK_SMTP_URL."""
        self._controller = Controller(self, hostname="127.0.0.1", port=port, server_hostname="post-office.example")
        self._controller.start()

    @property
    def letters(self) -> list[Letter]:
        """Everything that has arrived, in order."""
        with self._arrived:
            return list(self._letters)

    def wait_for(self, count: int, *, seconds: float) -> list[Letter]:
        """Wait until `count` mails have arrived in all, at most `seconds`; returns what is there then."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._letters) >= count, timeout=seconds)
            return list(self._letters)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the SMTP server with each mail."""
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        with self._arrived:
            file = self._folder / f"{len(self._letters) + 1:03d}.eml"
            file.write_bytes(content)
            assert isinstance(message, EmailMessage), "the default policy makes these"
            self._letters.append(Letter(tuple(envelope.rcpt_tos), message, file))
            self._arrived.notify_all()
        return "250 Message accepted for delivery"

    def close(self) -> None:
        """Stop taking mail."""
        self._controller.stop()

    def __enter__(self) -> PostOffice:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
