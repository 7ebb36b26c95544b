"""`order-track-server feed …`: what is printed, and the exit code that scripts go by."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sync_server.features.accounts.actions import add_organisation
from sync_server.features.feeds.commands import feed
from sync_server.foundation.command_line import CommandContext
from sync_server.foundation.database import open_database
from tests.sync_server.feeds.house import HEADER, products

Feed = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Feed:
    """Runs the command on a database of its own, in which CTH is a distributor; files are given as texts."""
    monkeypatch.setenv("ORDER_TRACK_DATABASE_URL", database_url)
    monkeypatch.setenv("ORDER_TRACK_DATA_DIR", str(tmp_path))
    database = open_database(database_url)
    with database.writing() as connection:
        add_organisation(connection, code="CTH", name="Calder & Thrane", kind="distributor")
    database.close()

    def call(*arguments: str, file: str | None = None) -> Result:
        if file is not None:
            (tmp_path / "feed.csv").write_text(file, encoding="utf-8")
            arguments = ("post", "products", str(tmp_path / "feed.csv"), "--distributor", "cth", *arguments)
        context = CommandContext()
        try:
            return CliRunner().invoke(feed, list(arguments), obj=context)
        finally:
            context.close()

    return call


def test_a_file_that_lands_prints_its_counts(run: Feed) -> None:
    result = run(file=products(12))
    assert result.exit_code == 0, result.output
    assert "12 new, 0 changed, 0 gone, 0 unchanged." in result.output
    assert [one["status"] for one in json.loads(run("runs", "--json").output)] == ["landed"]


def test_a_refused_file_prints_its_rows_as_a_table_and_ends_with_1(run: Feed) -> None:
    result = run(file=HEADER + "0123,Ashdown,Flax,free,Y,USD,ACTIVE\n6.37702E+15,A,F,1,Y,USD,NEW\n")
    assert result.exit_code == 1
    assert "The file has 2 errors in its rows. Nothing was changed." in result.stderr
    lines = result.stdout.splitlines()
    assert any(line.split()[:3] == ["2", "price_trade", "free"] for line in lines)
    assert any("spreadsheet" in line for line in lines)


def test_a_dry_run_says_that_nothing_was_kept(run: Feed) -> None:
    result = run("--dry-run", file=products(12))
    assert (result.exit_code, "nothing was kept" in result.output) == (0, True)
    assert json.loads(run("runs", "--json").output) == []


def test_a_held_run_is_shown_and_accepted(run: Feed) -> None:
    run(file=products(12))
    held = run("--json", file=products(4))
    assert held.exit_code == 1
    run_id = json.loads(held.stdout)["id"]
    assert "too_many_gone" in run("show", run_id, "--json").output
    accepted = run("accept", run_id)
    assert (accepted.exit_code, "8 gone" in accepted.output) == (0, True)


def test_a_held_run_is_rejected(run: Feed) -> None:
    run(file=products(12))
    run_id = json.loads(run("--json", file=products(4)).stdout)["id"]
    assert "rejected" in run("reject", run_id).output
    assert json.loads(run("runs", "--status", "held", "--json").output) == []


def test_suggestions_are_printed_with_the_command_that_accepts_them(run: Feed, tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_text("item_no,Ptn Nm,Remarks,Price\n1,Ashdown,x,2\n", encoding="utf-8")
    run("mapping", "set", "products", "Price=", "--distributor", "CTH")
    file = str(tmp_path / "feed.csv")
    asked = ("mapping", "suggest", "products", file, "--distributor", "CTH")
    rows = {
        row["heading"]: (row["column"], row["how"].partition(":")[0])
        for row in json.loads(run(*asked, "--json").output)
    }
    assert rows == {
        "item_no": ("item_no", "known"),
        "Ptn Nm": ("pattern_name", "suggested"),
        "Remarks": ("", "unknown, not taken in"),
        "Price": ("", "saved mapping"),
    }
    printed = run(*asked).output
    assert "To accept: order-track-server feed mapping set products 'Ptn Nm=pattern_name' --distributor CTH" in printed


def test_a_posted_file_prints_what_was_mapped_and_what_may_be_meant(run: Feed) -> None:
    run("mapping", "set", "products", "Remarks=", "Qlt=finish", "--distributor", "CTH")
    printed = run(file="item_no,Remarks,Qlt,Ptn Nm\n1,x,y,z\n").output
    assert "By the saved mapping: “Remarks” left out, “Qlt” is finish" in printed
    assert "“Ptn Nm” may be pattern_name: it means “pattern name” in the trade" in printed


def test_what_was_declared_of_a_heading_is_forgotten(run: Feed) -> None:
    run("mapping", "set", "products", "Remarks=", "Qlt=finish", "--distributor", "CTH")
    assert run("mapping", "forget", "products", "REMARKS", "--distributor", "CTH").exit_code == 0
    declared = json.loads(run("mapping", "list", "--distributor", "CTH", "--json").output)
    assert declared[0]["mapping"] == {"Qlt": "finish"}


def test_new_figures_are_promised_for_some_datasets_or_for_all(run: Feed) -> None:
    assert "every dataset of CTH: due daily" in run("due", "1440", "--distributor", "cth").output
    assert "inventory of CTH: due hourly" in run("due", "60", "inventory", "--distributor", "CTH").output
    declared = json.loads(run("mapping", "list", "--distributor", "CTH", "--json").output)
    due = {row["dataset"]: row["due_every_minutes"] for row in declared}
    assert (due["inventory"], {minutes for dataset, minutes in due.items() if dataset != "inventory"}) == (60, {1440})
    assert "customers: nothing promised" in run("due", "0", "customers", "--distributor", "CTH").output


def test_a_mapping_is_declared_and_used(run: Feed) -> None:
    result = run("mapping", "set", "products", "Referenz=item_no", "--distributor", "CTH", "--day-format", "MM/DD/YYYY")
    assert result.exit_code == 0, result.output
    assert run(file="Referenz,discontinued_on\n0123,02/13/2026\n").exit_code == 0
    declared = json.loads(run("mapping", "list", "--distributor", "CTH", "--json").output)
    assert declared[0]["mapping"] == {"Referenz": "item_no"}


@pytest.mark.parametrize(
    "arguments", [("post", "freight", "x"), ("runs", "--nonsense"), ("post", "products", "missing")]
)
def test_wrong_usage_ends_with_2(run: Feed, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_dry_run_shows_what_it_would_change_and_writes_all_of_it(run: Feed, tmp_path: Path) -> None:
    run(file=products(40))
    target = tmp_path / "difference.csv"
    result = run("--dry-run", "--difference", str(target), file=products(35).replace("Flax", "Dove"))
    assert result.exit_code == 0, result.output
    assert "Changed columns: color_name in 35" in result.stdout
    assert any(line.split()[:2] == ["gone", "-"] for line in result.stdout.splitlines())
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert sum(line.startswith("gone,") for line in lines) == 5 * 6
    assert sum(line.startswith("changed,") for line in lines) == 35


def test_the_difference_of_a_held_run_is_shown_and_written(run: Feed, tmp_path: Path) -> None:
    run(file=products(12))
    target = tmp_path / "held.csv"
    assert run("--difference", str(target), file=products(5)).exit_code == 1
    assert target.read_text(encoding="utf-8-sig").count("gone,,") == 7 * 6
    held = json.loads(run("runs", "--status", "held", "--json").output)[0]["id"]
    result = run("difference", held, "--limit", "3")
    assert (result.exit_code, "7 gone, 0 changed, 0 new." in result.stdout) == (0, True)
    assert "Rows 1 to 3 of 7; go on with --offset 3" in result.stdout
    page = json.loads(run("difference", held, "--search", "0009", "--json").output)
    assert [row["key"] for row in page["rows"]] == [["0009"]]
    assert run("difference", held, "--kind", "gone", "--csv", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8-sig").count("gone,,") == 7 * 6
