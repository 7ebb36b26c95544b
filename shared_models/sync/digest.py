"""The digest that travels beside a push, so that what a bad line garbled is never taken for what a person did.

`Content-Digest` as in RFC 9530. It guards against accidents only; who may push is the token's business.
"""

from base64 import b64encode
from hashlib import sha256

from shared_models.kernel.errors import DomainError

DIGEST_HEADER = "Content-Digest"


def content_digest(body: bytes) -> str:
    """What the header says of this body."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def require_undamaged(body: bytes, told: str | None) -> None:
    """Raises `DomainError("body_damaged")` when the body is not what its digest says; without one it is believed."""
    if told is not None and told.strip() != content_digest(body):
        raise DomainError("body_damaged", "The request was damaged on its way. Nothing was stored; it is sent again.")
