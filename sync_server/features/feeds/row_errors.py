"""What is told of a row that cannot be taken in."""

import msgspec


class RowError(msgspec.Struct, frozen=True, kw_only=True):
    """One cell or row that cannot be taken in: where it stands, what it says, what was expected instead."""

    row: int
    column: str
    value: str
    expected: str
    example: str = ""
