"""What happened in a history, in sentences."""

from __future__ import annotations


class Story:
    """Grows while a history goes on."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.sentences: list[str] = []
        self._indent = 0

    def tell(self, sentence: str) -> None:
        """One more thing happened."""
        text = sentence[:1].upper() + sentence[1:]
        self.sentences.append(f"{'   ' * self._indent}{text}{'' if text.endswith('.') else '.'}")

    def last(self, count: int = 0) -> str:
        """The last so many sentences, or all, each on a line of its own."""
        return "\n".join(self.sentences[-count:])


class Violation(AssertionError):
    """A promise was broken."""
