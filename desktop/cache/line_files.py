"""Which line files there are: made, filled, switched and deleted here, with the pointer in station.db."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import NamedTuple

from desktop.cache.line_file import LineFile, checksum_text
from desktop.cache.station_db import StationDatabase
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.errors import DomainError
from shared_models.sync.streams import parse_stream
from shared_models.sync.wire import StreamPage

LINES_FOLDER = "lines"


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
    """The line files of a station. Filled by one thread; `shown` and `version` may be asked from any."""

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

    def fetching(self) -> set[str]:
        """The streams that are fetched from their beginning and not complete yet."""
        newest = {card.stream: card for card in self._cards()}
        return {stream for stream, card in newest.items() if not card.shown}

    def position(self, stream: str) -> int:
        """Up to where the newest generation of a stream holds everything; 0 when it is to be fetched."""
        card = self._newest(stream)
        if card is None:
            return 0
        try:
            if stream in self._suspects:
                self._suspects.discard(stream)
                raise DomainError("file_unreadable", "A reader found the file damaged.")
            return self._file(card).position
        except DomainError as error:
            self._give_up(card, error)
            return self.position(stream)

    def apply(self, page: StreamPage) -> bool:
        """Take a page over; returns whether the file now agrees with what the server says of the stream.

        A page at the stream's head finishes a new file and shows it. A difference starts the stream afresh beside
        the file that is shown.
        """
        card = self._newest(page.stream)
        if card is None or (page.fresh and self._file(card).position > 0):
            card = self._new_generation(page.stream)
        file = self._file(card)
        file.apply(page)
        if page.upto < page.head:
            return True
        agrees = page.rows is None or _agrees(file, page)
        if not agrees and card.shown:
            self.start_afresh(page.stream)
            return False
        # A file that was just fetched from its beginning and differs all the same is the best there is.
        if not file.is_finished:
            file.finish()
        if not card.shown:
            self._show(card)
        return agrees

    def start_afresh(self, stream: str) -> None:
        """Fetch the stream from its beginning into a new generation; the present one stays in use until then."""
        for card in self._cards():
            if card.stream == stream and not card.shown:
                self._delete(card)
        self._new_generation(stream)

    def suspect(self, stream: str) -> None:
        """A reader found the stream's file damaged: the next round fetches it again. From any thread."""
        self._suspects.add(stream)

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

    def _cards(self) -> list[LineFileCard]:
        rows = self._database.read().rows(
            "SELECT stream, generation, distributor_id, dataset, key, shown FROM line_files ORDER BY stream, generation"
        )
        return [LineFileCard(row[0], row[1], row[2], row[3], bytes(row[4]), bool(row[5])) for row in rows]

    def _newest(self, stream: str) -> LineFileCard | None:
        return next((card for card in reversed(self._cards()) if card.stream == stream), None)

    def _file(self, card: LineFileCard) -> LineFile:
        place = card.stream, card.generation
        file = self._open.get(place)
        if file is None:
            file = self._open[place] = LineFile(self.path(card), card.key, LINE_DATASETS[card.dataset])
        return file

    def _new_generation(self, stream: str) -> LineFileCard:
        name = parse_stream(stream)
        if name is None or name.what not in LINE_DATASETS:
            raise ValueError(f"{stream} is no line stream")
        newest = self._newest(stream)
        generation = newest.generation + 1 if newest else 1
        card = LineFileCard(stream, generation, name.owner_id, name.what, os.urandom(32), False)
        with self._database.write() as records:
            records.connection.execute(
                "INSERT INTO line_files (stream, generation, distributor_id, dataset, key) VALUES (?, ?, ?, ?, ?)",
                card[:5],
            )
        return card

    def _show(self, card: LineFileCard) -> None:
        with self._database.write() as records:
            records.connection.execute(
                "UPDATE line_files SET shown = (generation = ?) WHERE stream = ?", (card.generation, card.stream)
            )
        for other in self._cards():
            if other.stream == card.stream and other.generation != card.generation:
                self._delete(other)
        self.version += 1

    def _delete(self, card: LineFileCard) -> None:
        with self._database.write() as records:
            records.connection.execute(
                "DELETE FROM line_files WHERE stream = ? AND generation = ?", (card.stream, card.generation)
            )
        file = self._open.pop((card.stream, card.generation), None)
        if file is not None:
            file.close()
        _unlink(self.path(card))

    def _give_up(self, card: LineFileCard, error: DomainError) -> None:
        """A damaged or outdated file is fetched again: everything in it is on the server."""
        logging.getLogger(__name__).info("line file of %s is fetched again: %s", card.stream, error.code)
        self._delete(card)
        self.version += 1

    def _sweep(self) -> None:
        known = {self.path(card) for card in self._cards()}
        for file in self.folder.glob("*.db"):
            if file not in known:
                _unlink(file)


def _agrees(file: LineFile, page: StreamPage) -> bool:
    return file.rows == page.rows and checksum_text(file.checksum) == page.checksum


def _unlink(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        try:
            path.with_name(name).unlink(missing_ok=True)
        except PermissionError:
            # Windows keeps a file that somebody still reads; without its key it is noise, and the next start sweeps.
            logging.getLogger(__name__).info("%s stays until the next start", name)
