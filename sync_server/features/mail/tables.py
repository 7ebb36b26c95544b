"""The outbox: every mail that was ever to leave, written in the transaction of what it speaks of."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from shared_models.kernel.schema import Instant
from sync_server.foundation.schema import metadata

MAIL_OUTBOX = Table(
    "mail_outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("dedupe_key", String(200), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("organisation_id", String(64), nullable=False),
    Column("about_id", String(64), nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("recipient", Text, nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("reply_to_name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("lease", String(64), nullable=False),
    Column("last_error", Text, nullable=False),
    Column("sent_at", Instant),
    Index("ix_mail_outbox_state_next_attempt_at", "state", "next_attempt_at"),
)
"""`state`: queued, held (it may have left before a restore: a person decides), sending (under the lease of one worker),
sent or undeliverable. `message_id` never changes, so that a mail which arrives twice after a lost reply is known to be
one. `queued_at` is `written_at` until a person has it tried again. `organisation_id` is whose business it is."""

MAIL_ATTACHMENTS = Table(
    "mail_attachments",
    metadata,
    Column("mail_id", String(64), ForeignKey("mail_outbox.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("document", Text, nullable=False),
    Column("content", LargeBinary),
)
"""`document` says as JSON what the attachment shows; `content` is drawn from it once, by whoever needs it first:
drawing a PDF takes 20 ms, too long for the transaction of a station's operation."""

SIGNED_LINKS = Table(
    "signed_links",
    metadata,
    Column("nonce", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index("ix_signed_links_request_id", "request_id"),
)
"""The links that mails carry (`signed_links.py`): without its row a link is none, however well it is signed.
`recipient` is the address it was written to."""
