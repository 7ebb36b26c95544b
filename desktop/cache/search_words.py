"""What a person types into a search box, as a full-text query: words in any order, each by its beginning."""

from __future__ import annotations


def match_expression(text: str) -> str:
    """The FTS5 expression for `text`; empty when there is nothing to search for.

    Each word becomes a phrase whose last part is a beginning, so `1354.1` finds item `1354.10.0` (dots part a
    number into the phrase 1354, 10, 0) and `vel emer` finds Emerald Velvet.
    """
    words = [word for word in text.split() if any(character.isalnum() for character in word)]
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words)


def next_text(prefix: str) -> str:
    """The smallest text after every text that begins with `prefix`."""
    return prefix + "\U0010ffff"
