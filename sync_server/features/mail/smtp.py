"""Talking to a mail server: which one the setting means, and what its answers say about a mail."""

import smtplib
import ssl
from email.message import EmailMessage
from ipaddress import ip_address
from types import TracebackType
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from shared_models.kernel.errors import DomainError
from sync_server.features.mail.wording import one_line

CONVERSATION_SECONDS = 30.0
"""How long the server may take for one answer."""
_NOT_SIGNED_IN = frozenset({530, 534, 535, 538})


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is handed over."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    encrypted: bool = False
    """Encrypted from the first byte (`smtps`); else by STARTTLS where the server offers it."""

    @property
    def is_here(self) -> bool:
        """Whether it runs on this very machine, so that nothing crosses a wire."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Delivery(NamedTuple):
    """What became of one try."""

    result: Literal["sent", "again", "undeliverable"]
    sentence: str = ""
    server_away: bool = False
    """The trouble is with the mail server and not with this mail: others would fare no better."""


def smtp_server(url: str) -> SmtpServer:
    """The server that `smtp://user:pass@host:port` or `smtps://…` means. Raises `DomainError("setting_wrong")`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        # The URL may hold a password, so it is not repeated.
        raise DomainError("setting_wrong", "ORDER_TRACK_SMTP_URL must be smtp://user:password@host:port or smtps://…")
    user = unquote(parts.username or "")
    encrypted = parts.scheme == "smtps"
    usual = 465 if encrypted else 587 if user else 25
    return SmtpServer(
        host=parts.hostname,
        port=port or usual,
        user=user,
        password=unquote(parts.password or ""),
        encrypted=encrypted,
    )


class Carrier:
    """Hands mails over, many through one connection, which is opened when first needed."""

    def __init__(self, server: SmtpServer) -> None:
        """Nothing is opened yet."""
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> "Carrier":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def deliver(self, message: EmailMessage, *, sender: str, recipient: str) -> Delivery:
        """Try to hand one mail over. Only an answer of the server says that it has it; silence means: try again."""
        try:
            if self._connection is None:
                self._connection = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return self._away(error)
        try:
            self._connection.send_message(message, from_addr=sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return self._answered(code, text)
        except smtplib.SMTPResponseException as error:
            if error.smtp_code in _NOT_SIGNED_IN:
                return self._away(error)
            return self._answered(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return self._away(error)
        return Delivery("sent")

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.encrypted:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=CONVERSATION_SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=CONVERSATION_SECONDS)
        try:
            self._introduce(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        if not server.encrypted and not server.is_here and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
        elif server.user and not server.encrypted and not server.is_here:
            raise smtplib.SMTPException("it offers no encryption, and the password is not sent in the clear")
        if server.user:
            connection.login(server.user, server.password)

    def _answered(self, code: int, text: bytes | str) -> Delivery:
        """What the server said about this mail: 4xx is for later, 5xx for good."""
        if self._connection is not None and self._connection.sock is None:
            self._connection = None
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        said = one_line(f"{code} {words}")
        if 500 <= code < 600:
            return Delivery("undeliverable", f"The mail server refused it for good: {said}")
        # 421 says that the server itself is going away.
        return Delivery("again", f"The mail server put it off: {said}", server_away=code == 421)

    def _away(self, error: Exception) -> Delivery:
        self.close()
        where = f"{self._server.host}:{self._server.port}"
        return Delivery("again", f"The mail server {where} could not take it: {_reason(error)}", server_away=True)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return one_line(f"{error.smtp_code} {words}")
    if isinstance(error, TimeoutError):
        return "no answer in time."
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there."
    return one_line(str(error)) or type(error).__name__
