"""The played day as anybody starts it: a server, mail and a cable of its own, through the desktop's code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def play(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desktop.demo", "--headless", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.timeout(300)
def test_the_whole_day_comes_out_as_it_must(tmp_path: Path) -> None:
    played = play("--out", str(tmp_path))
    assert played.returncode == 0, played.stderr
    told = (tmp_path / "day.log").read_text(encoding="utf-8")
    assert "the day is done" in told
    for form in ("CSV", "XLSX", "JSON Lines", "X12 846", "X12 856"):
        assert f" as {form} by " in told
    for way in ("command line", "HTTP", "Feeds page", "watched folder"):
        assert f" by {way}  (" in told
    for step in (
        "a file that lost most customers is held",
        "the master rejects it on the Feeds page",
        "a hold runs out in two hours",
        "the master finds it on her list and extends it",
        "the inquiry is carried out",
        "seen on an open page",
        "looks across all showrooms",
    ):
        assert any(step in line and " ok " in line for line in told.splitlines()), step
    for paper in ("tickets.pdf", "labels.pdf", "receipt.pdf"):
        assert (tmp_path / paper).read_bytes().startswith(b"%PDF-")
    assert len(list((tmp_path / "mail").glob("*.eml"))) >= 14
    assert (tmp_path / "report.xlsx").stat().st_size > 0
    pages = {file.name.split("-")[0] for file in (tmp_path / "screens").glob("*.png")}
    assert {"library", "sample_orders", "designers", "kits", "picking", "sync_centre", "sign_in", "inquiries"} <= pages


@pytest.mark.timeout(120)
def test_a_wrong_file_ends_the_day_with_a_sentence_that_names_the_place(tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("item_no;pattern_name\n6.37702E+15;Harbour Weave\n", encoding="utf-8")
    played = play("--out", str(tmp_path / "out"), "--feed", f"products={file}")
    assert played.returncode == 1
    assert "row 2, column item_no" in played.stderr
    assert "Traceback" not in played.stderr


def test_a_day_without_a_place_to_write_is_wrong_usage() -> None:
    played = play()
    assert played.returncode == 2
    assert "--out DIR" in played.stderr
