"""Which line files there are: fetched, shown, patched and deleted here, with the pointer in station.db.

A new generation of a file is made beside the one that is shown, and takes its place when it is whole.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from desktop.cache.encrypted_file import DatabaseError, as_domain_error
from desktop.cache.line_file import Agreed, LineFile
from desktop.cache.line_making import LineMaking
from desktop.cache.part_file import PartFile, remove_with_log
from desktop.cache.station_db import StationDatabase
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import Base, Snapshot
from shared_models.sync.line_parts import Block
from shared_models.sync.streams import parse_stream

LINES_FOLDER = "lines"
_DIGEST_SHOWN = 16


class LineFileCard(NamedTuple):
    """One generation of one line file."""

    stream: str
    generation: int
    distributor_id: str
    dataset: str
    key: bytes
    shown: bool


def is_line_stream(stream: str) -> bool:
    """Whether a stream is kept as a line file."""
    name = parse_stream(stream)
    return name is not None and name.scope == "line" and name.what in LINE_DATASETS


class LineFiles:
    """The line files of a station. Changed by one thread; `shown`, `version` and `suspect` may be used from any."""

    def __init__(self, database: StationDatabase, folder: Path) -> None:
        """Over the station's open file; files in `folder` that it does not know are deleted."""
        self._database = database
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._open: dict[tuple[str, int], LineFile] = {}
        self._lock = threading.Lock()
        self.version = 0
        """Grows whenever another set of files is shown."""
        self._suspects: set[str] = set()
        self.on_suspect: Callable[[], None] = lambda: None
        """Called when a reader finds a file damaged, in the reader's thread."""
        self.give_way: Callable[[], None] = lambda: None
        """Called every few rows by whatever reads or changes many; it may wait while something else is urgent."""
        self._sweep()

    def path(self, card: LineFileCard) -> Path:
        """Where a generation lies."""
        return self.folder / f"{card.distributor_id}-{card.dataset}.{card.generation}.db"

    def shown(self) -> list[LineFileCard]:
        """The finished files that pages show, in a fixed order."""
        return [card for card in self._cards() if card.shown]

    def streams(self) -> set[str]:
        """The streams that have a file, finished or not."""
        return {card.stream for card in self._cards()}

    def positions(self, history: str) -> dict[str, int]:
        """Up to where the shown file of each stream holds everything; 0 where it is to be fetched anew.

        That is so for a damaged file, and for one of another history of the server.
        """
        positions = dict.fromkeys(self.streams(), 0)
        for card in self.shown():
            positions[card.stream] = self._position(card, history)
        return positions

    def suspect(self, stream: str) -> None:
        """A reader found the stream's file damaged: it is fetched again, and shown until then. From any thread."""
        with self._lock:
            is_new = stream not in self._suspects
            self._suspects.add(stream)
        if is_new:
            self.on_suspect()

    def verify(self, card: LineFileCard) -> bool:
        """Read every row of a shown file anew; one that does not come to its own sums is fetched again."""
        try:
            is_sound = self._file(card).is_sound()
        except (DatabaseError, DomainError) as error:
            fault = as_domain_error(error) if isinstance(error, DatabaseError) else error
            if not isinstance(fault, DomainError):
                raise
            self._close(card)
            is_sound = False
        if not is_sound:
            logging.getLogger(__name__).info("the rows of %s are not what they should be", card.stream)
            with self._lock:
                self._suspects.add(card.stream)
        return is_sound

    # --- a new generation --------------------------------------------------------------------------------

    def begin(self, stream: str, made_of: str) -> LineFileCard:
        """The generation in which a stream is fetched from the file or base of that digest; an earlier try goes on."""
        for card in self._cards():
            if card.stream == stream and not card.shown:
                if self._part_path(card, made_of).exists():
                    return card
                self._delete(card)
        card = self._new_generation(stream)
        self._part_path(card, made_of).touch(mode=0o600)
        return card

    def making(self, card: LineFileCard, snapshot: Snapshot) -> LineMaking:
        """The making of a generation from the snapshot, which goes on where an earlier try was; then `show` it."""
        part = PartFile(self._part_path(card, snapshot.digest), card.key)
        return LineMaking(part, snapshot, self.path(card), card.key, LINE_DATASETS[card.dataset])

    def show(self, card: LineFileCard) -> None:
        """From here on pages show this generation, which is whole; those before it go."""
        with self._database.write() as records:
            records.connection.execute(
                "UPDATE line_files SET shown = (generation = ?) WHERE stream = ?", (card.generation, card.stream)
            )
        with self._lock:
            self._suspects.discard(card.stream)
        self.version += 1
        for other in self._cards():
            if other.stream == card.stream and other.generation != card.generation:
                self._delete(other)
        self._forget_parts(card)

    def filled(self, card: LineFileCard, made_of: str, history: str) -> int:
        """How many parts of the base of that digest are in a generation already."""
        try:
            return self._file(card).begin(made_of, history).parts
        except DomainError:
            self._close(card)
            remove_with_log(self.path(card))
            return self._file(card).begin(made_of, history).parts

    def fill(self, card: LineFileCard, blocks: Iterable[Block], *, part: int) -> None:
        """Put the next part of a base into a generation."""
        self._file(card).fill(blocks, part=part)

    def finish(self, card: LineFileCard, base: Base) -> None:
        """Finish a generation into which every part of the base went, and show it."""
        self._file(card).finish(Agreed(base.position, base.rows, base.checksum))
        self.show(card)

    # --- the present one ---------------------------------------------------------------------------------

    def patch(self, stream: str, blocks: Iterable[Block], *, after: int, agreed: Agreed) -> None:
        """Lay a patch over the file that is shown. Raises as `LineFile.patch`."""
        card = next(card for card in self.shown() if card.stream == stream)
        try:
            self._file(card).patch(blocks, after=after, agreed=agreed)
        except DomainError as error:
            if error.code in ("line_differs", "file_unreadable"):
                with self._lock:
                    self._suspects.add(stream)
            if error.code == "file_unreadable":
                self._close(card)
            raise

    def drop(self, stream: str) -> None:
        """The stream was withdrawn: its files go, and with them their keys."""
        for card in self._cards():
            if card.stream == stream:
                self._delete(card)
        self.version += 1

    def close(self) -> None:
        """Close the files that are being written."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    # --- inside ------------------------------------------------------------------------------------------

    def _position(self, card: LineFileCard, history: str) -> int:
        if card.stream in self._suspects:
            return 0
        try:
            state = self._file(card).state()
        except (DatabaseError, DomainError) as error:
            fault = as_domain_error(error) if isinstance(error, DatabaseError) else error
            if not isinstance(fault, DomainError):
                raise fault from None
            logging.getLogger(__name__).info("line file of %s is fetched again: %s", card.stream, fault.code)
            self._close(card)
            return 0
        return state.position if state.history in ("", history) else 0

    def _cards(self) -> list[LineFileCard]:
        rows = self._database.read().rows(
            "SELECT stream, generation, distributor_id, dataset, key, shown FROM line_files ORDER BY stream, generation"
        )
        return [LineFileCard(row[0], row[1], row[2], row[3], bytes(row[4]), bool(row[5])) for row in rows]

    def _file(self, card: LineFileCard) -> LineFile:
        place = card.stream, card.generation
        file = self._open.get(place)
        if file is None:
            file = LineFile(self.path(card), card.key, LINE_DATASETS[card.dataset], give_way=self.give_way)
            self._open[place] = file
        return file

    def _new_generation(self, stream: str) -> LineFileCard:
        name = parse_stream(stream)
        if name is None or name.what not in LINE_DATASETS:
            raise ValueError(f"{stream} is no line stream")
        generation = 1 + max((card.generation for card in self._cards() if card.stream == stream), default=0)
        card = LineFileCard(stream, generation, name.owner_id, name.what, os.urandom(32), False)
        with self._database.write() as records:
            records.connection.execute(
                "INSERT INTO line_files (stream, generation, distributor_id, dataset, key) VALUES (?, ?, ?, ?, ?)",
                card[:5],
            )
        return card

    def _delete(self, card: LineFileCard) -> None:
        with self._database.write() as records:
            records.connection.execute(
                "DELETE FROM line_files WHERE stream = ? AND generation = ?", (card.stream, card.generation)
            )
        self._close(card)
        self._forget_parts(card)
        _unlink(self.path(card))

    def _close(self, card: LineFileCard) -> None:
        file = self._open.pop((card.stream, card.generation), None)
        if file is not None:
            file.close()

    def _part_path(self, card: LineFileCard, made_of: str) -> Path:
        """Its name tells what comes there, so that the next start goes on with the same or begins anew."""
        return self.path(card).with_suffix(f".{made_of[:_DIGEST_SHOWN]}.part")

    def _forget_parts(self, card: LineFileCard) -> None:
        for path in self.folder.glob(f"{self.path(card).stem}.*.part"):
            _unlink(path)

    def _sweep(self) -> None:
        known = {self.path(card).stem for card in self._cards()}
        for file in self.folder.iterdir():
            stem = ".".join(file.name.split(".")[:2])
            if stem not in known:
                _unlink(file)


def _unlink(path: Path) -> None:
    try:
        remove_with_log(path)
    except PermissionError:
        # Windows keeps a file that somebody still reads; without its key it is noise, and the next start sweeps.
        logging.getLogger(__name__).info("%s stays until the next start", path.name)
