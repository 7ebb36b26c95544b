"""From JSON Lines to the CSV text that every other file becomes too, so that all rules after it are the same code.

One object a line. Numbers keep the digits that were written, so that `1354.10` as a code loses nothing; `true` and
`false` are Y and N, `null` is blank, a list of texts becomes one cell with `|` between. Blank lines count and are
passed over.
"""

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.reading import MOST_COLUMNS, MOST_ROWS

LONGEST_LINE = 4 << 20
_MOST_SHOWN = 40
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of a NUL, which neither database keeps; not the text `\\u0000` behind an escaped backslash."""


class _Unfit(Exception):
    """What is wrong with a line, said so that it follows on “Line 7”."""


class _OtherMembers(Exception):
    """The lines do not all have the same members."""


def csv_of_json_lines(source: Path, folder: Path, *, is_delta: bool) -> Path:
    """The UTF-8 file as CSV in `folder`: the members of all lines as header, then a record a line.

    In a delta an absent member would mean “unchanged” and an empty cell “not known”: all lines must then have the
    same members. Raises `DomainError`: `json_line`, `members_differ`, `empty_file`, `too_many_columns`,
    `too_many_rows`.
    """
    copy = folder / "as-csv"
    try:
        # Nearly always every line has the members of the first one: then all is read once.
        _write(copy, source, _first_members(source), is_whole=True)
    except _OtherMembers:
        _write(copy, source, _members(source, is_delta=is_delta), is_whole=False)
    return copy


def _write(copy: Path, source: Path, headings: list[str], *, is_whole: bool) -> None:
    """Raises `_OtherMembers` for a line that has others, if `is_whole`."""
    wanted = set(headings)
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        file.write("sep=,\n")
        writer.writerow(headings)
        for number, row in _lines(source):
            if row is None:
                file.write("\n")
                continue
            if is_whole and row.keys() != wanted:
                raise _OtherMembers
            writer.writerow(_cells(row, headings, number))


def _first_members(source: Path) -> list[str]:
    """Of the first line that has any. Raises `_OtherMembers` when that is not simple."""
    first = next((row for _, row in _lines(source) if row is not None), None)
    if not first or len(first) > MOST_COLUMNS:
        raise _OtherMembers
    return list(first)


def _members(source: Path, *, is_delta: bool) -> list[str]:
    """The members of all lines, in the order in which they first come."""
    headings: dict[str, None] = {}
    first: tuple[int, frozenset[str]] | None = None
    for number, row in _lines(source):
        if row is None:
            continue
        headings.update(dict.fromkeys(row))
        if len(headings) > MOST_COLUMNS:
            raise DomainError(
                "too_many_columns",
                f"Up to line {number} there are more than {MOST_COLUMNS} members. Nothing was changed; is this the "
                "right file?",
                most_columns=MOST_COLUMNS,
            )
        first = first or (number, frozenset(row))
        if is_delta and first[1] != row.keys():
            name = min(first[1] ^ row.keys())
            with_it, without = (number, first[0]) if name in row else (first[0], number)
            raise DomainError(
                "members_differ",
                f"Line {with_it} has “{name[:_MOST_SHOWN]}” and line {without} has not. Nothing was changed; in a file "
                "of changes give every line the same members: one that is left out everywhere stays as it is.",
                line=number,
            )
    if not headings:
        raise DomainError("empty_file", "The file has no row. Nothing was changed; check the export.")
    return list(headings)


def _lines(source: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each line's number from 1 and its object; None for a blank one."""
    with source.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if number > MOST_ROWS:
                raise DomainError(
                    "too_many_rows",
                    f"The file has more than {MOST_ROWS:,} lines. Nothing was changed; post it in parts, as deltas.",
                    most_rows=MOST_ROWS,
                )
            try:
                yield number, _object(raw)
            except _Unfit as unfit:
                raise DomainError(
                    "json_line",
                    f"Line {number} {unfit}. Nothing was changed; write one object a line, such as "
                    '{"item_no": "0123", "status": "ACTIVE"}.',
                    line=number,
                ) from None


def _object(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > LONGEST_LINE:
        raise _Unfit(f"is longer than {LONGEST_LINE >> 20} MiB")
    text = raw.decode().removeprefix("\ufeff").strip()
    if not text:
        return None
    found = _parsed(text)
    if not isinstance(found, dict):
        raise _Unfit("is no object")
    return found


def records_of_body(raw: bytes) -> list[dict[str, str]]:
    """The records of a JSON body, an object or a list of objects, as cells. Raises `DomainError("json_body")`."""
    try:
        found = _parsed(raw.decode().removeprefix("\ufeff"))
        records = found if isinstance(found, list) else [found]
        if not records or not all(isinstance(record, dict) and record for record in records):
            raise _Unfit("is no object with columns, nor a list of such")
        return [{name: _cell(value, name) for name, value in record.items()} for record in records]
    except UnicodeDecodeError:
        sentence = "The body is not in UTF-8. Nothing was changed."
    except _Unfit as unfit:
        sentence = f"The body {unfit}. Nothing was changed."
    raise DomainError("json_body", f'{sentence} Send columns such as {{"qty_on_hand": "12.5"}}.')


def _parsed(text: str) -> Any:
    """Numbers keep the digits that were written. Raises `_Unfit`."""
    try:
        found = _decoder().decode(text)
    except json.JSONDecodeError as error:
        raise _Unfit(f"is no JSON: {error.msg.lower()} at character {error.pos + 1}") from None
    except RecursionError:
        raise _Unfit("is nested too deeply") from None
    if "\\u0000" in text and _NUL.search(text):
        raise _Unfit("holds a NUL character, which no text has")
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Unfit(f"has “{twice[:_MOST_SHOWN]}” twice")
    return found


def _no_constant(text: str) -> NoReturn:
    raise _Unfit(f"holds {text}, which is no number")


@cache
def _decoder() -> json.JSONDecoder:
    """Made once: making it takes as long as reading a line."""
    return json.JSONDecoder(object_pairs_hook=_once_each, parse_float=str, parse_int=str, parse_constant=_no_constant)


def _cells(row: dict[str, Any], headings: list[str], number: int) -> list[str]:
    values: list[Any] = [row.get(heading) for heading in headings]
    try:
        # Whether all are texts, and each of whole characters, in one go.
        "".join(values).encode()
    except (TypeError, UnicodeEncodeError):
        return _read_cells(values, headings, number)
    return values


def _read_cells(values: list[Any], headings: list[str], number: int) -> list[str]:
    try:
        return [_cell(value, heading) for value, heading in zip(values, headings, strict=True)]
    except _Unfit as unfit:
        raise DomainError("json_line", f"Line {number} {unfit}. Nothing was changed.", line=number) from None


def _cell(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, str):
        return _whole(value, name)
    if isinstance(value, list) and all(isinstance(one, str) and "|" not in one for one in value):
        return _whole("|".join(value), name)
    raise _Unfit(f"has an object, or a list of something else than texts without |, as “{name[:_MOST_SHOWN]}”")


def _whole(text: str, name: str) -> str:
    """The text itself, unless an escape such as `\\ud83d` left half a character in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Unfit(f"has half a character in “{name[:_MOST_SHOWN]}”") from None
    return text
