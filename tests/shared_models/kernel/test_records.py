"""Reading and changing records, and the hash by which two ends compare them."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import Record, Touch, columns_of, from_values, hash_of, row_hash, values_of
from shared_models.library.records import Copy, Loan
from shared_models.picking.records import PickWave
from shared_models.sample_orders.records import RequestLine
from tests.shared_models.world import ANN, BEA, NINE, SHOWROOM, world

WAVE = PickWave(
    id="wave-1",
    distributor_id="dist",
    printed_at=datetime(2026, 11, 16, 9, 0, 0, 123456, tzinfo=UTC),
    printed_by="pia",
    request_ids=("r1", "r“2”"),
)
LINE = RequestLine(
    id="line-1",
    request_id="r1",
    organisation_id="hal",
    distributor_id="kra",
    position=2,
    item_no="007.10",
    title="Moiré, Crème",
    quantity=3,
    backordered=1,
    backordered_until=date(2026, 12, 4),
)
CARD = Designer(id="d", showroom_id="s", name="null", phone="0", email="true", blocked=True, notes="a\nb\t“c”")
EXAMPLES: list[Record] = [WAVE, LINE, CARD]


def test_need_answers_the_same_for_what_is_missing_and_what_is_not_yours() -> None:
    records = world()
    assert records.need(Designer, ANN, showroom_id=SHOWROOM).name == "Ann Abbott"
    sentences = set()
    for key, showroom in (("nobody", SHOWROOM), (ANN, "another")):
        with pytest.raises(DomainError) as refused:
            records.need(Designer, key, showroom_id=showroom)
        sentences.add((refused.value.code, refused.value.sentence))
    assert sentences == {("not_found", "There is no such designer here.")}


def test_every_change_is_listed_with_what_was_before_and_after() -> None:
    records = world()
    ann, bea = records.need(Designer, ANN), records.need(Designer, BEA)
    changed = records.change(ann, notes="prefers mornings")
    records.delete(bea)
    assert records.touched == [Touch(Designer, ANN, ann, changed), Touch(Designer, BEA, bea, None)]
    assert records.get(Designer, ANN) == changed
    assert records.get(Designer, BEA) is None


def test_a_change_that_changes_nothing_is_not_listed() -> None:
    records = world()
    records.change(records.need(Designer, ANN), name="Ann Abbott")
    assert records.touched == []


def test_the_same_id_is_not_stored_twice() -> None:
    records = world()
    with pytest.raises(DomainError, match="This designer was already entered"):
        records.insert(records.need(Designer, ANN))


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_a_record_and_its_hash_survive_the_wire(record: Record) -> None:
    kind = type(record)
    travelled = json.loads(json.dumps(values_of(record)))
    back = from_values(kind, columns_of(kind), travelled)
    assert back == record
    assert row_hash(kind.TABLE.name, travelled) == row_hash(kind.TABLE.name, values_of(back)) == hash_of(record)


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_a_record_and_its_hash_survive_a_sqlite_file(record: Record) -> None:
    kind = type(record)
    values = [json.dumps(value) if isinstance(value, list) else value for value in values_of(record)]
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE t ({', '.join(columns_of(kind))})")
        database.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(values))})", values)
        row = list(database.execute("SELECT * FROM t").fetchone())
    database.close()
    lists = {index for index, value in enumerate(values_of(record)) if isinstance(value, list)}
    read = [json.loads(value) if index in lists else value for index, value in enumerate(row)]
    back = from_values(kind, columns_of(kind), read)
    assert back == record
    assert row_hash(kind.TABLE.name, values_of(back)) == row_hash(kind.TABLE.name, values_of(record))


def test_an_instant_told_in_another_zone_is_the_same_record_with_the_same_hash() -> None:
    copy = Copy(id="c", showroom_id="s", distributor_id="d", item_no="1", title="t", added_at=NINE)
    in_oslo = Copy(
        id="c",
        showroom_id="s",
        distributor_id="d",
        item_no="1",
        title="t",
        added_at=NINE.astimezone(timezone(timedelta(hours=1))),
    )
    assert values_of(copy) == values_of(in_oslo)
    assert row_hash("copies", values_of(copy)) == row_hash("copies", values_of(in_oslo))
    assert hash_of(copy) == hash_of(in_oslo) == row_hash("copies", values_of(copy))


def test_rows_that_differ_in_one_value_or_in_their_kind_differ_in_their_hash() -> None:
    values = values_of(LINE)
    other = [*values]
    other[columns_of(RequestLine).index("quantity")] = 4
    assert len({row_hash("request_lines", values), row_hash("request_lines", other), row_hash("loans", values)}) == 3


def test_a_hash_fits_a_signed_database_integer() -> None:
    hashes = [row_hash("t", [number]) for number in range(1000)]
    assert all(-(2**63) <= one < 2**63 for one in hashes)
    assert any(one < 0 for one in hashes)


def test_a_newer_partners_columns_are_ignored_and_an_older_partners_are_filled_in() -> None:
    columns, values = list(columns_of(RequestLine)), values_of(LINE)
    assert from_values(RequestLine, [*columns, "from_the_future"], [*values, 7]) == LINE
    carrier = columns.index("carrier")
    del columns[carrier], values[carrier]
    assert from_values(RequestLine, columns, values).carrier == ""


def test_truths_may_come_as_zero_and_one() -> None:
    values = values_of(CARD)
    values[columns_of(Designer).index("blocked")] = 1
    assert from_values(Designer, columns_of(Designer), values).blocked is True


def test_an_open_loan_has_no_end() -> None:
    loan = Loan(
        id="l", showroom_id="s", copy_id="c", designer_id="d", lent_at=NINE, lent_by="p", due_on=date(2026, 12, 1)
    )
    assert from_values(Loan, columns_of(Loan), values_of(loan)).returned_at is None
