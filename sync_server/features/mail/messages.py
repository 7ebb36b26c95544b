"""From a mail of the outbox to the message on the wire; the same mail always gives the same message."""

from collections.abc import Sequence
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueAddressHeader, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from typing import NamedTuple

import msgspec

from shared_models.kernel.errors import DomainError
from sync_server.features.mail.queries import StoredAttachment, StoredMail
from sync_server.features.mail.request_document import RequestDocument
from sync_server.features.mail.wording import address_or_none, one_line


class _Subject(UniqueUnstructuredHeader):
    """Folded by the older `Header`: up to Python 3.12.4 the newer way loses blanks between encoded words (gh-92081)."""

    def fold(self, *, policy: Policy) -> str:
        return f"Subject: {_encoded(str(self), policy, 'Subject')}{policy.linesep}"


class _OneAddress(UniqueAddressHeader):
    """A header with one address, its name folded as in `_Subject`."""

    def fold(self, *, policy: Policy) -> str:
        (address,) = self.addresses
        name: str = self.name  # type: ignore[attr-defined]
        if _is_plain(address.display_name):
            return f"{name}: {address}{policy.linesep}"
        person = _encoded(address.display_name, policy, name)
        return f"{name}: {person}{policy.linesep} <{address.addr_spec}>{policy.linesep}"


def _is_plain(text: str) -> bool:
    """Whether it stands in a header as it is; `=?` would be taken for the start of an encoded word."""
    return text.isascii() and "=?" not in text


def _encoded(text: str, policy: Policy, name: str) -> str:
    return Header(text, None if _is_plain(text) else "utf-8", header_name=name).encode(linesep=policy.linesep)


def _headers() -> HeaderRegistry:
    headers = HeaderRegistry()
    headers.map_to_type("subject", _Subject)  # type: ignore[arg-type]
    for name in ("from", "to", "reply-to"):
        headers.map_to_type(name, _OneAddress)  # type: ignore[arg-type]
    return headers


class Attachment(NamedTuple):
    """A file that goes along."""

    name: str
    media_type: str
    content: bytes


def draw(stored: StoredAttachment) -> Attachment:
    """The attachment with its content, drawn from its document unless that was done before."""
    content = stored.content
    if content is None:
        # Loaded late: most commands and most mails draw nothing.
        from sync_server.features.mail.request_pdf import sample_request_pdf

        content = sample_request_pdf(msgspec.json.decode(stored.document, type=RequestDocument))
    return Attachment(one_line(stored.name).replace("/", "-"), stored.media_type, content)


def sender_of(mail_from: str) -> Address:
    """The sender from the setting. Raises `DomainError("setting_wrong")` when there is no address in it."""
    name, address = parseaddr(mail_from)
    plain = address_or_none(address)
    if plain is None:
        raise DomainError(
            "setting_wrong", "ORDER_TRACK_MAIL_FROM needs an address such as “Order-Track <samples@example.com>”."
        )
    return Address(one_line(name), addr_spec=plain)


def message_of(mail: StoredMail, attachments: Sequence[Attachment], sender: Address) -> EmailMessage:
    """The message, dated when it was written. Every header is one line, whatever people typed into names."""
    message = EmailMessage(policy=SMTP.clone(header_factory=_headers()))
    message["From"] = sender
    message["To"] = Address(one_line(mail.recipient_name), addr_spec=mail.recipient)
    if mail.reply_to:
        message["Reply-To"] = Address(one_line(mail.reply_to_name), addr_spec=mail.reply_to)
    # `=?` starts an encoded word: what a person typed so is shown, not decoded.
    message["Subject"] = one_line(mail.subject).replace("=?", "= ?")
    message["Date"] = mail.written_at
    message["Message-ID"] = mail.message_id
    # Nobody's “out of office” shall answer a program.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, charset="utf-8")
    for attachment in attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    return message
