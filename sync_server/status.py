"""The command `status` of `order-track-server`: how the server is, for the operator."""

from datetime import datetime

import click
import msgspec
from sqlalchemy import Connection, func, select

from shared_models.accounts.records import Organisation
from shared_models.catalogue.freshness import DatasetFreshness, Punctuality, cadence_words, punctuality
from sync_server.features.accounts.stations import StationRow, list_stations
from sync_server.features.feeds.history import list_runs
from sync_server.features.mail.queries import MailStatus, mail_status
from sync_server.features.sync.history import history_id
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import RECEIPTS
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show
from sync_server.foundation.row_security import READER


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of one distributor's dataset."""

    distributor: str
    dataset: str
    status: str
    """Of its last run; `never` for one that is promised and never came."""
    posted_at: datetime | None = None
    as_of: datetime | None = None
    """Of what is live; None when nothing is."""
    due: str = ""
    """`hourly`, `daily` …; empty when nothing was promised."""
    punctuality: Punctuality = "no_promise"


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is, for the operator."""

    database: str
    rows_guarded: bool
    """Whether the database, too, keeps rows from callers who may not see them: PostgreSQL with a role for it."""
    history_id: str
    operations_settled: int
    last_operation_at: datetime | None
    stations: list[StationRow]
    mail: MailStatus
    feeds: list[FeedState]


HOW_TO_GUARD = (
    f"Let somebody who may make roles type “CREATE ROLE {READER} NOLOGIN; GRANT {READER} TO” and this server's user, "
    "then run “order-track-server init”."
)


@click.command()
@json_option
@pass_context
def status(context: CommandContext, as_json: bool) -> None:
    """Stations last seen, operations, mail that waits, feeds."""
    with context.database.reading() as connection:
        now = _status(connection, context)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(now), indent=1))
        return
    click.echo(f"database {now.database}, history {now.history_id}")
    if now.database == "postgresql" and not now.rows_guarded:
        click.echo(f"rows: guarded by the program alone. {HOW_TO_GUARD}")
    click.echo(f"{now.operations_settled} operations settled, the last at {now.last_operation_at or '-'}")
    click.echo(f"mail: {now.mail.sentence}")
    show(
        now.stations,
        ["name", "people", "last_seen_at", "revoked_at", "farewell_at"],
        as_json=False,
        nothing="no station yet",
    )
    show(
        now.feeds,
        ["distributor", "dataset", "status", "posted_at", "as_of", "due", "punctuality"],
        as_json=False,
        nothing="no feed yet",
    )


def _status(connection: Connection, context: CommandContext) -> Status:
    settled, last = connection.execute(select(func.count(), func.max(RECEIPTS.c.received_at))).one()
    return Status(
        database=context.database.engine.dialect.name,
        rows_guarded=context.database.guards_rows(),
        history_id=history_id(connection),
        operations_settled=settled,
        last_operation_at=last,
        stations=list_stations(connection),
        mail=mail_status(connection, context.settings),
        feeds=_feed_states(connection, context.clock.now()),
    )


def _feed_states(connection: Connection, now: datetime) -> list[FeedState]:
    """The last run of each dataset that had one or is promised, with how old what is live is."""
    records = ServerRecords(connection)
    fresh = {(one.distributor_id, one.dataset): one for one in records.find(DatasetFreshness)}
    houses = records.find(Organisation, kind="distributor")
    last: dict[tuple[str, str], FeedState] = {}
    for house in houses:
        for one in list_runs(connection, [house.id]):
            known = last.get((house.code, one.dataset))
            if known is None or known.posted_at is None or known.posted_at < one.posted_at:
                age = fresh.get((house.id, one.dataset))
                as_of, due = (age.as_of, age.due_every_minutes) if age else (None, 0)
                last[house.code, one.dataset] = FeedState(
                    distributor=house.code,
                    dataset=one.dataset,
                    status=one.status,
                    posted_at=one.posted_at,
                    as_of=as_of,
                    due=cadence_words(due),
                    punctuality=punctuality(as_of, due, now),
                )
    codes = {house.id: house.code for house in houses}
    for age in fresh.values():
        place = codes[age.distributor_id], age.dataset
        if place not in last and age.due_every_minutes:
            last[place] = FeedState(
                distributor=place[0],
                dataset=place[1],
                status="never",
                due=cadence_words(age.due_every_minutes),
                punctuality=punctuality(None, age.due_every_minutes, now),
            )
    return [last[key] for key in sorted(last)]
