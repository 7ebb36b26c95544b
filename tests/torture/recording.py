"""The faulty disk: built with the system's C compiler, put under a real program by LD_PRELOAD, its record read here."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("faulty_disk.c")
_HEADER = struct.Struct("<cBHHHIIQQ")


class Event(NamedTuple):
    """One thing that a program did to a file, in the order in which it happened."""

    kind: str
    """O opened, W written, T truncated, S synchronised, R renamed, U unlinked; P printed on standard output."""
    path: str
    """Where; empty for W and T, which name the inode only."""
    other: str
    """The new name of a renamed file."""
    inode: int
    offset: int
    """Where a write begins, or the length that a file was cut to."""
    created: bool
    """Whether opening made the file."""
    data: bytes


def why_not() -> str | None:
    """Why there can be no faulty disk on this machine; None where there can."""
    if not sys.platform.startswith("linux"):
        return "the faulty disk is put under a program by LD_PRELOAD, which only Linux has in this form"
    if compiler() is None:
        return "there is no C compiler (cc, gcc or clang) to build the faulty disk with"
    return None


def compiler() -> str | None:
    """The system's C compiler."""
    return next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


def build_library(folder: Path) -> Path:
    """Compile the library into the folder, once."""
    library = folder / "faulty_disk.so"
    program = compiler()
    if not library.exists():
        assert program is not None, "why_not() was asked"
        options = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread"]
        done = subprocess.run(
            [program, *options, "-o", library, SOURCE], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
    return library


@dataclass(frozen=True)
class FaultyDisk:
    """A watched folder; programs started with `environment()` have it under them."""

    library: Path
    root: Path
    log: Path

    def environment(
        self, *, synchronises: bool = True, kill_at: int = 0, full_while: Path | None = None
    ) -> dict[str, str]:
        """The environment for a program; `kill_at` counts its events from 1, 0 for never.

        No file below the root can grow while the file `full_while` exists.
        """
        environment = {
            "LD_PRELOAD": str(self.library),
            "FAULTY_DISK_ROOT": str(self.root.resolve()),
            "FAULTY_DISK_LOG": str(self.log),
        }
        if not synchronises:
            environment["FAULTY_DISK_NO_SYNC"] = "1"
        if kill_at:
            environment["FAULTY_DISK_KILL_AT"] = str(kill_at)
        if full_while is not None:
            environment["FAULTY_DISK_FULL"] = str(full_while)
        return environment

    def events(self) -> list[Event]:
        """Everything recorded so far; paths are relative to the root where they lie below it."""
        return read_events(self.log.read_bytes(), self.root.resolve())

    def mark(self, words: str) -> None:
        """Write an event of our own between those of the programs, as if one of them had printed it."""
        data = words.encode()
        with self.log.open("ab", buffering=0) as log:
            log.write(_HEADER.pack(b"P", 0, 0, 0, 0, len(data), 0, 0, 0) + data)


def read_events(record: bytes, root: Path) -> list[Event]:
    """The events in a record; what a kill left half-written at its end is left out."""
    events, at = [], 0
    while at + _HEADER.size <= len(record):
        kind, created, first, second, _, length, _, inode, offset = _HEADER.unpack_from(record, at)
        at += _HEADER.size
        path, other = record[at : at + first], record[at + first : at + first + second]
        at += first + second
        data = record[at : at + length]
        at += length
        if at <= len(record):
            events.append(
                Event(kind.decode(), _below(path, root), _below(other, root), inode, offset, bool(created), data)
            )
    return events


def _below(path: bytes, root: Path) -> str:
    return path.decode().removeprefix(str(root)).removeprefix("/") if path else ""
