"""What a run changes, as lines of a table: one a changed cell, one a row that is new or gone; filtered and in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from desktop.features.feeds.words import counted
from desktop.sync.feed_messages import DifferencePage, FeedRun, RowChange
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.follow_up.records import FOLLOW_UP_DATASETS

KIND_WORDS = {"gone": "Gone", "changed": "Changed", "new": "New"}
CHANGE_HEADINGS = ("change", "row", "key", "known_by", "column", "before", "after")
ROWS_AT_ONCE = 500
TRIED_ROWS = 500
"""How many rows of each kind a look at a file brings along."""
_MOST_CELLS_OF_A_LINE = 6


class DifferenceAsk(NamedTuple):
    """Which rows are wanted: of one kind, with this column changed, with these words in them; "" for all."""

    kind: str = ""
    column: str = ""
    search: str = ""
    offset: int = 0


class ChangeLine(NamedTuple):
    """One line of the table."""

    number: int
    kind: str
    row: int
    """Of the file; 0 for a row that is gone."""
    key: str
    known_by: str
    column: str
    before: str
    after: str


def lines_of(rows: Iterable[RowChange], key: Sequence[str], first: int = 0) -> list[ChangeLine]:
    """The rows as lines, numbered from `first`."""
    return [line._replace(number=number) for number, line in enumerate(_lines(rows, key), start=first)]


def _lines(rows: Iterable[RowChange], key: Sequence[str]) -> Iterator[ChangeLine]:
    for change in rows:
        named = _named(change, key)
        if change.kind == "changed":
            for cell in change.cells:
                yield ChangeLine(0, change.kind, change.row, named, change.about, cell.column, cell.before, cell.after)
            continue
        whole = "; ".join(f"{cell.column} {cell.before or cell.after}" for cell in change.cells[:_MOST_CELLS_OF_A_LINE])
        whole += " …" if len(change.cells) > _MOST_CELLS_OF_A_LINE else ""
        before, after = (whole, "") if change.kind == "gone" else ("", whole)
        yield ChangeLine(0, change.kind, change.row, named, change.about, "whole row", before, after)


def _named(change: RowChange, key: Sequence[str]) -> str:
    """The first part of the key as it is, the others with their names."""
    names = [*key, *[""] * (len(change.key) - len(key))]
    parts = list(zip(names, change.key, strict=False))
    return ", ".join(
        value if place == 0 else f"{name} {value}".strip() for place, (name, value) in enumerate(parts) if value
    )


def _key_of(dataset: str) -> tuple[str, ...]:
    """The natural key; nothing of a dataset of a newer server."""
    if dataset in LINE_DATASETS:
        return LINE_DATASETS[dataset].key
    return FOLLOW_UP_DATASETS[dataset].key if dataset in FOLLOW_UP_DATASETS else ()


def tried_page(run: FeedRun, ask: DifferenceAsk) -> DifferencePage:
    """What a look at a file brought along, as the server would tell it of a run."""
    words = ask.search.casefold().split()
    found = [one for change in run.row_changes if (one := _as_wanted(change, ask)) is not None and _has(one, words)]
    return DifferencePage(
        run_id=run.id,
        dataset=run.dataset,
        key=list(_key_of(run.dataset)),
        state="kept",
        sentence=_tried_sentence(run),
        matches=len(found),
        offset=ask.offset,
        rows=list(islice(found, ask.offset, ask.offset + ROWS_AT_ONCE)),
    )


def tried_lines(run: FeedRun, ask: DifferenceAsk) -> list[tuple[str, ...]]:
    """What a look at a file brought along and is wanted, a line a changed cell, for `CHANGE_HEADINGS`."""
    words = ask.search.casefold().split()
    found = [one for change in run.row_changes if (one := _as_wanted(change, ask)) is not None and _has(one, words)]
    return [
        (one.kind, str(one.row or ""), ", ".join(one.key), one.about, cell.column, cell.before, cell.after)
        for one in found
        for cell in one.cells
    ]


def _as_wanted(change: RowChange, ask: DifferenceAsk) -> RowChange | None:
    if ask.kind not in ("", change.kind):
        return None
    if not ask.column:
        return change
    cells = [cell for cell in change.cells if cell.column == ask.column]
    if change.kind != "changed" or not cells:
        return None
    return RowChange(kind=change.kind, row=change.row, key=change.key, about=change.about, cells=cells)


def _has(change: RowChange, words: Sequence[str]) -> bool:
    text = "\n".join([*change.key, change.about, *(f"{one.before}\n{one.after}" for one in change.cells)]).casefold()
    return all(word in text for word in words)


def _tried_sentence(run: FeedRun) -> str:
    here = {kind: sum(change.kind == kind for change in run.row_changes) for kind in KIND_WORDS}
    cut = [
        f"{here[kind]:,} of {rows:,} {kind}"
        for kind, rows in (("gone", run.rows_gone), ("changed", run.rows_changed), ("new", run.rows_new))
        if here[kind] < rows
    ]
    return f"Shown before it is taken in: the first {', '.join(cut)} rows." if cut else ""


def amount_words(shown: int, matches: int, sentence: str) -> str:
    """How many rows are listed of how many, and what is not there at all."""
    listed = f"{shown:,} of {counted(matches, 'row')}" if shown < matches else counted(matches, "row")
    return f"{listed}. {sentence}" if sentence else listed
