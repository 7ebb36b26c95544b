"""The messages between a station and the server, and their limits. JSON, compressed with zstd or gzip.

Rows travel column by column (`TablePage`): columns compress better than rows, and a station that is older than
the server takes the columns that it knows.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from shared_models.kernel.messages import make_ready

PROTOCOL_OLDEST = 1
PROTOCOL_NEWEST = 1
MOST_OPERATIONS_A_BATCH = 500
PAGE_BYTES = 1_000_000
"""About how large a page may become before it is compressed; a group of rows that belong together is never cut."""


def cursors_digest(history_id: str, positions: Mapping[str, int]) -> str:
    """Sixteen characters that stand for a place in a history: both ends compute them from the same streams.

    A stream at position 0 counts as one that is not there: nothing was ever published in it.
    """
    places = sorted((stream, position) for stream, position in positions.items() if position)
    digest = blake2b(msgspec.json.encode((history_id, places)), digest_size=12).digest()
    return urlsafe_b64encode(digest).decode()


class WireMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message; unknown fields are ignored so that a newer partner can add some."""


class SignInRequest(WireMessage, frozen=True, kw_only=True):
    """Who wants to work at which station."""

    email: str
    password: str
    station_name: str
    station_id: str = ""
    """The station's id when it was registered before, so that its history goes on."""
    public_key: str = ""
    """By which the station's signatures are known; the server certifies it."""
    protocol: int = PROTOCOL_NEWEST


class MembershipCard(WireMessage, frozen=True, kw_only=True):
    """One organisation and role of the person who signed in."""

    organisation_id: str
    organisation_code: str
    organisation_name: str
    organisation_kind: str
    role: str
    modules: list[str]
    """What the organisation has today."""


class SignInAnswer(WireMessage, frozen=True, kw_only=True):
    """The station's token and what the person may be."""

    token: str
    expires_at: datetime
    station_id: str
    person_id: str
    person_name: str
    memberships: list[MembershipCard]
    history_id: str
    server_clock: datetime
    certificate: str = ""
    """The server's word for the station's public key (`certificates.py`); empty when none was asked for."""
    server_key: str = ""
    """By which certificates of this server are known."""


class TokenRequest(WireMessage, frozen=True, kw_only=True):
    """A renewal: the station proposes the next token, which it keeps before it asks: no lost answer shuts it out."""

    next_token: str = ""
    """Empty from a station that lets the server choose."""
    public_key: str = ""
    """As in `SignInRequest`: a renewed certificate names the organisations of today."""


class RecoveryDeposit(WireMessage, frozen=True, kw_only=True):
    """A station's file key, wrapped so that only that station's own file unwraps it; the server keeps it."""

    file_id: str
    key_id: str
    wrapped: str
    """Base64."""


class RecoveryRequest(WireMessage, frozen=True, kw_only=True):
    """A person whose station does not open any more, with the one-time code of an administrator."""

    file_id: str
    code: str


class RecoveryCode(WireMessage, frozen=True, kw_only=True):
    """A one-time code in clear, told once to the administrator who asked for it."""

    code: str
    expires_at: datetime


RevocationKind = Literal["wipe", "sign_in"]
WaitingRule = Literal["accept", "discard"]


class RevocationOrder(WireMessage, frozen=True, kw_only=True):
    """What a station that was shut out must do."""

    order: RevocationKind
    """`wipe`: send what the order takes, then delete keys and files. `sign_in`: keep the files, sign in anew."""
    waiting: WaitingRule
    upload_right: str = ""
    """Sends operations in the name of the station's person for an hour, and nothing else; empty when not given."""
    history_id: str = ""
    """Of the server: one that was restored lacks what stations hold."""


class FarewellReport(WireMessage, frozen=True, kw_only=True):
    """What became of an order: the station's last word."""

    sent: int
    kept: int
    """Operations that the server did not take and that were left with it as a file."""
    dropped: int
    """Operations that the order did not take."""
    left: dict[str, int] = {}
    """Those of `kept` and `dropped`, by organisation."""


