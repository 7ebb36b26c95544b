"""Peers: what is not there is named and left out, and what a script tells of its first sync is what counts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.peers import Peer


def peer(folder: Path, told: list[dict[str, object]], *, needs: str = ".") -> Peer:
    script = f"import json\nfor line in {told!r}: print(json.dumps(line))\nprint('something else')"
    return Peer("Somebody", folder / needs, [sys.executable, "-c", script], {}, "first sync", 3)


def test_without_a_folder_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert peers.run() == []
    assert "--peers DIR" in capsys.readouterr().out


def test_what_is_not_installed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEERS", str(tmp_path / "nothing"))
    assert peers.run(tmp_path) == []
    told = capsys.readouterr().out
    assert [name in told for name in ("Anki", "Kinto", "PouchDB")] == [True, True, True]


def test_only_the_first_sync_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    lines = [{"case": "load", "rows": 9, "wall_s": 9}, {"case": "x first sync", "rows": 400, "wall_s": 2.0}]
    one = peer(tmp_path, lines)
    monkeypatch.setattr(peers, "peers_in", lambda _installed: [one])
    assert list(peers._measured(tmp_path, tmp_path)) == [(one, 2.0 / 400)]


def test_a_script_that_tells_nothing_is_named_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(peers, "peers_in", lambda _installed: [peer(tmp_path, [])])
    assert list(peers._measured(tmp_path, tmp_path)) == []
    assert "told of no first sync" in capsys.readouterr().out
