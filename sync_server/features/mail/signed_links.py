"""The links in mails by which people without an account see what became of a sample request, or answer it.

A link is a random number that is signed together with the time; what it leads to stands in the number's row.
"""

import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode
from sqlalchemy import Connection, select, update

from shared_models.sample_orders.records import SampleRequest
from sync_server.features.mail.tables import SIGNED_LINKS
from sync_server.features.sync.later import Later
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.bulk import bulk_insert, run_bulk_of_mappings
from sync_server.foundation.driver_sql import instant_value
from sync_server.foundation.secret_file import SecretFile
from sync_server.foundation.timed_signatures import timed_serializer
from sync_server.settings import Settings

logger = logging.getLogger(__name__)

HOLDS = timedelta(days=90)
"""How long a link is good for; what is backordered may take as long."""
Purpose = Literal["confirm", "status"]
PURPOSES: tuple[Purpose, ...] = ("confirm", "status")
_LONGEST = 400


class SignedText(NamedTuple):
    """What a link says by itself: its number and what it was signed for; whether its time is over."""

    nonce: str
    purpose: Purpose
    is_over: bool


class SignedLink(NamedTuple):
    """A link as it is stored."""

    nonce: str
    purpose: Purpose
    request_id: str
    recipient: str
    issued_at: datetime
    revoked_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """From when on it is refused."""
        return self.issued_at + HOLDS


class LinkSigner:
    """Signs and reads links with keys drawn from the server's secrets: the newest signs, all that are known are read.

    Each purpose has a salt of its own, so that no link for looking can be made into one for answering.
    """

    def __init__(self, secret_file: Path, public_url: str) -> None:
        """`public_url` is where people reach this server. Nothing is read yet."""
        self._secrets = SecretFile(secret_file)
        self._public_url = public_url

    @classmethod
    def of(cls, settings: Settings) -> "LinkSigner":
        """The signer of a server with these settings."""
        return cls(settings.secret_file, settings.public_url)

    def path(self, purpose: Purpose, nonce: str, now: datetime) -> str:
        """`/r/…`. Raises OSError when there is no secret to sign with."""
        return f"/r/{self._serializer(purpose, now).dumps(nonce)}"

    def url(self, purpose: Purpose, nonce: str, now: datetime) -> str:
        """The whole address. Raises OSError."""
        return self._public_url + self.path(purpose, nonce, now)

    def read(self, text: str, now: datetime) -> SignedText | None:
        """What is signed in the last part of a link's path; None for what was never signed here. Raises OSError."""
        if len(text) > _LONGEST or not _is_plain(text):
            return None
        for purpose in PURPOSES:
            serializer = self._serializer(purpose, now)
            try:
                return SignedText(serializer.loads(text, max_age=int(HOLDS.total_seconds())), purpose, False)
            except SignatureExpired as late:
                return SignedText(serializer.load_payload(cast(bytes, late.payload)), purpose, True)
            except BadData:
                continue
        return None

    def _serializer(self, purpose: Purpose, now: datetime) -> URLSafeTimedSerializer:
        return timed_serializer(self._secrets.secrets(), f"link {purpose}", now)


def _is_plain(text: str) -> bool:
    """Whether the signature is written in the one way in which it is made: its last letter has two bits to spare."""
    signature = text.rpartition(".")[2]
    try:
        return base64_encode(base64_decode(signature)).decode() == signature
    except (BadData, UnicodeError):
        return False


class NewLinks(Later):
    """The links of one transaction."""

    def __init__(self, connection: Connection) -> None:
        """None yet."""
        super().__init__(connection)
        self.rows: list[dict[str, Any]] = []

    def mark(self) -> int:
        """How many there are."""
        return len(self.rows)

    def take_back(self, to: int) -> None:
        """Only the first `to` of them are given out."""
        del self.rows[to:]

    def write(self) -> None:
        """Write them down."""
        run_bulk_of_mappings(self.connection, bulk_insert(SIGNED_LINKS, self.connection.dialect), self.rows)
        self.rows = []


def new_link(
    records: ServerRecords, signer: LinkSigner, purpose: Purpose, request: SampleRequest, recipient: str, now: datetime
) -> str:
    """The address of a new link for `recipient`, written down with everything else of the transaction.

    Empty when there is no secret to sign with: a mail without a link is better than none.
    """
    nonce = secrets.token_urlsafe(16)
    try:
        url = signer.url(purpose, nonce, now)
    except OSError as error:
        logger.warning("a mail goes without its link: the secret file cannot be used (%s)", error.strerror)
        return ""
    records.later(NewLinks).rows.append(
        {
            "nonce": nonce,
            "purpose": purpose,
            "request_id": request.id,
            "recipient": recipient,
            "issued_at": instant_value(now, records.connection.dialect),
            "revoked_at": None,
        }
    )
    return url


def find_link(connection: Connection, nonce: str, *, locked: bool = False) -> SignedLink | None:
    """The link with this number, whatever became of it; with `locked` nobody else may have it so meanwhile."""
    wanted = select(SIGNED_LINKS).where(SIGNED_LINKS.c.nonce == nonce)
    row = connection.execute(wanted.with_for_update() if locked else wanted).first()
    return None if row is None else SignedLink(*row)


def links_of(connection: Connection, request_id: str) -> Iterator[SignedLink]:
    """All links of a request, the newest first."""
    wanted = select(SIGNED_LINKS).where(SIGNED_LINKS.c.request_id == request_id)
    for row in connection.execute(wanted.order_by(SIGNED_LINKS.c.issued_at.desc(), SIGNED_LINKS.c.nonce)):
        yield SignedLink(*row)


def revoke_links(connection: Connection, request_id: str, now: datetime) -> int:
    """From now on no link of the request leads anywhere; gives how many did."""
    live = (SIGNED_LINKS.c.request_id == request_id) & SIGNED_LINKS.c.revoked_at.is_(None)
    return int(connection.execute(update(SIGNED_LINKS).where(live).values(revoked_at=now)).rowcount)
