"""Text that is signed together with the time, for links and cookies; the library's own way, by the server's clock."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from itsdangerous import TimestampSigner, URLSafeTimedSerializer


def timed_serializer(secrets: Sequence[bytes], purpose: str, now: datetime) -> URLSafeTimedSerializer:
    """Signs at `now` with the first of the secrets and reads what any of them signed for the same purpose.

    What it reads must be given a `max_age`: without one the library takes what is over.
    """
    seconds = int(now.timestamp())

    class AtThatTime(TimestampSigner):
        def get_timestamp(self) -> int:
            return seconds

        def timestamp_to_datetime(self, ts: int) -> datetime:
            return datetime.fromtimestamp(ts, UTC)

    return URLSafeTimedSerializer(
        # The library takes the oldest first and signs with the last.
        list(reversed(secrets)),
        salt=f"order-track {purpose} 1",
        signer=AtThatTime,
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )
