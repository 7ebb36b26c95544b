"""The kept differences of runs: written with the run, read page by page, forgotten when enough newer ones are there."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.history import LIVE, DifferenceState, Run
from sync_server.features.feeds.row_changes import KINDS, ChangeKind, RowChange, RunDifference, unpacked
from sync_server.features.feeds.tables import FEED_DIFFERENCE_PAGES, FEED_RUNS

RUNS_KEPT = 50
"""Of each dataset of a distributor the newest so many can be looked at row by row, and every one that is held."""
MOST_ROWS_TOLD = 1_000
MOST_ROWS_OF_A_GROWING_PAGE = 100
"""What is told in real time comes row by row; each time the last page is packed anew."""


class Wanted(NamedTuple):
    """Which row changes: of one kind, with this column changed, with all these words in them; blank for all."""

    kind: ChangeKind | None = None
    column: str = ""
    search: str = ""


class DifferencePage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what a run changed; the counts are of all of it."""

    run_id: str
    dataset: str
    key: list[str]
    """The columns of `RowChange.key`."""
    state: DifferenceState
    sentence: str
    """What is not here and why; empty when all of it is."""
    rows_new: int
    rows_changed: int
    rows_gone: int
    kept_new: int
    kept_changed: int
    kept_gone: int
    changed_columns: dict[str, int]
    matches: int
    """Rows that were asked for, as far as they are kept."""
    offset: int
    rows: list[RowChange]


def keep_difference(connection: Connection, run: Run, found: RunDifference) -> None:
    """Keep what a stored run changed, in place of what was kept of it before; the oldest ones are forgotten."""
    pages = FEED_DIFFERENCE_PAGES
    connection.execute(delete(pages).where(pages.c.run_id == run.id))
    if found.pages:
        rows = [{"run_id": run.id, "place": place, **page._asdict()} for place, page in enumerate(found.pages)]
        connection.execute(insert(pages), rows)
    forget_oldest(connection, run)


def with_kept(run: Run, found: RunDifference) -> Run:
    """The run with what is told of its difference."""
    return msgspec.structs.replace(
        run,
        difference="kept",
        changed_columns=found.changed_columns,
        kept_new=found.kept("new"),
        kept_changed=found.kept("changed"),
        kept_gone=found.kept("gone"),
    )


def forget_oldest(connection: Connection, run: Run) -> None:
    """Keep the differences of the newest runs of this run's dataset; those of files and of real time apart."""
    is_live = run.mode == LIVE
    runs = FEED_RUNS
    old = connection.execute(
        select(runs.c.id)
        .where(
            runs.c.distributor_id == run.distributor_id,
            runs.c.dataset == run.dataset,
            runs.c.difference == "kept",
            runs.c.status != "held",
            runs.c.mode == LIVE if is_live else runs.c.mode != LIVE,
        )
        .order_by(runs.c.posted_at.desc(), runs.c.id.desc())
        .offset(RUNS_KEPT)
    ).scalars()
    ids = list(old)
    if ids:
        connection.execute(delete(FEED_DIFFERENCE_PAGES).where(FEED_DIFFERENCE_PAGES.c.run_id.in_(ids)))
        connection.execute(
            update(runs)
            .where(runs.c.id.in_(ids))
            .values(difference="forgotten", kept_new=0, kept_changed=0, kept_gone=0)
        )


def read_difference(connection: Connection, run: Run, wanted: Wanted, *, offset: int, most: int) -> DifferencePage:
    """At most so many of the wanted rows after the first `offset`."""
    matches, rows = _matching(connection, run, wanted, offset, min(most, MOST_ROWS_TOLD))
    return DifferencePage(
        run_id=run.id,
        dataset=run.dataset,
        key=list(DATASETS[run.dataset].key),
        state=run.difference,
        sentence=what_is_missing(run),
        rows_new=run.rows_new,
        rows_changed=run.rows_changed,
        rows_gone=run.rows_gone,
        kept_new=run.kept_new,
        kept_changed=run.kept_changed,
        kept_gone=run.kept_gone,
        changed_columns=run.changed_columns,
        matches=matches,
        offset=offset,
        rows=rows,
    )


def wanted_changes(connection: Connection, run: Run, wanted: Wanted) -> Iterator[RowChange]:
    """All wanted rows that are kept, page by page."""
    for page in _pages(connection, run, wanted.kind):
        yield from chosen(_body(connection, run, page.place), wanted)


def chosen(changes: Sequence[RowChange], wanted: Wanted) -> Iterator[RowChange]:
    """The wanted ones; with a column only that cell of each."""
    words = wanted.search.casefold().split()
    for change in changes:
        if wanted.kind not in (None, change.kind):
            continue
        if wanted.column:
            cells = [cell for cell in change.cells if cell.column == wanted.column]
            if change.kind != "changed" or not cells:
                continue
            change = msgspec.structs.replace(change, cells=cells)
        if not words or _has(change, words):
            yield change


def some_of_each(changes: Sequence[RowChange], most: int) -> list[RowChange]:
    """The first so many of each kind."""
    return [change for kind in KINDS for change in islice((one for one in changes if one.kind == kind), most)]


def what_is_missing(run: Run) -> str:
    """The sentence about what of a run's difference cannot be looked at; empty when all of it can."""
    if run.difference == "forgotten":
        return (
            f"More than {RUNS_KEPT} newer runs of this dataset are kept row by row; of this one only the counts are "
            "left."
        )
    if run.difference == "":
        return "Of this run nothing is kept row by row: it changed nothing, or it is from before that was kept."
    cut = [
        f"{kept:,} of {rows:,} {kind} rows"
        for kind, kept, rows in (
            ("gone", run.kept_gone, run.rows_gone),
            ("changed", run.kept_changed, run.rows_changed),
            ("new", run.kept_new, run.rows_new),
        )
        if kept < rows
    ]
    return f"Only the first {', '.join(cut)} are kept row by row; the counts are of all." if cut else ""


def _matching(connection: Connection, run: Run, wanted: Wanted, offset: int, most: int) -> tuple[int, list[RowChange]]:
    rows: list[RowChange] = []
    seen = 0
    for page in _pages(connection, run, wanted.kind):
        is_needed = wanted.column or wanted.search.strip() or (seen + page.rows > offset and len(rows) < most)
        if not is_needed:
            seen += page.rows
            continue
        for change in chosen(_body(connection, run, page.place), wanted):
            if seen >= offset and len(rows) < most:
                rows.append(change)
            seen += 1
    return seen, rows


def _pages(connection: Connection, run: Run, kind: ChangeKind | None) -> list[Any]:
    """Place and number of rows of each page, without its body."""
    pages = FEED_DIFFERENCE_PAGES
    query = select(pages.c.place, pages.c.rows).where(pages.c.run_id == run.id, pages.c.kind.in_(KINDS))
    if kind is not None:
        query = query.where(pages.c.kind == kind)
    return list(connection.execute(query.order_by(pages.c.place)))


def _body(connection: Connection, run: Run, place: int) -> list[RowChange]:
    pages = FEED_DIFFERENCE_PAGES
    body = connection.execute(select(pages.c.body).where(pages.c.run_id == run.id, pages.c.place == place)).scalar_one()
    return unpacked(body)


def _has(change: RowChange, words: Sequence[str]) -> bool:
    said = [*change.key, change.about, *(part for cell in change.cells for part in (cell.before, cell.after))]
    text = "\n".join(said).casefold()
    return all(word in text for word in words)
