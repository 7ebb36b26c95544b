"""A distributor with a feed desk of its own, and the questions that tests ask of what is live."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.records import row_hash
from shared_models.sync.streams import follow_up, line_dataset
from sync_server.features.accounts.actions import add_organisation
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.habits import FeedHabits, save_habits
from sync_server.features.feeds.history import Run
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.sync.pages import read_page
from sync_server.features.sync.stream_log import Head, read_heads
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES
from sync_server.foundation.database import Database

MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HEADER = "item_no,pattern_name,color_name,price_trade,price_visible,currency,status\n"


class House:
    """A distributor that posts texts or bytes, and shows what is live."""

    def __init__(self, database: Database, folder: Path, code: str = "CTH") -> None:
        self.database = database
        self.folder = folder
        self.clock = SettableClock(MORNING)
        with database.writing() as connection:
            self.id = add_organisation(connection, code=code, name=f"House {code}", kind="distributor").id
        self.code = code
        self.held: list[Run] = []
        self.desk = FeedDesk(database, self.clock, on_held=lambda _connection, run: self.held.append(run))

    def post(self, content: str | bytes, dataset: str = "products", **envelope: Any) -> Run:
        """Post a file an hour later than the last one."""
        self.clock.advance(timedelta(hours=1))
        file = self.folder / "posted.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.desk.post(Posting(self.id, self.code, dataset, **envelope), file)

    def declare(self, dataset: str = "products", **habits: Any) -> None:
        """Save a mapping or formats."""
        with self.database.writing() as connection:
            save_habits(connection, self.id, dataset, FeedHabits(**habits))

    def live(self, dataset: str = "products") -> list[dict[str, Any]]:
        """The live rows with all their columns, by natural key."""
        table = {**LINE_TABLES, **FOLLOW_UP_TABLES}[dataset]
        key = [table.c[name] for name in (DATASETS.get(dataset) or LINE_DATASETS[dataset]).key]
        with self.database.reading() as connection:
            rows = connection.execute(
                select(table)
                .where(table.c.distributor_id == self.id, table.c.gone_at.is_(None))
                .order_by(table.c.row_key)
            ).mappings()
            assert key
            return sorted((dict(row) for row in rows), key=lambda row: [row[one.name] for one in key])

    def items(self, dataset: str = "products") -> list[str]:
        """The item numbers that are live, sorted."""
        return [row["item_no"] for row in self.live(dataset)]

    def row(self, item_no: str, dataset: str = "products") -> dict[str, Any]:
        """The first live row of an item."""
        return next(row for row in self.live(dataset) if row["item_no"] == item_no)

    def head(self, dataset: str = "products") -> Head:
        """Where the dataset's stream stands."""
        stream = line_dataset(self.id, dataset)
        with self.database.reading() as connection:
            return read_heads(connection, [stream])[stream]

    def follow_up(self, scope: str = "all", code: str = "") -> Head:
        """Where a stream of the follow-up stands."""
        stream = follow_up(self.id, scope, code)
        with self.database.reading() as connection:
            return read_heads(connection, [stream])[stream]

    def shown(self, scope: str = "all", code: str = "", after: int = 0) -> dict[str, list[dict[str, Any]]]:
        """What a station gets of a stream after a position, in small pages: the rows by dataset; checked with the head.

        Ids of what left are under `gone`.
        """
        stream = follow_up(self.id, scope, code)
        rows: dict[str, dict[Any, dict[str, Any]]] = {}
        gone: list[dict[str, Any]] = []
        with self.database.reading() as connection:
            head = read_heads(connection, [stream])[stream]
            at = after
            while at < head.head:
                page = read_page(connection, stream, at, head, 1_500, fetching=after == 0)
                assert at < page.upto <= head.head
                at = page.upto
                for table in page.tables:
                    for key, *values in zip(table.keys, *table.values, strict=True):
                        rows.setdefault(table.table, {})[key] = dict(zip(table.columns, values, strict=True))
                gone += [{"dataset": one.table, "id": key} for one in page.gone for key in one.keys]
        if after == 0:
            hashes = [row_hash(name, list(row.values())) for name, some in rows.items() for row in some.values()]
            assert (len(hashes), sum(hashes) % 2**64) == (head.rows, head.checksum)
        return {
            **{name: list(some.values()) for name, some in rows.items()},
            **({"gone": gone} if gone and after else {}),
        }

    def travels(self, dataset: str = "products") -> Head:
        """The head as a station would work it out from all rows it may see."""
        rows = self.live(dataset)
        checksum = 0
        for row in rows:
            if dataset == "products" and row["price_visible"] != "Y":
                row.update(price_trade=None, currency="")
            values = [row["row_key"], *(row[name] for name in LINE_DATASETS[dataset].columns)]
            checksum += row_hash(dataset, values)
        return Head(self.head(dataset).head, len(rows), checksum % 2**64)

    def state(self) -> tuple[object, ...]:
        """Everything that a refused run must leave as it was."""
        return (self.live(), self.live("inventory"), self.head(), self.head("inventory"))


def products(count: int, **changes: str) -> str:
    """A products file of `count` rows, whose item numbers are 0001 …; `changes` maps an item to its whole row."""
    rows = [
        changes.get(f"i{number:04d}", f"{number:04d},Ashdown,Flax,48.50,Y,USD,ACTIVE") for number in range(1, count + 1)
    ]
    return HEADER + "".join(row + "\n" for row in rows if row)
