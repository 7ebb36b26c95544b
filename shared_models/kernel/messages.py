"""Makes messages and records ready to be read, before a second thread can.

msgspec works out how a class is read when the first of its kind comes, and shows the unfinished result to other
threads meanwhile: two that come first together end the process (msgspec 0.22, a null pointer).
"""

from collections.abc import Iterator

import msgspec


def make_ready() -> None:
    """Work out now how each class known so far is read; what was worked out before costs nothing."""
    for kind in _kinds(msgspec.Struct):
        msgspec.json.Decoder(kind)


def _kinds(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)
