"""Sums of row hashes modulo 2**64: how both ends compare a whole stream without regard to order."""

_TWO_TO_64 = 1 << 64


def signed_sum(*hashes: int) -> int:
    """The sum modulo 2**64 as a signed integer, which is how SQLite can keep it."""
    total = sum(hashes) % _TWO_TO_64
    return total - _TWO_TO_64 if total >= _TWO_TO_64 // 2 else total


def checksum_text(checksum: int) -> str:
    """A checksum as it travels: 16 hex digits."""
    return f"{checksum % _TWO_TO_64:016x}"
