"""`python -m tests.torture [NAME …] [--long | --times N] [--seed S]`: what `run.py torture` runs."""

import argparse
import importlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.torture.plan import Plan, Torture

NAMES = (
    "power_cut",
    "power_cut_server",
    "kill_server",
    "postgres_restart",
    "storm",
    "kill_station",
    "kill_window",
    "kill_upgrade",
    "full_disk",
    "wrong_sign_ins",
)
"""The modules of this package that hold a `TORTURE`."""
_MOST_FAULTS_TOLD = 20


def torture_of(name: str) -> Torture:
    """The torture that a module of this package holds."""
    torture: Torture = importlib.import_module(f"tests.torture.{name}").TORTURE
    return torture


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named tortures, or all. Exit 0 when every promise held, 1 when one did not, 2 for wrong usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in NAMES]:
        parser.error(f"there is no torture {unknown[0]}; there are: {', '.join(NAMES)}")
    # Nothing that is tortured may reach the person's own keyring or screen.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    held = [_run(name, seed, given.times, long=given.long) for name in given.names or NAMES]
    return 0 if all(held) else 1


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(
        f"  {name:20} {torture.what} ({torture.short} {torture.times}, long {torture.long})"
        for name, torture in ((name, torture_of(name)) for name in NAMES)
    )
    parser = argparse.ArgumentParser(
        prog="run.py torture",
        description="Power cuts, kills, bad networks and full disks, and what everybody finds afterwards.",
        epilog=f"tortures:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="which ones; all when none is named")
    often = parser.add_mutually_exclusive_group()
    often.add_argument("--long", action="store_true", help="as often as before a release")
    often.add_argument("--times", type=int, metavar="N", help="so often")
    parser.add_argument("--seed", type=int, metavar="S", help="as in the run that printed it; another one by default")
    return parser


def _run(name: str, seed: int, times: int | None, *, long: bool) -> bool:
    torture = torture_of(name)
    if reason := torture.why_not():
        _say(name, f"left out: {reason}")
        return True
    wanted = times or (torture.long if long else torture.short)
    _say(name, f"{wanted} {torture.times}, seed {seed}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"order-track-{name}-") as folder:
        verdict = torture.run(Plan(wanted, seed, Path(folder), lambda line: _say(name, line)))
    for fault in verdict.faults[:_MOST_FAULTS_TOLD]:
        _say(name, f"FAULT {fault}")
    _say(name, f"{verdict.line()} ({time.monotonic() - started:.0f} s)")
    return not verdict.faults


def _say(name: str, line: str) -> None:
    print(f"[{name}] {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
