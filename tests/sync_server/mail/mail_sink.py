"""A real mail server on loopback that does to mails what a test asks for."""

import asyncio
import socket
import threading
from collections import deque
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPT = "250 OK"
LOSE_THE_REPLY = "lose the reply"
WAIT = "wait"


class MailSink:
    """Keeps what it took. `at_rcpt` and `at_data` hold its next answers; when they are used up it accepts."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.at_rcpt: deque[str] = deque()
        self.at_data: deque[str] = deque()
        self.url = ""
        """Where it listens, once somebody has said so."""
        self.has_data = threading.Event()
        self.may_answer = threading.Event()
        self._took = threading.Condition()

    def wait_for(self, count: int, seconds: float) -> bool:
        """Until it took so many mails, at most so long."""
        with self._took:
            return self._took.wait_for(lambda: len(self.taken) >= count, seconds)

    @property
    def message_ids(self) -> list[str]:
        """Of everything that it took, in that order."""
        return [message["Message-ID"] for message in self.taken]

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_rcpt.popleft() if self.at_rcpt else ACCEPT
        if answer == ACCEPT:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.at_data.popleft() if self.at_data else ACCEPT
        if answer == WAIT:
            self.has_data.set()
            await asyncio.get_running_loop().run_in_executor(None, self.may_answer.wait)
            answer = ACCEPT
        if answer in (ACCEPT, LOSE_THE_REPLY):
            content = cast("bytes", envelope.content)
            with self._took:
                self.taken.append(message_from_bytes(content, policy=default))
                self.recipients += envelope.rcpt_tos
                self._took.notify_all()
        if answer == LOSE_THE_REPLY:
            cast("asyncio.Transport", server.transport).abort()
        return answer


class SinkServer(Controller):
    """Listens on a free port of 127.0.0.1."""

    def __init__(self, sink: MailSink) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        super().__init__(sink, hostname="127.0.0.1", port=self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        """The setting that leads here."""
        return f"smtp://127.0.0.1:{self.port}"

    def _create_server(self):  # type: ignore[no-untyped-def]
        return self.loop.create_server(self._factory_invoker, sock=self._listening)
