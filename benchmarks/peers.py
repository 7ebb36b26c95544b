"""A first sync by other programs on this machine, for as many rows as they take in bearable time, against ours.

The peers and what measures them are no part of this repository: `run.py bench peers --peers DIR` takes the folder of
the scripts, whose README says how to install each peer; the environment's PEERS says where, `~/peers` by default. What
is not there is named and left out. Each script prints a JSON object a line; of the line about the first sync its rows
and its seconds count. Ours is 400,000 rows with indexes and search, encrypted, in the same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._line_world import ROWS, line_server, line_world
from benchmarks.figures import Figure
from benchmarks.first_sync import turn

TURNS = 2
_PATIENCE_SECONDS = 900


class Peer(NamedTuple):
    """Another program, and how its first sync is measured."""

    name: str
    needs: Path
    """Something that is there when the peer is."""
    command: list[str]
    environment: dict[str, str]
    case: str
    """What stands in the name of the line that counts."""
    times: int
    """How many times faster than it we mean to be."""


def peers_in(installed: Path) -> list[Peer]:
    """The peers whose scripts are known, as their README installs them."""
    anki, kinto, pouch = installed / "avenv", installed / "kvenv", installed / "pouch" / "node_modules" / "pouchdb"
    return [
        Peer("Anki", anki, [_python(anki), "anki_bench.py", "20000"], {}, "anki first sync", 3),
        Peer("Kinto", kinto, [_python(kinto), "kinto_bench.py", "memory", "3000"], {}, "first sync", 20),
        Peer("PouchDB", pouch, ["./run_pouch.sh", "10000"], {"BATCHES": "5000"}, "pouch pull first", 80),
    ]


def run(scripts: Path | None = None) -> list[Figure]:
    """A figure a peer that could be measured: microseconds a row, ours against its."""
    if scripts is None:
        print("  peers: name the folder of their scripts with --peers DIR; its README says how to install them.")
        return []
    installed = Path(os.environ.get("PEERS", str(Path.home() / "peers")))
    measured = list(_measured(scripts, installed))
    if not measured:
        return []
    with line_world() as world, line_server(world) as url:
        ours = min(turn("station", world, url)["seconds"] for _ in range(TURNS)) / (2 * ROWS)
    return [
        Figure(f"first sync, a row, against {peer.name}", ours * 1e6, seconds * 1e6, "µs", 1 / peer.times)
        for peer, seconds in measured
    ]


def _measured(scripts: Path, installed: Path) -> Iterator[tuple[Peer, float]]:
    """Each peer with its seconds a row."""
    for peer in peers_in(installed):
        if not peer.needs.exists():
            print(f"  {peer.name} is not installed: there is no {peer.needs}.")
            continue
        try:
            told = _told(peer, scripts, installed)
        except (OSError, subprocess.SubprocessError, LookupError) as error:
            print(f"  {peer.name} could not be measured: {error}")
            continue
        print(f"  {peer.name}: {told['rows']:,} rows in {told['wall_s']} s", file=sys.stderr)
        yield peer, told["wall_s"] / told["rows"]


def _told(peer: Peer, scripts: Path, installed: Path) -> dict[str, Any]:
    environment = {**os.environ, **peer.environment, "PEERS": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    data = installed / "data"
    if not data.exists():
        subprocess.run([sys.executable, "gen.py", "--n", "20000"], cwd=scripts, env=environment, check=True)
    done = subprocess.run(
        peer.command,
        cwd=scripts,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    for line in done.stdout.splitlines():
        told: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        if peer.case in told.get("case", ""):
            return told
    raise LookupError(f"its script ended with {done.returncode} and told of no first sync")


def _python(environment: Path) -> str:
    windows = environment / "Scripts" / "python.exe"
    return str(windows if windows.exists() else environment / "bin" / "python")
