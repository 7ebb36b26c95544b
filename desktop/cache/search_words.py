"""What a person types into a search box, as a full-text query: words in any order, each by its beginning."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_PART = re.compile(r"[^\W_]+")
"""A run of letters and digits: what the index takes for one word."""


class SearchWords(NamedTuple):
    """A question to the search index, and what it cannot ask itself."""

    expression: str
    """The FTS5 expression; empty when there is nothing to search for."""
    side_by_side: tuple[str, ...]
    """`LIKE` patterns for words of several parts, such as item numbers: the index knows that a row has all parts, but
    not that they stand beside each other."""


def search_words(text: str) -> SearchWords:
    """What `text` asks for.

    Each word is split where the index splits, its last part is a beginning: `1354.1` finds item `1354.10.0` and
    `vel emer` finds Emerald Velvet.
    """
    if text.isascii():
        if text.isalnum():
            return SearchWords(f'"{text}"*', ())
    else:
        text = unicodedata.normalize("NFC", text)
    terms: list[str] = []
    patterns: list[str] = []
    for word in text.split():
        parts = _PART.findall(word)
        if not parts:
            continue
        if len(parts) > 1:
            terms += [f'"{part}"' for part in parts[:-1]]
            patterns.append(f"%{'_'.join(map(_any_accent, parts))}%")
        terms.append(f'"{parts[-1]}"*')
    return SearchWords(" ".join(terms), tuple(patterns))


def match_expression(text: str) -> str:
    """The FTS5 expression for `text`; empty when there is nothing to search for."""
    return search_words(text).expression


def phrase_expression(text: str) -> str:
    """The same for an index that knows where words stand: the parts of one word stand side by side."""
    words = (_PART.findall(unicodedata.normalize("NFC", word)) for word in text.split())
    return " ".join(f'"{" ".join(parts)}"*' for parts in words if parts)


def next_text(prefix: str) -> str:
    """The smallest text after every text that begins with `prefix`."""
    return prefix + "\U0010ffff"


def _any_accent(part: str) -> str:
    """`LIKE` knows no capitals beyond ASCII; there any letter will do."""
    return "".join(character if character.isascii() else "_" for character in part)
