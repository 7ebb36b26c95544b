"""The master's feeds page: a file whose headings nobody knows is looked at, its columns are named, it is taken in."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from desktop.demo.cast import Seat
from desktop.demo.day_log import DayLog
from desktop.features.feeds import actions, queries
from desktop.features.feeds.headings import all_suggestions, heading_rows
from desktop.features.feeds.rows import ChosenFile, FileFacts, Trial
from desktop.features.feeds.sentences import Step, verdict_of

_COLOURS = ("Slate", "Oyster", "Pewter", "Driftwood", "Sea Glass", "Ink")
ITEM_NO = "OT-FEED-01"
_STRANGE = "Artikel-Nr;Ptn Nm;Clr Nm;Wdth;Bemerkung\n{item};Harborline;Slate;54;neu\n"


def write_strange_file(folder: Path) -> Path:
    """One new product as a house with a program of its own might write it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "new colours.csv"
    file.write_text(_STRANGE.format(item=ITEM_NO), encoding="utf-8")
    return file


def write_file_with_new_headings(folder: Path) -> Path:
    """Changes of which the server knows some columns, may guess others, and cannot know one."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "products autumn.csv"
    rows = [f"OT-FEED-{number:02d},Harborline,{colour},54,Oeko-Tex" for number, colour in enumerate(_COLOURS, start=1)]
    file.write_text("\n".join(["Item #,Pattern Name,Clr Descr,Fabric Wdth,Certificates", *rows, ""]), encoding="utf-8")
    return file


def take_in_strange_file(log: DayLog, master: Seat, file: Path) -> None:
    """Look, accept what the headings may mean, look again, take it in, and again with the same batch."""
    chosen = ChosenFile(file, facts_of(file), "products", mode="delta")
    first = _look(master, chosen)
    log.check("the file is refused while nobody knows its columns", first.run.code, "key_column_missing")
    change = all_suggestions(heading_rows(first.run))
    understood = {column for column in change.mapping.values() if column}
    log.check("four of its headings are understood", understood, {"item_no", "pattern_name", "color_name", "width_in"})
    actions.declare(master.desk, "products", change)
    second = _look(master, chosen)
    log.check("now it can be taken in", verdict_of(second).step, Step.TAKE_IN)
    log.check("as one new product", (second.run.rows_new, second.run.rows_gone), (1, 0))
    _changes, run = actions.take_in(master.desk, second, nothing, threading.Event())
    log.check("it is live", run.status, "landed")
    _changes, again = actions.take_in(master.desk, second, nothing, threading.Event())
    log.check("the same batch again is answered like the first time", (again.id, again.repeated), (run.id, True))
    newest = queries.runs(master.desk, "products")[0]
    log.check("the history tells it once", (newest.id, newest.rows_new), (run.id, 1))


def _look(master: Seat, chosen: ChosenFile) -> Trial:
    return actions.look_at(master.desk, chosen, nothing, threading.Event())[1]


def facts_of(file: Path) -> FileFacts:
    """As the page would know the file, written just now."""
    return FileFacts(file.stat().st_size, datetime.now(UTC))


def nothing(_sent: int, _size: int) -> None:
    """Nobody watches."""
