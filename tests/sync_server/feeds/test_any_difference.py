"""Any two files of a dataset: what is told of their difference is the difference, cell by cell, and harmless as CSV."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_server.features.feeds.difference_csv import difference_csv
from sync_server.features.feeds.difference_store import Wanted, read_difference, wanted_changes
from sync_server.features.feeds.errors_csv import errors_csv
from sync_server.features.feeds.history import Run, need_run
from sync_server.features.feeds.row_changes import CellChange, RowChange
from sync_server.features.feeds.row_errors import RowError
from sync_server.foundation.database import open_database
from tests.sync_server.feeds.house import House

_COLUMNS = ("pattern_name", "color_name", "price_trade", "status", "lead_time_days")
_ROW = st.fixed_dictionaries(
    {
        "pattern_name": st.sampled_from(["", "Ashdown", "=1+2", "Ünïque, “x”"]),
        "color_name": st.sampled_from(["", "Flax", "Dove", "-4"]),
        "price_trade": st.sampled_from(["", "48.50", "52", "60.0001"]),
        "status": st.sampled_from(["", "ACTIVE", "DISCONTINUED"]),
        "lead_time_days": st.sampled_from(["", "3", "14"]),
    }
)
_FILE = st.dictionaries(st.sampled_from([f"{number:04d}" for number in range(9)]), _ROW, min_size=1)
_SHOWN = {"52": "52.00"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_house(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    with new_database(request.param) as url:
        database = open_database(url)
        house = House(database, tmp_path_factory.mktemp("any-difference"))
        house.declare(most_gone_percent=100)
        yield house
        database.close()


def written(rows: dict[str, dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["item_no", *_COLUMNS])
    writer.writerows([item, *(row[name] for name in _COLUMNS)] for item, row in rows.items())
    return text.getvalue()


def told(house: House, run: Run) -> dict[str, tuple[str, dict[str, tuple[str, str]]]]:
    with house.database.reading() as connection:
        kept = need_run(connection, run.id, [house.id])
        page = read_difference(connection, kept, Wanted(), offset=0, most=1_000)
    counts = [sum(one.kind == kind for one in page.rows) for kind in ("new", "changed", "gone")]
    assert counts == [run.rows_new, run.rows_changed, run.rows_gone] == [run.kept_new, run.kept_changed, run.kept_gone]
    for name, count in run.changed_columns.items():
        assert count == sum(one.kind == "changed" and name in (cell.column for cell in one.cells) for one in page.rows)
    return {one.key[0]: (one.kind, {cell.column: (cell.before, cell.after) for cell in one.cells}) for one in page.rows}


def expected(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> dict[str, tuple[str, dict[str, tuple[str, str]]]]:
    found: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {}
    for item in {**before, **after}:
        old, new = before.get(item, {}), after.get(item, {})
        cells = {
            name: (_SHOWN.get(old.get(name, ""), old.get(name, "")), _SHOWN.get(new.get(name, ""), new.get(name, "")))
            for name in _COLUMNS
            if old.get(name, "") != new.get(name, "")
        }
        kind = "new" if item not in before else "gone" if item not in after else "changed"
        if cells or kind != "changed":
            found[item] = (kind, cells)
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_FILE, after=_FILE)
def test_what_is_told_is_what_differs(
    one_house: House, before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> None:
    one_house.post(written(before))
    dry = one_house.post(written(after), dry_run=True)
    run = one_house.post(written(after))
    assert run.status == "landed", run.sentence
    assert told(one_house, run) == expected(before, after)
    with one_house.database.reading() as connection:
        assert dry.row_changes == list(wanted_changes(connection, run, Wanted()))


_ANY = st.text(max_size=8) | st.sampled_from(["=1+2", "@SUM(A1)", "+44 20", "\t=1", "\r=1", " \u00a0=1", "-2+3", "%"])


@given(key=_ANY, about=_ANY, before=_ANY, after=_ANY)
def test_no_cell_of_a_csv_begins_a_formula(key: str, about: str, before: str, after: str) -> None:
    change = RowChange("changed", 2, [key], about, [CellChange("color_name", before, after)])
    error = RowError(row=2, column="color_name", value=before, expected=after, example=about)
    for text in ("".join(difference_csv("products", [change])), errors_csv([error])):
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert len(rows) == 2
        for cell in rows[1]:
            assert not cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r"))
