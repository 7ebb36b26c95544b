"""Pure rules of mill orders: the days on which goods were said to arrive, and how far they slipped."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import NamedTuple


class ToldEta(NamedTuple):
    """A day on which goods were said to arrive, and the day on which that was learnt; an empty `eta_on`: unknown."""

    eta_on: str
    learnt_on: str


class EtaSlips(NamedTuple):
    """How often the day moved, and by how many days altogether; the first move is counted from the first day told."""

    moves: int
    days: int


def told_etas(eta_history: str) -> list[ToldEta]:
    """What a row's `eta_history` holds, the oldest first; the last is what is said now."""
    told = (entry.partition("@") for entry in eta_history.split("|") if entry)
    return [ToldEta(eta_on, learnt_on) for eta_on, _, learnt_on in told]


def with_eta(eta_history: str, eta_on: str, learnt_on: str) -> str:
    """The history after `eta_on` was told on a day; the same when that is what was said before."""
    told = told_etas(eta_history)
    if (told[-1].eta_on if told else "") == eta_on:
        return eta_history
    return f"{eta_history}|{eta_on}@{learnt_on}" if told else f"{eta_on}@{learnt_on}"


def eta_slips(eta_history: str) -> EtaSlips:
    """How far the known days moved: “moved 3 times, +41 days”."""
    days = [date.fromisoformat(one.eta_on) for one in told_etas(eta_history) if one.eta_on]
    moves = [(after - before).days for before, after in pairwise(days) if after != before]
    return EtaSlips(len(moves), sum(moves))
