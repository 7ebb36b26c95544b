"""results.json: a run of one benchmark leaves the figures of the others."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.__main__ import store
from benchmarks.figures import Figure


def test_a_figure_replaces_its_own_entry_and_leaves_the_others(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    store([Figure("start", 2.0, 1.0, "s", 2.0), Figure("scan", 9.0, 1.0, "ms", 3.0)], results)
    store([Figure("scan", 2.5, 1.0, "ms", 3.0)], results)
    entries = json.loads(results.read_text(encoding="utf-8"))
    assert {entry["name"]: entry["ratio"] for entry in entries} == {"start": 2.0, "scan": 2.5}
    assert all(
        set(entry) == {"name", "ours", "reference", "unit", "ratio", "goal", "machine"} and entry["machine"]
        for entry in entries
    )