class OperationEnvelope(WireMessage, frozen=True, kw_only=True):
    """One operation on its way; the hash of its encoded bytes is what makes a repeat a repeat."""

    id: str
    name: str
    version: int
    payload: msgspec.Raw
    made_at: datetime
    organisation_id: str
    station_seq: int
    lane: str
    after: list[str] = []
    """Operations that this one builds on and that had no outcome when it was made."""
    offered_again: bool = False
    """True when the server had accepted it before it was restored from a backup: then its mails may have left."""
    brought_from: str = ""
    """The station at which it was made, when a file brought it to the one that sends it."""


class PushRequest(WireMessage, frozen=True, kw_only=True):
    """A batch of operations in the order of their `station_seq`; the batch as such means nothing."""

    station_clock: datetime
    """What the station's clock says while it sends: the server measures the drift."""
    operations: list[OperationEnvelope]


OutcomeResult = Literal["applied", "needs_review", "refused", "retry"]


class Outcome(WireMessage, frozen=True, kw_only=True):
    """What became of one operation; stored for good, so that a repeat is answered with the same."""

    operation_id: str
    result: OutcomeResult
    code: str = ""
    sentence: str = ""
    facts: dict[str, str | int | None] = {}
    positions: dict[str, int] = {}
    """The stream positions at which its effect can be seen."""


class PushAnswer(WireMessage, frozen=True, kw_only=True):
    """An outcome for each operation of the batch, in the same order."""

    outcomes: list[Outcome]
    server_clock: datetime
    history_id: str


class TablePage(WireMessage, frozen=True, kw_only=True):
    """Rows of one table: `values[i]` holds column `columns[i]` of every row, `keys` their record ids or row keys."""

    table: str
    keys: list[Any]
    columns: list[str]
    values: list[list[Any]]


class GoneKeys(WireMessage, frozen=True, kw_only=True):
    """Records of one table that left the stream."""

    table: str
    keys: list[Any]


class StreamPage(WireMessage, frozen=True, kw_only=True):
    """The changes of one stream after position `after`, up to and including `upto`."""

    stream: str
    after: int
    upto: int
    head: int
    tables: list[TablePage]
    gone: list[GoneKeys] = []
    rows: int | None = None
    """How many rows the stream has at `upto`; told when `upto` is the head."""
    checksum: str | None = None
    """The sum of their `row_hash`es modulo 2**64, as 16 hex digits; told together with `rows`."""
    fresh: bool = False
    """True when the station must drop what it had of the stream first: its cursor was older than the tombstones."""


class NewsRequest(WireMessage, frozen=True, kw_only=True):
    """Asks whether anything is new, in place of the whole list of what the station has."""

    cursors: str
    """`cursors_digest` of the server's history and of where the station stands."""
    newest_settled: list[str] = []
    """As in `PullRequest`: a server that does not know one of these was put back."""


class NewsAnswer(WireMessage, frozen=True, kw_only=True):
    """Something may be new: pull. That nothing is, is said by 304 without a body."""

    history_id: str
    server_clock: datetime


class PullRequest(WireMessage, frozen=True, kw_only=True):
    """What the station has, in one list; streams that it does not name are new to it."""

    have: dict[str, int]
    history_id: str = ""
    fetching: list[str] = []
    """Streams that the station began from nothing and does not have to their head yet: swept tombstones do not
    concern it, so their cursors hold however old their positions are."""
    newest_settled: list[str] = []
    """The operations of this station that were settled last, at the last pull and since. A server that does not know
    one of them was put back to an earlier state, though nobody said so: histories lose their end, never their middle.
    """
    line_files: bool = False
    """Whether the station takes lines as files: the answer then tells their heads, and has no pages of them."""


class PullAnswer(WireMessage, frozen=True, kw_only=True):
    """Pages of the streams that moved. No answer body (304) means that nothing did."""

    history_id: str
    """Another one than the station knows means that the server was restored from a backup."""
    server_clock: datetime
    heads: dict[str, int]
    """All streams that the person may pull, with their heads; a stream that is missing was withdrawn."""
    pages: list[StreamPage]
    more: bool
    """Whether the station should ask again at once."""
    put_back: bool = False
    """True when the server does not know one of `newest_settled` any more."""


class StreamInfo(WireMessage, frozen=True, kw_only=True):
    """One stream in the list of `GET /v1/streams`."""

    id: str
    head: int
    rows: int


class Problem(WireMessage, frozen=True, kw_only=True):
    """An error answer, `application/problem+json`."""

    status: int
    code: str
    sentence: str
    facts: dict[str, str | int | None] = {}


make_ready()
