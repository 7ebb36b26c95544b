"""The server's own tables about feeds: runs and their row errors, held files, habits, and one mark a published row."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from shared_models.kernel.schema import Instant
from sync_server.features.feeds.datasets import DATASETS
from sync_server.foundation.schema import metadata

FEED_RUNS = Table(
    "feed_runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("distributor_id", String(64), nullable=False),
    Column("dataset", String(40), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("batch_id", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("habits_digest", String(16), nullable=False, server_default=""),
    Column("accept_good_rows", Boolean, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("posted_by", String(64), nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("code", String(40), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_refused", Integer, nullable=False),
    Column("rows_new", Integer, nullable=False),
    Column("rows_changed", Integer, nullable=False),
    Column("rows_unchanged", Integer, nullable=False),
    Column("rows_gone", Integer, nullable=False),
    Column("rows_left_alone", Integer, nullable=False),
    Column("error_count", Integer, nullable=False),
    Column("unknown_columns", Text, nullable=False),
    Column("mapped_columns", Text, nullable=False, server_default="{}"),
    Column("suggested_columns", Text, nullable=False, server_default="[]"),
    Column("changed_columns", Text, nullable=False, server_default="{}"),
    Column("difference", String(10), nullable=False, server_default=""),
    Column("kept_new", Integer, nullable=False, server_default="0"),
    Column("kept_changed", Integer, nullable=False, server_default="0"),
    Column("kept_gone", Integer, nullable=False, server_default="0"),
    UniqueConstraint("distributor_id", "batch_id", name="uq_feed_runs_distributor_id_batch_id"),
    Index("ix_feed_runs_distributor_id_posted_at", "distributor_id", "posted_at"),
)
"""The history of runs. `status`: landed, held, refused, ignored or rejected; the `…_columns` are JSON."""

FEED_RUN_ERRORS = Table(
    "feed_run_errors",
    metadata,
    Column("run_id", String(64), ForeignKey("feed_runs.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("row", Integer, nullable=False),
    Column("column", String(40), nullable=False),
    Column("value", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("example", Text, nullable=False),
)

FEED_DIFFERENCE_PAGES = Table(
    "feed_difference_pages",
    metadata,
    Column("run_id", String(64), ForeignKey("feed_runs.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""What runs changed, row by row, compressed: of the newest runs of each dataset, so many rows of each run."""

FEED_FILES = Table(
    "feed_files",
    metadata,
    Column("run_id", String(64), ForeignKey("feed_runs.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("habits", Text, nullable=False, server_default=""),
)
"""The files of held runs as they were posted, zstd; a file goes when its run is accepted or rejected.

`habits` is what was declared of such files then, as JSON: by it the file is read when its run is accepted.
"""

FEED_STATES = Table(
    "feed_states",
    metadata,
    Column("distributor_id", String(64), primary_key=True),
    Column("dataset", String(40), primary_key=True),
    Column("as_of", Instant),
    Column("run_id", String(64), nullable=False),
    Column("next_row_key", BigInteger, nullable=False),
)
"""What is live: as of when, by which run, and the next row key, which is never given twice. Locked by each run."""

FEED_HABITS = Table(
    "feed_habits",
    metadata,
    Column("distributor_id", String(64), primary_key=True),
    Column("dataset", String(40), primary_key=True),
    Column("mapping", Text, nullable=False),
    Column("day_formats", String(100), nullable=False),
    Column("thousands", String(1), nullable=False),
    Column("most_gone_percent", Integer, nullable=False),
    Column("due_every_minutes", Integer, nullable=False),
)
"""How a distributor writes a dataset. `mapping`: JSON object, plain heading to column name or "" to leave it out."""


def _key_columns(key: tuple[str, ...], *, primary: bool) -> list[Column[str]]:
    return [Column(name, Text, primary_key=primary, nullable=False) for name in key]


def _marks(name: str, key: tuple[str, ...]) -> Table:
    return Table(
        name,
        metadata,
        Column("distributor_id", String(64), primary_key=True),
        *_key_columns(key, primary=True),
        Column("row_key", BigInteger, nullable=False),
        Column("content_hash", BigInteger, nullable=False),
        Column("row_hash", BigInteger, nullable=False),
        Column("is_gone", Boolean, nullable=False),
        Column("live_as_of", BigInteger),
        sqlite_with_rowid=False,
    )


MARKS: dict[str, Table] = {
    name: _marks(f"{name.removesuffix('s')}_marks", dataset.key) for name, dataset in DATASETS.items()
}
"""Beside every published row, gone ones included, what a run compares with: a narrow table, read in key order.

`content_hash` stands for the row as the distributor gave it, `row_hash` for the row as it travels. `live_as_of`
(microseconds since 1970) is set on a row that was last told in real time: a file that is older leaves it alone.
"""

_staging = MetaData()


def _temporary(name: str, *columns: Column[int] | Column[str]) -> Table:
    return Table(name, _staging, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


STAGING: dict[str, Table] = {
    name: _temporary(
        f"staged_{name}",
        Column("row", Integer, nullable=False),
        *_key_columns(dataset.key, primary=False),
        Column("content_hash", BigInteger),
    )
    for name, dataset in DATASETS.items()
}
"""The rows of the run at work; without a `content_hash` those that were refused: their live rows stay as they are."""

GONE = _temporary(
    "staged_gone", Column("row_key", BigInteger, nullable=False), Column("position", BigInteger, nullable=False)
)
TOUCHED = _temporary(
    "staged_touched",
    # A key, or SQLite looks through all of them for each row of the distributor.
    Column("row_key", BigInteger, primary_key=True, autoincrement=False),
    Column("old_hash", BigInteger),
)
"""The follow-up rows that a run wrote or took away; `old_hash` of those that were live before."""
REPLACED = _temporary("staged_replaced", Column("row_key", BigInteger, nullable=False))
