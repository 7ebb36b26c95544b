"""A posted file, whatever its form, as checked rows."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.checking import Checked, check_pieces
from sync_server.features.feeds.habits import FeedHabits
from sync_server.features.feeds.headers import known_headings, read_headings
from sync_server.features.feeds.json_lines import csv_of_json_lines
from sync_server.features.feeds.reading import TextFile, read_header, read_pieces
from sync_server.features.feeds.spooling import Survey, as_utf8
from sync_server.features.feeds.workbook import csv_of_workbook


class ReadFile(NamedTuple):
    """A file that could be read, its rows checked."""

    checked: Checked
    present: frozenset[str]
    unknown: tuple[str, ...]


def read_file(
    file: Path, found: Survey, habits: FeedHabits, *, dataset: str, is_delta: bool, dist_code: str
) -> ReadFile:
    """Read and check a whole file. Raises `DomainError` with the place when it cannot be trusted."""
    mapping = habits.plain_mapping
    with tempfile.TemporaryDirectory(prefix="order-track-feed-") as folder:
        text = _as_text(file, found, Path(folder), mapping, dataset=dataset, is_delta=is_delta)
        meanings = read_headings(text.headings, dataset, mapping)
        wanted = {place: column for place, column in enumerate(meanings.columns) if column}
        checked = check_pieces(
            read_pieces(text, wanted),
            dataset,
            frozenset(wanted.values()),
            is_delta=is_delta,
            dist_code=dist_code,
            habits=habits.of_cells,
        )
    if checked.rows_read == 0 and not is_delta:
        raise DomainError(
            "no_rows",
            "The file has a header row and no rows below it. Nothing was changed; a whole file without rows would "
            "remove everything, so it is never taken in.",
        )
    return ReadFile(checked, frozenset(wanted.values()), meanings.unknown)


def _as_text(
    file: Path, found: Survey, folder: Path, mapping: Mapping[str, str], *, dataset: str, is_delta: bool
) -> TextFile:
    """The file as CSV in UTF-8 with its header read, whatever form it was posted in."""
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
