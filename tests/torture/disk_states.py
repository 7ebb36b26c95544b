"""What a power cut may leave of files: every write since the last sync there, gone, or torn at 512 bytes.

Names (new files, renames, removals) reach the disk in their order, as with a file system's journal, and for certain
only when their folder was synchronised. A write reaches it for certain only when its file was.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tests.torture.recording import Event

SECTOR = 512


class _Change(NamedTuple):
    """One unsynchronised write; `data` None: the file was cut to `offset` bytes."""

    offset: int
    data: bytes | None


@dataclass(eq=False)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    """Its content as of the last sync."""
    unsafe: list[_Change] = field(default_factory=list)

    def synchronise(self) -> None:
        for change in self.unsafe:
            _apply(self.safe, change, _zeros)
        self.unsafe.clear()


class _Naming(NamedTuple):
    """A change of names: `path` now means `file`, or nothing any more; a renamed file leaves its old name."""

    path: str
    file: _File | None
    leaves: str = ""

    def apply(self, names: dict[str, _File]) -> None:
        names.pop(self.leaves, None)
        if self.file is None:
            names.pop(self.path, None)
        else:
            names[self.path] = self.file

    @property
    def folder(self) -> str:
        return _folder(self.path)


class Disk:
    """The disk as the events went on; `after_cut` may be asked between any two of them."""

    def __init__(self, folder: Path | None = None) -> None:
        """As the folder lies there, all of it synchronised; empty without one."""
        self._safe_names: dict[str, _File] = {}
        self._names: dict[str, _File] = {}
        self._inodes: dict[int, _File] = {}
        self._unsafe_names: list[_Naming] = []
        for path in sorted(folder.rglob("*")) if folder else ():
            if path.is_file():
                file = _File(bytearray(path.read_bytes()))
                name = path.relative_to(folder).as_posix() if folder else ""
                self._safe_names[name] = self._names[name] = self._inodes[path.stat().st_ino] = file

    def take(self, event: Event) -> None:
        """Let the next event happen."""
        if event.kind == "O" and event.created:
            self._inodes[event.inode] = file = _File()
            self._name(_Naming(event.path, file))
        elif event.kind == "O" and event.path not in self._names:
            # A folder; its number may have been a file's before.
            self._inodes.pop(event.inode, None)
        elif event.kind == "W" and event.inode in self._inodes:
            self._inodes[event.inode].unsafe.append(_Change(event.offset, event.data))
        elif event.kind == "T" and event.inode in self._inodes:
            self._inodes[event.inode].unsafe.append(_Change(event.offset, None))
        elif event.kind == "R":
            self._name(_Naming(event.other, self._names.get(event.path), leaves=event.path))
        elif event.kind == "U":
            self._name(_Naming(event.path, None))
        elif event.kind == "S":
            self._synchronise(event)

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """One of the states that a cut at this moment could leave: path to content."""
        names = dict(self._safe_names)
        for naming in self._unsafe_names[: chance.randint(0, len(self._unsafe_names))]:
            naming.apply(names)
        arrives = chance.choice(_WAYS)
        filler = chance.choice((_zeros, chance.randbytes))
        return {name: _content(name, file, chance, arrives, filler) for name, file in names.items()}

    def _name(self, naming: _Naming) -> None:
        naming.apply(self._names)
        self._unsafe_names.append(naming)

    def _synchronise(self, event: Event) -> None:
        file = self._inodes.get(event.inode)
        if file is not None:
            file.synchronise()
            return
        for naming in self._unsafe_names:
            if naming.folder == event.path:
                naming.apply(self._safe_names)
        self._unsafe_names = [naming for naming in self._unsafe_names if naming.folder != event.path]


Arrives = Callable[[random.Random, int, int], bool | None]
"""Whether the unsynchronised change with this number, of so many, is there; None: each of its sectors by chance."""


def _nothing(_chance: random.Random, _number: int, _count: int) -> bool | None:
    return False


def _everything(_chance: random.Random, _number: int, _count: int) -> bool | None:
    return True


def _some(chance: random.Random, _number: int, _count: int) -> bool | None:
    return chance.random() < 0.5


def _some_torn(chance: random.Random, _number: int, _count: int) -> bool | None:
    return chance.choice((True, False, None))


def _last_torn(_chance: random.Random, number: int, count: int) -> bool | None:
    return None if number == count - 1 else True


def _newest_first(_chance: random.Random, number: int, count: int) -> bool | None:
    return number >= count // 2


_WAYS: tuple[Arrives, ...] = (_nothing, _everything, _some, _some_torn, _last_torn, _newest_first)


def _content(name: str, file: _File, chance: random.Random, arrives: Arrives, filler: Callable[[int], bytes]) -> bytes:
    if name.endswith("-shm"):
        # Shared memory that only looks like a file: the system wrote it back in pieces at any time, or not at all.
        return filler(len(file.safe) or 32_768)
    content = bytearray(file.safe)
    for number, change in enumerate(file.unsafe):
        arrived = arrives(chance, number, len(file.unsafe))
        if arrived is None:
            for piece in _sectors(change):
                if chance.random() < 0.5:
                    _apply(content, piece, filler)
        elif arrived:
            _apply(content, change, filler)
    return bytes(content)


def _sectors(change: _Change) -> Iterator[_Change]:
    """The pieces of a write that a disk writes whole or not at all."""
    if change.data is None:
        yield change
        return
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield _Change(start, change.data[start - change.offset : stop - change.offset])
        start = stop


def _apply(content: bytearray, change: _Change, filler: Callable[[int], bytes]) -> None:
    if len(content) < change.offset:
        content += filler(change.offset - len(content))
    if change.data is None:
        del content[change.offset :]
    else:
        content[change.offset : change.offset + len(change.data)] = change.data


def _zeros(length: int) -> bytes:
    return bytes(length)


def _folder(path: str) -> str:
    parent = PurePosixPath(path).parent.as_posix()
    return "" if parent == "." else parent


def lay_out(state: dict[str, bytes], folder: Path) -> None:
    """Write a state into a folder, which is made: a cut may have come before there was anything in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in state.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
