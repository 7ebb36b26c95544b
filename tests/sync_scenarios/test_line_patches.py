"""Patches as the server writes them bring a station's file from any state to the next, one by one or joined."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count, pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.cache.line_file import LineFile
from shared_models.catalogue.records import PRODUCTS, Product
from shared_models.sync.line_parts import Block, pack, unpack
from sync_server.features.sync.line_patches import blocks_of, merged, put_blocks
from sync_server.features.sync.line_work import RowChange
from tests.builders.lines import sums_of, values_of_rows

State = dict[int, Product]
KEY = bytes(range(32))
_NUMBERS = count()
WORDS = ("Chevron", "Marlow", "Sea Glass", "", "Béraudin")

products = st.builds(
    Product,
    item_no=st.sampled_from(["0123-04", "0123-05", "1354.10.0"]),
    pattern_name=st.sampled_from(WORDS),
    status=st.sampled_from(["ACTIVE", "NEW"]),
    price_trade=st.one_of(st.none(), st.integers(0, 3)),
    updated_at=st.sampled_from(["", "2026-11-01", "2026-11-02"]),
)
states = st.lists(st.dictionaries(st.integers(1, 9), products, max_size=6), min_size=2, max_size=5)


def patch_between(before: State, after: State) -> list[Block]:
    """What the server writes when its rows went from one state to the other."""
    old, new = ({row[0]: row for row in values_of_rows(state)} for state in (before, after))
    changes = [RowChange(key, old.get(key), new.get(key)) for key in sorted(old | new)]
    return blocks_of(PRODUCTS, [change for change in changes if change.before != change.after])


@contextmanager
def file_at(folder: Path, state: State) -> Iterator[LineFile]:
    """A station's finished file at position 1."""
    with closing(LineFile(folder / f"{next(_NUMBERS)}.db", KEY, PRODUCTS)) as file:
        file.begin("a base", "")
        file.fill(put_blocks(PRODUCTS, values_of_rows(state)), part=0)
        file.finish(sums_of("products", state, 1))
        yield file


def rows_and_words(file: LineFile) -> tuple[list[object], dict[str, list[int]]]:
    """Everything that the file says, and what each word finds in it."""
    connection = file._connection
    rows = connection.execute("SELECT * FROM products ORDER BY row_key").fetchall()
    found = {
        word: sorted(key for (key,) in connection.execute("SELECT rowid FROM search WHERE search MATCH ?", (query,)))
        for word in ("chevron", "marlow", "glass", "beraudin", "0123", "1354", "04")
        for query in (f'"{word}"*',)
    }
    connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    return rows, found


@settings(max_examples=150, deadline=None)
@given(states=states)
def test_patches_one_by_one_lead_to_the_same_as_a_fresh_file(
    tmp_path_factory: pytest.TempPathFactory, states: list[State]
) -> None:
    folder = tmp_path_factory.mktemp("one by one")
    with file_at(folder, states[0]) as file, file_at(folder, states[-1]) as fresh:
        for number, (before, after) in enumerate(pairwise(states), start=1):
            sent = list(unpack(pack(patch_between(before, after))))
            file.patch(sent, after=number, agreed=sums_of("products", after, number + 1))
        assert rows_and_words(file) == rows_and_words(fresh)
        assert file.is_sound()


@settings(max_examples=150, deadline=None)
@given(states=states, data=st.data())
def test_joined_patches_may_be_laid_over_any_state_in_between(
    tmp_path_factory: pytest.TempPathFactory, states: list[State], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("joined")
    joined: Sequence[Block] = patch_between(states[0], states[1])
    for before, after in pairwise(states[1:]):
        joined = merged(PRODUCTS, joined, patch_between(before, after))
    start = data.draw(st.integers(0, len(states) - 1))
    with file_at(folder, states[start]) as file, file_at(folder, states[-1]) as fresh:
        file.patch(joined, after=0, agreed=sums_of("products", states[-1], len(states)))
        assert rows_and_words(file) == rows_and_words(fresh)
        assert file.is_sound()


def test_a_patch_says_only_what_changed() -> None:
    before = {key: Product(item_no=str(key), pattern_name="Chevron", price_trade=1) for key in range(1, 50)}
    after = {key: msgspec.structs.replace(row, price_trade=2) for key, row in before.items()}
    after[7] = msgspec.structs.replace(after[7], status="NEW")
    blocks = patch_between(before, after)
    assert {(block.what, tuple(block.columns), len(block.steps)) for block in blocks} == {
        ("set", ("price_trade",), 48),
        ("set", ("price_trade", "status"), 1),
    }


def test_rows_that_changed_in_too_many_ways_are_sent_whole() -> None:
    chance = random.Random(7)
    before = {key: Product(item_no=str(key)) for key in range(1, 400)}
    columns = ("pattern_name", "color_name", "brand", "usage", "backing", "finish", "country", "category")
    after = {
        key: msgspec.structs.replace(row, **{name: "new" for name in columns if chance.random() < 0.5})
        for key, row in before.items()
    }
    blocks = patch_between(before, after)
    assert len(blocks) <= 25
    whole = [block for block in blocks if block.what == "put"]
    assert whole
    assert all(block.columns == list(PRODUCTS.columns) for block in whole)


def test_a_column_that_did_not_change_and_a_word_that_did_not_are_not_touched(tmp_path: Path) -> None:
    before = {key: Product(item_no=str(key), pattern_name="Chevron", price_trade=1) for key in range(1, 50)}
    after = {key: msgspec.structs.replace(row, price_trade=2) for key, row in before.items()}
    with file_at(tmp_path, before) as file:
        said: list[str] = []
        file._connection.set_trace_callback(said.append)
        file.patch(patch_between(before, after), after=1, agreed=sums_of("products", after, 2))
        file._connection.set_trace_callback(None)
        updates = [statement for statement in said if statement.startswith("UPDATE products")]
        assert updates
        assert all("SET price_trade =" in statement and "," not in statement for statement in updates)
        assert not [statement for statement in said if "search" in statement]
