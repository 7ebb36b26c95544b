"""Feeds over HTTP: who may post, what is answered, and that stations get what landed and nothing else."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from shared_models.kernel.operation import Module, Role
from shared_models.sync.streams import line_dataset
from sync_server.features.accounts.actions import end_membership, end_module
from sync_server.features.feeds.letters import HeldMail
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.mail.outbox import Outbox
from sync_server.features.mail.tables import MAIL_OUTBOX
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation
from tests.sync_server.feeds.house import HEADER, products


@pytest.fixture
def master(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.master, world.distributor)


def post(desk: WireStation, content: str, dataset: str = "products", **query: str) -> requests.Response:
    return desk.http.post(
        f"{desk.server.url}/v1/feeds/{dataset}",
        data=content.encode(),
        params=query,
        headers={"content-type": "text/csv"},
        timeout=30,
    )


def test_what_a_master_posts_a_showroom_pulls(master: WireStation, world: SmallWorld, station: StationMaker) -> None:
    answer = post(master, products(12, i0003="0003,Ashdown,Flax,48.50,N,USD,ACTIVE"), batch_id="b-1")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["rows_new"]) == ("landed", 12)
    clerk = station(world.clerk, world.showroom)
    clerk.pull_all()
    rows = clerk.rows[line_dataset(world.distributor.id, "products")]
    assert len(rows) == 12
    hidden = next(row for row in rows.values() if "0003" in row)
    assert 485_000 not in hidden
    assert post(master, products(11, i0003="0003,Ashdown,Dove,50,N,USD,ACTIVE")).json()["rows_gone"] == 1
    clerk.pull_all()
    assert len(clerk.rows[line_dataset(world.distributor.id, "products")]) == 11


def test_a_refused_file_is_answered_as_a_problem_with_its_rows(master: WireStation) -> None:
    answer = post(master, HEADER + "0123,Ashdown,Flax,free,Y,USD,ACTIVE\n")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["code"] == "row_errors"
    assert "row 2, column price_trade, “free”" in problem["sentence"]
    (error,) = problem["run"]["errors"]
    assert (error["row"], error["column"], error["value"], error["example"]) == (2, "price_trade", "free", "48.50")


def test_a_dry_run_by_http_keeps_nothing(master: WireStation) -> None:
    assert post(master, products(12), dry_run="true").json()["dry_run"] is True
    assert master.get("/v1/feeds/runs").json() == []


def test_a_held_run_is_mailed_seen_and_accepted(master: WireStation, world: SmallWorld) -> None:
    post(master, products(12))
    answer = post(master, products(5))
    assert (answer.status_code, answer.json()["code"]) == (202, "too_many_gone")
    run_id = answer.json()["id"]
    with master.server.database.reading() as connection:
        mail = connection.execute(select(MAIL_OUTBOX).where(MAIL_OUTBOX.c.about_id == run_id)).one()
    assert (mail.recipient, mail.recipient_name) == (world.master.email, world.master.name)
    assert "7 of 12 rows" in mail.body
    assert [run["id"] for run in master.get("/v1/feeds/runs?status=held").json()] == [run_id]
    assert master.post(f"/v1/feeds/runs/{run_id}/accept").json()["status"] == "landed"
    assert master.get(f"/v1/feeds/runs/{run_id}").json()["settled_by"] == world.master.id
    again = master.post(f"/v1/feeds/runs/{run_id}/reject")
    assert (again.status_code, again.json()["code"]) == (422, "not_held")


def test_the_same_held_file_posted_again_mails_nobody_again(master: WireStation) -> None:
    post(master, products(12))
    for _ in range(2):
        assert post(master, products(5), batch_id="b-short").status_code == 202
    with master.server.database.reading() as connection:
        assert len(connection.execute(select(MAIL_OUTBOX)).all()) == 1


def test_without_a_master_the_house_itself_is_told_of_a_held_file(master: WireStation, world: SmallWorld) -> None:
    database = master.server.database
    with database.writing() as connection:
        end_membership(connection, world.master, world.distributor, Role.MASTER)
    clock = master.server.clock
    desk = FeedDesk(database, clock, on_held=HeldMail(Outbox(master.server.settings.mail_from), clock))
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for count in (12, 5):
            file = Path(folder) / f"{count}.csv"
            file.write_text(products(count), encoding="utf-8")
            runs.append(desk.post(Posting(world.distributor.id, world.distributor.code, "products"), file))
    assert [run.status for run in runs] == ["landed", "held"]
    with database.reading() as connection:
        assert connection.execute(select(MAIL_OUTBOX.c.recipient)).scalars().all() == [world.distributor.email]


@pytest.mark.parametrize("who", ["clerk", "picker", "rep"])
def test_only_a_master_of_a_distributor_may_post(world: SmallWorld, station: StationMaker, who: str) -> None:
    house = world.distributor if who == "picker" else world.showroom
    answer = post(station(getattr(world, who), house), products(3))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


def test_without_a_token_nothing_is_read(server: RunningServer, world: SmallWorld) -> None:
    answer = requests.post(f"{server.url}/v1/feeds/products", data=products(3).encode(), timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


def test_another_distributors_runs_do_not_exist(master: WireStation, world: SmallWorld) -> None:
    answer = post(master, products(3), distributor="MBR")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert master.get("/v1/feeds/runs/01a2-none").status_code == 404


def test_a_distributor_without_the_module_cannot_post(master: WireStation, world: SmallWorld) -> None:
    last_day = datetime.now(UTC).date() - timedelta(days=2)
    with master.server.database.writing() as connection:
        end_module(connection, world.distributor, Module.BASIC, last_day=last_day)
    answer = post(master, products(3))
    assert (answer.status_code, answer.json()["code"]) == (403, "module_missing")


@pytest.mark.parametrize(
    ("dataset", "query", "status", "code"),
    [
        ("invoices", {}, 422, "no_such_dataset"),
        ("products", {"as_of": "yesterday"}, 422, "as_of_wrong"),
        ("products", {"format": "pdf"}, 415, "unsupported_type"),
        ("products", {"batch_id": "x" * 101}, 422, "batch_id_unfit"),
    ],
)
def test_a_wrong_envelope_is_refused(
    master: WireStation, dataset: str, query: dict[str, Any], status: int, code: str
) -> None:
    answer = post(master, products(3), dataset, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_unknown_mode_is_refused(master: WireStation) -> None:
    answer = post(master, products(3), mode="everything")
    assert answer.status_code == 400
    assert answer.json()["sentence"]
