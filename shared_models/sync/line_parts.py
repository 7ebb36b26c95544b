"""Rows of a line on their way: a part is blocks of rows, JSON lines packed with zstd, column by column.

The parts of a base hold whole rows; those of a patch hold, for rows that changed alike, only the columns that did.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal

import msgspec
import zstandard

from shared_models.kernel.errors import DomainError

ROWS_A_PART = 20_000
ROWS_A_BLOCK = 2_000
"""A block is decoded in one go, and meanwhile the window's thread stands still."""
LONGEST_PART = 256 * 1024 * 1024
"""How large a part may become when it is unpacked."""
_LEVEL = 9
_READ_BYTES = 1 << 18


class Block(msgspec.Struct, frozen=True, array_like=True):
    """Rows that are treated alike, ascending by key. `put`: whole rows; `set`: some columns; `gone`: only keys."""

    what: Literal["put", "set", "gone"]
    columns: list[str]
    steps: list[int]
    """The first key, then the distance of each from the one before."""
    values: list[list[Any]]
    """A list for each column."""

    @property
    def keys(self) -> list[int]:
        """The row keys."""
        return list(accumulate(self.steps))


def block_of(what: Literal["put", "set", "gone"], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Block:
    """The block of rows that begin with their key and are sorted by it."""
    keys = [row[0] for row in rows]
    steps = [keys[0], *(after - before for before, after in pairwise(keys))]
    values = [list(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return Block(what, list(columns), steps, values)


def pack(blocks: Iterable[Block]) -> bytes:
    """The part's bytes."""
    packer = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    pieces = [packer.compress(msgspec.json.encode(block) + b"\n") for block in blocks]
    return b"".join([*pieces, packer.flush()])


def unpack(part: bytes) -> Iterator[Block]:
    """The blocks of a part, one after the other. Raises `DomainError("part_unreadable")`."""
    rest, total = b"", 0
    try:
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(part) as reader:
            while piece := reader.read(_READ_BYTES):
                total += len(piece)
                if total > LONGEST_PART:
                    raise _unreadable()
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield msgspec.json.decode(line, type=Block)
    except (zstandard.ZstdError, msgspec.MsgspecError):
        raise _unreadable() from None
    if rest:
        raise _unreadable()


def _unreadable() -> DomainError:
    return DomainError("part_unreadable", "What the server sent of a catalogue cannot be read; it is fetched again.")
