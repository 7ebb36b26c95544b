"""Tables derived from records give back what was put in, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, MetaData, create_engine, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from shared_models.accounts.records import Membership, Organisation
from shared_models.designers.records import Designer
from shared_models.kernel.operation import Role
from shared_models.kernel.records import Record, columns_of, from_values, row_hash, values_of
from shared_models.kernel.schema import tables_for
from shared_models.library.records import Loan
from shared_models.picking.records import PickWave
from shared_models.sample_orders.records import RequestLine
from shared_models.sync.registry import RECORD_KINDS

OSLO = timezone(timedelta(hours=1))
LENT_AT = datetime(2026, 11, 16, 9, 0, 0, 123456, tzinfo=UTC)
EXAMPLES: list[Record] = [
    Organisation(id="o", code="KRA", name="Kravel “Fabrics” – Möbel", kind="distributor", takes_part=False),
    Membership(id="m", person_id="p", organisation_id="o", role=Role.MASTER),
    Designer(id="d", showroom_id="s", name="Zoë O'Hara", resale_expires_on=date(2027, 1, 31), blocked=True),
    Loan(id="l", showroom_id="s", copy_id="c", designer_id="d", lent_at=LENT_AT, lent_by="p", due_on=date(2026, 12, 1)),
    PickWave(id="w", distributor_id="o", printed_at=LENT_AT, printed_by="p", request_ids=("r1", "r2")),
    RequestLine(
        id="rl", request_id="r", organisation_id="s", distributor_id="o", position=1, item_no="007.10", quantity=3
    ),
]

metadata = MetaData()
TABLES = tables_for(RECORD_KINDS, metadata)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = create_engine(url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_a_record_and_its_hash_read_back_the_same(engine: Engine, record: Record) -> None:
    kind = type(record)
    table, columns = TABLES[kind], columns_of(kind)
    with engine.begin() as connection:
        connection.execute(insert(table).values({name: getattr(record, name) for name in columns}))
        row = connection.execute(select(*(table.c[name] for name in columns))).one()
    back = from_values(kind, columns, list(row))
    assert back == record
    assert row_hash("t", values_of(back)) == row_hash("t", values_of(record))


def test_an_instant_of_another_zone_reads_back_as_the_same_instant_in_utc(engine: Engine) -> None:
    table = TABLES[PickWave]
    wave = PickWave(id="w", distributor_id="o", printed_at=LENT_AT.astimezone(OSLO), printed_by="p", request_ids=())
    with engine.begin() as connection:
        connection.execute(insert(table).values({name: getattr(wave, name) for name in columns_of(PickWave)}))
        (read,) = connection.execute(select(table.c.printed_at)).one()
    assert (read, read.tzinfo) == (LENT_AT, UTC)


def test_instants_are_found_by_comparing_them(engine: Engine) -> None:
    table = TABLES[PickWave]
    with engine.begin() as connection:
        for number in range(3):
            moment = LENT_AT + timedelta(hours=number)
            values = {"id": f"w{number}", "distributor_id": "o", "printed_by": "p", "request_ids": ()}
            connection.execute(insert(table).values(**values, printed_at=moment))
        later = select(table.c.id).where(table.c.printed_at > LENT_AT.astimezone(OSLO)).order_by(table.c.id)
        assert connection.execute(later).scalars().all() == ["w1", "w2"]


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    values = {"id": "w", "distributor_id": "o", "printed_by": "p", "request_ids": ()}
    with pytest.raises(StatementError, match="an instant must be aware"), engine.begin() as connection:
        connection.execute(insert(TABLES[PickWave]).values(**values, printed_at=LENT_AT.replace(tzinfo=None)))


def test_only_what_may_be_empty_may_be_empty() -> None:
    columns = TABLES[Loan].c
    assert columns.returned_at.nullable
    assert not columns.lent_at.nullable
    assert columns.id.primary_key


def test_what_must_be_unique_cannot_be_stored_twice(engine: Engine) -> None:
    table = TABLES[Membership]
    values = {"person_id": "p", "organisation_id": "o", "role": "clerk"}
    twins = [{"id": key, **values} for key in ("1", "2")]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(table), twins)
