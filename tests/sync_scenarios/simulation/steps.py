"""Everything that may happen next, each with how often: work at desks and benches, rounds, and what befalls them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from tests.sync_scenarios.simulation import at_the_bench, at_the_desk, custody, happenings, publishing, upkeep
from tests.sync_scenarios.simulation.at_the_desk import Deed
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.forgery import repeat_with_other_words
from tests.sync_scenarios.simulation.machines import Machine
from tests.sync_scenarios.simulation.trade import Trade

Happening = Callable[[Trade, Choices], None]
Plan = Callable[[Machine, Choices], Deed | None]


class Step(NamedTuple):
    """One kind of thing that may happen."""

    name: str
    weight: int
    happen: Happening


def _work(plan: Plan, *, roles: tuple[str, ...]) -> Happening:
    """Somebody whose role allows it does something at a machine."""

    def happen(trade: Trade, choices: Choices) -> None:
        machines = [one for one in trade.machines if _roles(one) & set(roles)]
        machine = pick(choices, machines)
        _act_for_somebody(machine, roles, choices)
        with machine.at_work():
            deed = plan(machine, choices)
        if deed is not None:
            trade.do(machine, deed, choices)

    return happen


def _roles(machine: Machine) -> set[str]:
    return {card.role for card in machine.desk.memberships}


def _act_for_somebody(machine: Machine, roles: tuple[str, ...], choices: Choices) -> None:
    """Whoever works for several houses says for which one now."""
    cards = [card for card in machine.desk.memberships if card.role in roles]
    card = pick(choices, cards)
    machine.desk.act_for(card.organisation_id, card.role)


def sync(trade: Trade, choices: Choices) -> None:
    """A round in good weather."""
    trade.sync(pick(choices, trade.machines))


def sync_in_bad_weather(trade: Trade, choices: Choices) -> None:
    """A round in which every second request meets something."""
    trade.sync(pick(choices, trade.machines), choices)


def sync_and_fall(trade: Trade, choices: Choices) -> None:
    """A round in whose middle the machine falls over."""
    machine = pick(choices, trade.machines)
    weather = choices if once_in(choices, 2) else None
    trade.sync(machine, weather, fall=trade.fall_within(choices))


def time_passes(trade: Trade, choices: Choices) -> None:
    """Minutes mostly, now and then a night, seldom weeks."""
    if once_in(choices, 20):
        days = 1 + choices.below(20)
        trade.tell(f"{days} days go by")
        trade.time.pass_by(timedelta(days=days))
    elif once_in(choices, 4):
        trade.tell("a night goes by")
        trade.time.pass_by(timedelta(hours=14))
    else:
        trade.time.pass_by(timedelta(minutes=1 + choices.below(90)))


_DESK, _BENCH, _ALL = ("clerk", "rep"), ("picker", "master"), ("clerk", "rep", "picker", "master")

STEPS: tuple[Step, ...] = (
    Step("lend", 12, _work(at_the_desk.lend, roles=_DESK)),
    Step("take back", 8, _work(at_the_desk.take_back, roles=_DESK)),
    Step("undo a scan", 4, _work(at_the_desk.undo, roles=_DESK)),
    Step("sidemark", 2, _work(at_the_desk.set_sidemark, roles=_DESK)),
    Step("designer's card", 4, _work(at_the_desk.write_card, roles=_DESK)),
    Step("new copy", 2, _work(at_the_desk.add_copy, roles=_DESK)),
    Step("order", 8, _work(at_the_desk.order, roles=_DESK)),
    Step("cancel", 4, _work(at_the_desk.cancel, roles=_DESK)),
    Step("kit", 3, _work(at_the_desk.define_kit, roles=_DESK)),
    Step("remove kit", 1, _work(at_the_desk.remove_kit, roles=_DESK)),
    Step("order kit", 2, _work(at_the_desk.order_kit, roles=_DESK)),
    Step("wave", 5, _work(at_the_bench.print_wave, roles=_BENCH)),
    Step("confirm", 8, _work(at_the_bench.confirm, roles=_BENCH)),
    Step("count stock", 5, _work(at_the_bench.count_stock, roles=_BENCH)),
    Step("review", 2, _work(at_the_desk.settle_review, roles=_ALL)),
    Step("sync", 22, sync),
    Step("sync in bad weather", 20, sync_in_bad_weather),
    Step("sync and fall", 10, sync_and_fall),
    Step("time", 12, time_passes),
    Step("repeat with other words", 3, repeat_with_other_words),
    *(
        Step(name, weight, happen)
        for name, weight, happen in (*happenings.HAPPENINGS, *upkeep.UPKEEP, *publishing.PUBLISHING, *custody.CUSTODY)
    ),
)
BY_NAME = {step.name: step for step in STEPS}
