"""The one way a rule says no: a stable code, the facts, and the sentence that the user reads."""

from collections.abc import Mapping
from typing import TypeAlias

Fact: TypeAlias = str | int | None
Facts: TypeAlias = Mapping[str, Fact]


class DomainError(Exception):
    """A refusal that a person can understand and act on; never a programming mistake."""

    def __init__(self, code: str, sentence: str, **facts: Fact) -> None:
        """`code` is stable for programs, `sentence` is for people, `facts` are what the sentence speaks of."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.facts: dict[str, Fact] = dict(facts)
