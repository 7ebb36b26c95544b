"""Where a history gets its chances from: a seed, a list to be repeated, or Hypothesis."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Choices(Protocol):
    """Something that decides. 0 is always the plainest answer, so that shrinking makes a story plainer."""

    def below(self, count: int) -> int:
        """A number from 0 to `count` - 1."""
        ...


class SeededChoices:
    """The same numbers for the same seed; `made` is what was decided since it was last emptied."""

    def __init__(self, seed: int) -> None:
        """Any whole number."""
        self._random = random.Random(seed)
        self.made: list[int] = []

    def below(self, count: int) -> int:
        """As in `Choices`."""
        number = self._random.randrange(count)
        self.made.append(number)
        return number


class RepeatedChoices:
    """Decides as it was decided before; after the end everything is 0."""

    def __init__(self, made: Sequence[int]) -> None:
        """Numbers that do not fit any more are brought into range."""
        self._left = list(reversed(made))

    def below(self, count: int) -> int:
        """As in `Choices`."""
        return self._left.pop() % count if self._left else 0


class AskedChoices:
    """Each decision is asked for; `ask(most)` gives a number from 0 to `most`."""

    def __init__(self, ask: Callable[[int], int]) -> None:
        """Hypothesis draws here."""
        self._ask = ask

    def below(self, count: int) -> int:
        """As in `Choices`."""
        return self._ask(count - 1)


def pick(choices: Choices, things: Sequence[T]) -> T:
    """One of `things`, which must not be empty."""
    return things[choices.below(len(things))]


def once_in(choices: Choices, count: int) -> bool:
    """True once in `count` times."""
    return choices.below(count) == count - 1
