"""A history by its seed: so many steps, settled in the middle and at the end; and a shorter one that fails as well."""

from __future__ import annotations

import random
import shutil
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.builders.postgres import PostgresCluster
from tests.sync_scenarios.simulation.beginnings import Beginning, make_beginning
from tests.sync_scenarios.simulation.checks import check_purity
from tests.sync_scenarios.simulation.choices import Choices, RepeatedChoices, SeededChoices
from tests.sync_scenarios.simulation.one_process import Identifiers, one_process, quick_folder, same_identifiers
from tests.sync_scenarios.simulation.server import Programs
from tests.sync_scenarios.simulation.settling import settle
from tests.sync_scenarios.simulation.steps import BY_NAME, STEPS
from tests.sync_scenarios.simulation.trade import Manner, Trade, open_trade

STEPS_OF_A_HISTORY = 150
_LOOK_EVERY = 12
_BETWEEN = 75
_BEGINNING = 2**40
SETTLE = "settle"


class Move(NamedTuple):
    """One step as it was taken: its name and all that was decided in it."""

    name: str
    choices: tuple[int, ...]


class Outcome(NamedTuple):
    """How a history went."""

    seed: int
    steps: int
    failure: str
    """What was broken; empty when nothing was."""
    story: str
    moves: tuple[Move, ...]
    requests: int
    told: int
    trace: str
    """Where in the programs it broke."""


class Stage:
    """The beginning that many histories of one process share; they are played one after the other."""

    def __init__(self, folder: Path, programs: Programs, beginning: Beginning) -> None:
        """Use `open_stage`."""
        self._folder = folder
        self._programs = programs
        self._beginning = beginning

    @contextmanager
    def history(self, seed: int, manner: Manner) -> Iterator[Trade]:
        """A fresh trade. It lies where the one before lay, so that the server programs can be used again."""
        folder = self._folder / "now"
        try:
            with open_trade(self._beginning, folder, self._programs, seed, manner) as trade:
                yield trade
        finally:
            shutil.rmtree(folder)


@contextmanager
def open_stage(cluster: PostgresCluster | None = None) -> Iterator[Stage]:
    """Everything that is made once a process."""
    with quick_folder() as folder, one_process() as threads:
        # No history has this seed: its ids are not those of the beginning.
        identifiers = Identifiers(_BEGINNING)
        programs = Programs(threads)
        with same_identifiers(identifiers):
            beginning = make_beginning(folder / "beginning", programs, identifiers, cluster)
        yield Stage(folder, programs, beginning)


def manner_of(seed: int) -> Manner:
    """Every other history has tiny pages, every fourth two server programs."""
    return Manner(tiny_pages=seed % 2 == 1, processes=2 if seed % 4 == 3 else 1)


def run_history(stage: Stage, seed: int, steps: int = STEPS_OF_A_HISTORY) -> Outcome:
    """Play one history."""
    choices = SeededChoices(seed)
    order = random.Random(seed ^ 0x5EED)
    names = order.choices([step.name for step in STEPS], [step.weight for step in STEPS], k=steps)
    for place in range(_BETWEEN, steps, _BETWEEN):
        names[place] = SETTLE
    names.append(SETTLE)
    moves: list[Move] = []

    def choices_of(_number: int) -> Choices:
        choices.made.clear()
        return choices

    def taken(name: str) -> None:
        moves.append(Move(name, tuple(choices.made)))

    return _play(stage, seed, names, choices_of, taken, moves)


def repeat(stage: Stage, seed: int, moves: Sequence[Move]) -> Outcome:
    """Play these moves."""
    return _play(
        stage,
        seed,
        [move.name for move in moves],
        lambda number: RepeatedChoices(moves[number].choices),
        lambda _name: None,
        list(moves),
    )


def _play(
    stage: Stage,
    seed: int,
    names: Sequence[str],
    choices_of: Callable[[int], Choices],
    taken: Callable[[str], None],
    moves: list[Move],
) -> Outcome:
    with stage.history(seed, manner_of(seed)) as trade:
        failure, trace, done = "", "", 0
        for number, name in enumerate(names):
            choices = choices_of(number)
            try:
                take(trade, name, choices, number)
            except Exception as error:  # noqa: BLE001 - whatever breaks is what was looked for
                failure, trace = f"{type(error).__name__}: {error}", traceback.format_exc()
            taken(name)
            done += 1
            if failure:
                break
        return Outcome(
            seed,
            done,
            failure,
            trade.story.last(),
            tuple(moves[:done]),
            trade.network.requests,
            len(trade.ledger.told),
            trace,
        )


def take(trade: Trade, name: str, choices: Choices, number: int) -> None:
    """One step, and now and then a look at one machine."""
    if name == SETTLE:
        settle(trade, choices)
        return
    BY_NAME[name].happen(trade, choices)
    looked_at = trade.machines[number // _LOOK_EVERY % len(trade.machines)]
    if number % _LOOK_EVERY == 0 and not looked_at.is_damaged:
        check_purity(looked_at)


def shorten(stage: Stage, outcome: Outcome, *, tries: int = 150) -> Outcome:
    """A shorter history that breaks the same promise, by leaving steps out as long as it still does."""
    best = outcome
    kind = _kind(outcome.failure)
    size = max(1, len(best.moves) // 2)
    while tries > 0:
        start = 0
        while start < len(best.moves) - 1 and tries > 0:
            fewer = best.moves[:start] + best.moves[start + size :]
            tries -= 1
            tried = repeat(stage, outcome.seed, fewer) if fewer else None
            if tried is not None and tried.failure and _kind(tried.failure) == kind:
                best = tried
            else:
                start += size
        if size == 1:
            break
        size = max(1, size // 2)
    return best


def _kind(failure: str) -> str:
    """The failure without what is different each time."""
    return " ".join(word for word in failure.split()[:8] if word.isalpha())
