"""The server as its operator meets it: commands, exit codes, start and stop of the real process."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
import requests

from sync_server.__main__ import cli
from tests.builders.server import PASSWORD

ROOT = Path(__file__).parents[2]


class CommandLine:
    """Runs `order-track-server` over a data folder of its own."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.environment = {
            **os.environ,
            "ORDER_TRACK_DATA_DIR": str(folder),
            "ORDER_TRACK_LISTEN": "127.0.0.1:0",
            **variables,
        }

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sync_server", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def done(self, *arguments: str, given: str = "") -> str:
        result = self.run(*arguments, given=given)
        assert result.returncode == 0, result.stderr
        return result.stdout

    @contextmanager
    def serving(self) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """The process after it said `ready`, and where it answers; killed if the test has not ended it."""
        with subprocess.Popen(
            [sys.executable, "-m", "sync_server", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stderr is not None
                address = re.search(r"http://\S+", process.stderr.readline())
                assert address is not None
                assert process.stdout.readline() == "ready\n"
                yield process, address.group()
            finally:
                process.kill()


@pytest.fixture
def operator(database_url: str, tmp_path: Path) -> CommandLine:
    """At an initialised server, once over each database."""
    return CommandLine(tmp_path, ORDER_TRACK_DATABASE_URL=database_url)


@pytest.fixture
def by_default(tmp_path: Path) -> CommandLine:
    """At a server that was set up without any setting: over a SQLite file."""
    command_line = CommandLine(tmp_path)
    command_line.done("init")
    return command_line


def test_a_house_is_set_up_by_commands_and_its_clerk_signs_in(operator: CommandLine) -> None:
    operator.done("organisation", "add", "HPS", "Halloran Pryce", "--kind", "showroom", "--email", "x@hps.example")
    operator.done("organisation", "add", "KRA", "Kravitz & Rowe", "--kind", "distributor")
    operator.done("module", "grant", "HPS", "sample_checkout")
    operator.done("line", "add", "HPS", "KRA")
    account = ("clerk@hps.example", "Marisol Vega", "--organisation", "hps", "--role", "clerk")
    operator.done("person", "add", *account, "--password-stdin", given=PASSWORD + "\n")
    houses = json.loads(operator.done("organisation", "list", "--json"))
    assert [(one["code"], one["modules"], one["lines"]) for one in houses] == [
        ("HPS", ["sample_checkout"], ["KRA"]),
        ("KRA", [], ["HPS"]),
    ]
    with operator.serving() as (_process, url):
        body = {"email": "Clerk@HPS.example", "password": PASSWORD, "station_name": "desk"}
        signed_in = requests.post(url + "/v1/sign-in", json=body, timeout=10).json()
        headers = {"authorization": f"Bearer {signed_in['token']}"}
        requests.post(url + "/v1/streams/changes", json={"have": {}}, headers=headers, timeout=10)
        (station,) = json.loads(operator.done("station", "list", "--json"))
        assert station["people"] == ["Marisol Vega"]
        operator.done("station", "revoke", station["id"])
        assert requests.get(url + "/v1/streams", headers=headers, timeout=10).status_code == 410
        assert json.loads(operator.done("status", "--json"))["stations"][0]["revoked_at"]


def test_sigterm_ends_it_cleanly_even_while_stations_listen(operator: CommandLine) -> None:
    operator.done("organisation", "add", "HPS", "Halloran Pryce", "--kind", "showroom")
    account = ("clerk@hps.example", "Marisol Vega", "--organisation", "HPS", "--role", "clerk")
    operator.done("person", "add", *account, "--password-stdin", given=PASSWORD + "\n")
    with operator.serving() as (process, url):
        body = {"email": "clerk@hps.example", "password": PASSWORD, "station_name": "desk"}
        token = requests.post(url + "/v1/sign-in", json=body, timeout=10).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        with requests.get(url + "/v1/notices", headers=headers, stream=True, timeout=10) as listening:
            lines = listening.iter_lines()
            assert next(lines)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
            list(lines)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_the_sample_world_comes_in_whole_and_only_once(operator: CommandLine) -> None:
    world = ROOT / "resources" / "sample_data" / "world.json"
    assert "organisations" in operator.done("load-world", str(world))
    counted = operator.done("organisation", "list", "--json")
    again = operator.run("load-world", str(world))
    assert again.returncode == 1
    assert "nothing was loaded" in again.stderr
    assert operator.done("organisation", "list", "--json") == counted


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("person", "password", "nobody@x.example", "--password-stdin"), 1, "There is nobody"),
        (("module", "end", "NOPE", "basic"), 1, "no organisation"),
        (("station", "revoke", "nope"), 1, "no such station"),
        (("organisation", "add", "!", "Bad", "--kind", "showroom"), 1, "is no code"),
        (("organisation", "add", "AB", "Bad", "--kind", "shop"), 2, "Invalid value"),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_a_refusal_is_one_sentence_and_wrong_usage_another_code(
    by_default: CommandLine, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = by_default.run(*arguments, given="a long password\n")
    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_serving_before_init_says_what_to_do(tmp_path: Path) -> None:
    result = CommandLine(tmp_path).run("serve")
    assert result.returncode == 1
    assert result.stderr == "The database is not ready. Run “order-track-server init” first.\n"


def test_init_twice_keeps_everything(operator: CommandLine) -> None:
    operator.done("organisation", "add", "HPS", "Halloran Pryce", "--kind", "showroom")
    before = json.loads(operator.done("status", "--json"))["history_id"]
    operator.done("init")
    assert json.loads(operator.done("status", "--json"))["history_id"] == before
    assert "Halloran Pryce" in operator.done("organisation", "list")


def test_a_taken_port_is_told_in_a_sentence(by_default: CommandLine) -> None:
    with by_default.serving() as (_process, url):
        second = subprocess.run(
            [sys.executable, "-m", "sync_server", "serve"],
            cwd=ROOT,
            env={**by_default.environment, "ORDER_TRACK_LISTEN": url.removeprefix("http://")},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert second.returncode == 1
    assert "ORDER_TRACK_LISTEN" in second.stderr


def test_several_processes_answer_on_one_address(operator: CommandLine) -> None:
    operator.environment["ORDER_TRACK_WORKERS"] = "2"
    with operator.serving() as (process, url):
        for _ in range(20):
            assert requests.get(url + "/v1/health", timeout=10).json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


HEAVY = {"alembic", "argon2", "litestar", "polars", "psycopg", "reportlab", "sqlalchemy", "uvicorn"}


@pytest.mark.parametrize(
    ("arguments", "may_load"),
    [
        (("--help",), set()),
        (("person", "list"), {"sqlalchemy", "argon2"}),
        (("mail", "list"), {"sqlalchemy"}),
        (("status",), {"sqlalchemy"}),
        (("feed", "runs"), {"sqlalchemy"}),
        (("feed", "post", "products", "--help"), {"sqlalchemy"}),
    ],
)
def test_a_command_loads_only_what_it_needs(
    by_default: CommandLine, arguments: tuple[str, ...], may_load: set[str]
) -> None:
    by_default.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    result = by_default.run(*arguments)
    assert result.returncode == 0, result.stderr
    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if line.startswith("import time:")}
    assert "sync_server.foundation.command_line" in loaded
    assert loaded & HEAVY <= may_load


def test_the_help_lists_each_command_in_the_words_of_its_own_help() -> None:
    context = click.Context(cli)
    for name, told in cli.lazy.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert (command.help or "").startswith(told.help.removesuffix(".").partition(":")[0])
