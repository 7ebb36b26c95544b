"""Many histories of one trade, each by its seed, on as many cores as there are; the long run and the one in CI."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.builders.postgres import find_server_programs, postgres_cluster
from tests.sync_scenarios.simulation.histories import STEPS_OF_A_HISTORY, Outcome, open_stage, run_history, shorten

_AT_ONCE = 10
"""Histories a worker plays before it answers."""
REPEAT = "python -m tests.sync_scenarios.simulator --seed {seed} --histories 1 --steps {steps}"


def play(seeds: Sequence[int], steps: int = STEPS_OF_A_HISTORY) -> list[Outcome]:
    """Play these histories one after the other, in this process; a failing one is shortened."""
    with open_stage() as stage:
        outcomes = []
        for seed in seeds:
            outcome = run_history(stage, seed, steps)
            outcomes.append(shorten(stage, outcome) if outcome.failure else outcome._replace(story="", moves=()))
        return outcomes


def play_side_by_side(seeds: Sequence[int], steps: int, workers: int) -> Iterator[Outcome]:
    """As `play`, with `workers` processes."""
    parts = [seeds[start : start + _AT_ONCE] for start in range(0, len(seeds), _AT_ONCE)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for outcomes in pool.map(play, parts, [steps] * len(parts)):
            yield from outcomes


def play_on_postgres(seeds: Sequence[int], steps: int = STEPS_OF_A_HISTORY) -> list[Outcome]:
    """As `play`, with the server on a private PostgreSQL cluster. Raises `LookupError` where there is no program."""
    programs = find_server_programs()
    if programs is None:
        raise LookupError("no PostgreSQL server program is installed here")
    with postgres_cluster(programs) as cluster, open_stage(cluster) as stage:
        return [run_history(stage, seed, steps) for seed in seeds]


def told(outcome: Outcome, steps: int) -> str:
    """What a failing history is told as: its story, what was broken, and how to see it again."""
    return (
        f"{outcome.story}\n=> {outcome.failure}\n"
        f"Seed {outcome.seed}, shortened to {outcome.steps} steps. Once more: "
        f"{REPEAT.format(seed=outcome.seed, steps=steps)}\n{outcome.trace}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--histories", type=int, default=300, help="how many (300)")
    parser.add_argument("--steps", type=int, default=STEPS_OF_A_HISTORY, help=f"of each ({STEPS_OF_A_HISTORY})")
    parser.add_argument("--seed", type=int, default=0, help="of the first one (0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--postgres", action="store_true", help="the server on PostgreSQL, in one process")
    chosen = parser.parse_args(arguments)
    seeds = range(chosen.seed, chosen.seed + chosen.histories)
    began, steps, failed = time.monotonic(), 0, 0
    if chosen.postgres:
        outcomes = iter(play_on_postgres(seeds, chosen.steps))
    elif chosen.histories <= _AT_ONCE:
        outcomes = iter(play(seeds, chosen.steps))
    else:
        outcomes = play_side_by_side(seeds, chosen.steps, chosen.workers)
    for outcome in outcomes:
        steps += outcome.steps
        if outcome.failure:
            failed += 1
            sys.stdout.write(told(outcome, chosen.steps) + "\n")
            sys.stdout.flush()
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{len(seeds)} histories, {steps} steps in {seconds:.0f} s ({steps / seconds:.0f} steps/s), {failed} failed\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
