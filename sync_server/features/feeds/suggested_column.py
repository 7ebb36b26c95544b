"""What is told of a heading that no column answers to."""

import msgspec


class SuggestedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """What a heading that nothing answers to may mean, and why one would think so."""

    heading: str
    column: str
    because: str
