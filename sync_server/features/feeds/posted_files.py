"""A posted file, whatever its form, as checked rows."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.checking import Checked, check_pieces
from sync_server.features.feeds.habits import FeedHabits
from sync_server.features.feeds.headers import (
    HeaderReading,
    HeadingsUnfit,
    known_headings,
    meaning_of,
    read_headings,
)
from sync_server.features.feeds.json_lines import csv_of_json_lines
from sync_server.features.feeds.reading import Piece, TextFile, read_header, read_pieces
from sync_server.features.feeds.spooling import Survey, as_utf8
from sync_server.features.feeds.suggested_column import SuggestedColumn
from sync_server.features.feeds.suggestions import suggest
from sync_server.features.feeds.workbook import csv_of_workbook
from sync_server.features.feeds.x12.files import csv_of_x12

_SAMPLE_ROWS = 500


class ReadFile(NamedTuple):
    """A file that could be read, its rows checked."""

    checked: Checked
    present: frozenset[str]
    unknown: tuple[str, ...]
    mapped: Mapping[str, str] = {}
    suggested: tuple[SuggestedColumn, ...] = ()


class UnfitFile(DomainError):
    """A file whose headings will not do, with what they may mean."""

    def __init__(self, refusal: HeadingsUnfit, suggested: tuple[SuggestedColumn, ...]) -> None:
        super().__init__(refusal.code, refusal.sentence, **refusal.facts)
        self.unknown = refusal.reading.unknown
        self.mapped = refusal.reading.mapped
        self.suggested = suggested


def read_file(
    file: Path, found: Survey, habits: FeedHabits, *, dataset: str, is_delta: bool, dist_code: str
) -> ReadFile:
    """Read and check a whole file. Raises `DomainError` with the place when it cannot be trusted."""
    mapping = habits.plain_mapping
    with tempfile.TemporaryDirectory(prefix="order-track-feed-") as folder:
        sheet = _as_sheet(file, found, Path(folder), mapping, dataset=dataset, is_delta=is_delta)
        checked = check_pieces(
            sheet.pieces(),
            dataset,
            frozenset(sheet.wanted.values()),
            is_delta=is_delta,
            dist_code=dist_code,
            habits=habits.of_cells,
            counted=sheet.counted,
        )._replace(unsaid=sheet.unsaid)
    if checked.rows_read == 0 and not is_delta:
        what = "no line in its transaction sets" if found.form == "x12" else "a header row and no rows below it"
        raise DomainError(
            "no_rows",
            f"The file has {what}. Nothing was changed; a whole file without rows would remove everything, so it is "
            "never taken in.",
        )
    return ReadFile(checked, frozenset(sheet.wanted.values()), sheet.unknown, sheet.mapped, sheet.suggested)


class _Sheet(NamedTuple):
    """The file as CSV in UTF-8 with its header read, whatever form it was posted in."""

    text: TextFile
    wanted: dict[int, str]
    """The columns to read by their place."""
    unknown: tuple[str, ...]
    mapped: Mapping[str, str] = {}
    suggested: tuple[SuggestedColumn, ...] = ()
    counted: str = "row"
    """What the number of a row counts."""
    numbers: Sequence[int] | None = None
    """The numbers of the rows, where they are not their places in the text."""
    unsaid: Mapping[str, Sequence[int]] = {}
    """See `Checked.unsaid`."""

    def pieces(self) -> Iterator[Piece]:
        """The rows, numbered as the sender counts them."""
        pieces = read_pieces(self.text, self.wanted)
        if self.numbers is None:
            yield from pieces
            return
        numbers = pl.Series("row", self.numbers, dtype=pl.Int32)
        for piece in pieces:
            places = piece.cells["row"] - self.text.header_row - 1
            yield piece._replace(cells=piece.cells.with_columns(numbers.gather(places)))


def _as_sheet(
    file: Path, found: Survey, folder: Path, mapping: Mapping[str, str], *, dataset: str, is_delta: bool
) -> _Sheet:
    if found.form == "x12":
        return _sheet_of_x12(as_utf8(file, found, folder), folder, mapping, dataset)
    text = _as_text(file, found, folder, mapping, dataset=dataset, is_delta=is_delta)
    meanings, suggested = _meanings(text, dataset, mapping)
    wanted = {place: column for place, column in enumerate(meanings.columns) if column}
    return _Sheet(text, wanted, meanings.unknown, meanings.mapped, suggested)


def _sheet_of_x12(file: Path, folder: Path, mapping: Mapping[str, str], dataset: str) -> _Sheet:
    rows = csv_of_x12(file, folder, dataset, lambda heading: meaning_of(heading, dataset, mapping))
    text = read_header(rows.path, ends_lines_with_cr=False, score=len)
    wanted = {place: column for place, column in enumerate(text.headings) if column in rows.columns}
    return _Sheet(text, wanted, rows.notes, counted="segment", numbers=rows.segments, unsaid=rows.unsaid)


class ReadHeadings(NamedTuple):
    """The headings of a file and what each was taken for."""

    headings: tuple[str, ...]
    reading: HeaderReading
    suggested: tuple[SuggestedColumn, ...]

    def told(self) -> list[dict[str, Any]]:
        """A row a heading: `heading`, the `column` taken or suggested, `how` it came to that, `is_suggested`."""
        likely = {one.heading: one for one in self.suggested}
        return [
            self._told_of(heading.strip(), column, likely.get(heading.strip()))
            for heading, column in zip(self.headings, self.reading.columns, strict=True)
        ]

    def _told_of(self, heading: str, column: str | None, likely: SuggestedColumn | None) -> dict[str, Any]:
        if heading in self.reading.mapped:
            how = "saved mapping" if column else "saved mapping: left out"
        elif column is not None:
            how = "known"
        elif likely is not None:
            how = f"suggested: it {likely.because}"
        else:
            how = "unknown, not taken in"
        suggested = likely if column is None and heading not in self.reading.mapped else None
        return {
            "heading": heading,
            "column": suggested.column if suggested else column or "",
            "how": how,
            "is_suggested": suggested is not None,
        }


def look_at_headings(file: Path, found: Survey, habits: FeedHabits, *, dataset: str) -> ReadHeadings:
    """The headings alone, whether or not a file with them would be taken in. Raises `DomainError` as reading does."""
    mapping = habits.plain_mapping
    if found.form == "x12":
        raise DomainError("no_headings", "An X12 file has no headings: what its segments mean is told in docs/x12.md.")
    with tempfile.TemporaryDirectory(prefix="order-track-feed-") as folder:
        text = _as_text(file, found, Path(folder), mapping, dataset=dataset, is_delta=True)
        try:
            reading = read_headings(text.headings, dataset, mapping)
        except HeadingsUnfit as unfit:
            reading = unfit.reading
        return ReadHeadings(text.headings, reading, _suggested(text, reading, dataset))


def _meanings(
    text: TextFile, dataset: str, mapping: Mapping[str, str]
) -> tuple[HeaderReading, tuple[SuggestedColumn, ...]]:
    try:
        reading = read_headings(text.headings, dataset, mapping)
    except HeadingsUnfit as unfit:
        raise UnfitFile(unfit, _suggested(text, unfit.reading, dataset)) from None
    return reading, _suggested(text, reading, dataset)


def _suggested(text: TextFile, reading: HeaderReading, dataset: str) -> tuple[SuggestedColumn, ...]:
    """What the unknown headings may mean, by their words and by the first cells below them."""
    if not reading.unknown_places:
        return ()
    try:
        first = next(read_pieces(text, {place: str(place) for place in reading.unknown_places}), None)
    except DomainError:
        # The file is refused with its own sentence when it is read as a whole.
        first = None
    sample = pl.DataFrame() if first is None else first.cells.head(_SAMPLE_ROWS)
    return suggest(text.headings, reading.columns, reading.unknown_places, dataset, sample)


def _as_text(
    file: Path, found: Survey, folder: Path, mapping: Mapping[str, str], *, dataset: str, is_delta: bool
) -> TextFile:
    """A file of rows as CSV in UTF-8 with its header read."""
    if found.form == "workbook":
        source = csv_of_workbook(file, folder, dataset)
    elif found.form == "json_lines":
        source = csv_of_json_lines(as_utf8(file, found, folder), folder, is_delta=is_delta)
    else:
        source = as_utf8(file, found, folder)
    text = read_header(
        source,
        ends_lines_with_cr=found.ends_lines_with_cr and found.form == "csv",
        score=lambda headings: known_headings(headings, dataset, mapping),
    )
    # The first line of what we wrote names the separator; lines of JSON have no header above them either.
    above = {"csv": 0, "workbook": 1, "json_lines": 2}[found.form]
    return text._replace(header_row=text.header_row - above)
