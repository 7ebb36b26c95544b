"""What is asked of one line file for a keystroke, and how the answers of several are put together.

A statement finds the row keys first, then reads those rows only, and gives them in the order in which they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from desktop.cache.search_words import next_text, search_words
from shared_models.catalogue.line_file_form import SEARCHED
from shared_models.catalogue.records import Dataset

Row = tuple[Any, ...]
_ITEM_AT = 1
_SHORT_NUMBER = 3
"""Of the numbers that begin with so few signs there are often more than are shown."""
_DIGIT = re.compile(r"\d")
_MOST_CANDIDATES = 1_000
"""So many products that have all parts of a word are looked at, whether the parts stand beside each other."""


class ProductHit(NamedTuple):
    """One product found by search."""

    distributor_id: str
    item_no: str
    pattern_name: str
    color_name: str
    collection: str
    brand: str
    category: str
    status: str
    sample_types: str
    unit: str
    replaced_by: str
    """The item number that takes its place; empty when there is none."""

    @property
    def title(self) -> str:
        """Pattern and colour as a person says them; the item number when both are blank."""
        return " ".join(part for part in (self.pattern_name, self.color_name) if part) or self.item_no


class Ask(Protocol):
    """Asks one line file; no rows where it cannot be read."""

    def __call__(self, distributor_id: str, dataset: Dataset, sql: str, /, *parameters: str) -> list[Row]:
        """All rows of a query."""
        ...


class ProductQuestion(NamedTuple):
    """What to ask of every line file for one text."""

    limit: int
    parameters: tuple[str, ...]
    """Those of the statements, after the distributor's id."""
    patterns: int
    """How many of the parameters, the last ones, are patterns of parts side by side."""
    number: str
    """What was typed, when it may be the beginning of an item number; else empty."""


def product_question(text: str, limit: int) -> ProductQuestion | None:
    """The question for what was typed; None when there is nothing to look for."""
    expression, patterns = search_words(text)
    if not expression:
        return None
    number = text.strip()
    if _DIGIT.search(number) is None or " " in number:
        return ProductQuestion(limit, (expression, *patterns), len(patterns), "")
    return ProductQuestion(limit, (expression, number, next_text(number), *patterns), len(patterns), number)


def find(question: ProductQuestion, distributor_id: str, ask: Ask) -> list[Row]:
    """The rows of one line file in order, at most as many as the question's limit; each makes a `ProductHit`."""
    limit, parameters, patterns, number = question
    if not number:
        return ask(distributor_id, "products", _by_words(limit, patterns), distributor_id, *parameters)
    between = parameters[1:3]
    if len(number) <= _SHORT_NUMBER:
        begin = ask(distributor_id, "products", _how_many_begin(limit), *between)
        if begin and begin[0][0] >= limit:
            return ask(distributor_id, "products", _by_number(limit), distributor_id, *between)
    rows = ask(distributor_id, "products", _by_words_of_number(limit, patterns), distributor_id, *parameters)
    if len(rows) < limit:
        return rows
    # More than are shown: some whose number begins so may be among the others.
    first = ask(distributor_id, "products", _by_number(limit), distributor_id, *between)
    known = {row[_ITEM_AT] for row in first}
    return (first + [row for row in rows if row[_ITEM_AT] not in known])[:limit]


def together(found: Sequence[Sequence[Row]], question: ProductQuestion) -> list[ProductHit]:
    """The rows of the line files that had any as one list in order, at most as many as the question's limit."""
    if len(found) == 1:
        return [*map(_as_hit, found[0])]
    hits = [*map(_as_hit, chain.from_iterable(found))]
    hits.sort(key=_by_name)
    if question.number:
        hits.sort(key=partial(_rank, question.number.casefold()))
    return hits[: question.limit]


_as_hit = partial(tuple.__new__, ProductHit)
_by_name = itemgetter(*map(ProductHit._fields.index, ("pattern_name", "color_name", "item_no")))


def _rank(number: str, hit: ProductHit) -> tuple[bool, str]:
    """Items whose number begins so come first in their order, the number itself before all; the others as they are."""
    item = hit.item_no.casefold()
    return (False, item) if item.startswith(number) else (True, "")


# A file says "not known" by a null.
_COLUMNS = "?1, " + ", ".join(f"coalesce(p.{name}, '')" for name in ProductHit._fields[1:])
_NAME_ORDER = "p.pattern_name, p.color_name, p.item_no"


def _begins(number: int, beyond: int) -> str:
    return f"p.item_no >= ?{number} COLLATE NOCASE AND p.item_no < ?{beyond} COLLATE NOCASE"


# Limits are written into the statements: SQLite compiles one anew at every call whose limit on a search is bound.


@cache
def _by_words(limit: int, patterns: int) -> str:
    """Rows with the words ?2, and every pattern from ?3 on in one of the searched columns."""
    return (
        f"SELECT {_COLUMNS} FROM ({_in_index(limit, patterns, first=3)}) "
        f"JOIN products AS p ON p.row_key = found ORDER BY {_NAME_ORDER}"
    )


@cache
def _by_words_of_number(limit: int, patterns: int) -> str:
    """As `_by_words`, patterns from ?5 on; those whose number begins with ?3 (?4: the first text beyond) first."""
    return (
        f"SELECT {_COLUMNS} FROM ({_in_index(limit, patterns, first=5)}) "
        f"JOIN products AS p ON p.row_key = found "
        f"ORDER BY iif({_begins(3, 4)}, p.item_no, NULL) COLLATE NOCASE NULLS LAST, {_NAME_ORDER}"
    )


@cache
def _how_many_begin(limit: int) -> str:
    """How many items have a number that begins with ?1 (?2: the first text beyond), counted up to the limit."""
    return f"SELECT count(*) FROM (SELECT 1 FROM products AS p WHERE {_begins(1, 2)} LIMIT {limit})"


@cache
def _by_number(limit: int) -> str:
    """The items whose number begins with ?2 (?3: the first text beyond), by their number."""
    return f"SELECT {_COLUMNS} FROM products AS p WHERE {_begins(2, 3)} ORDER BY p.item_no COLLATE NOCASE LIMIT {limit}"


def _in_index(limit: int, patterns: int, *, first: int) -> str:
    """The row keys that the index of words has for ?2, in its own order."""
    if not patterns:
        return f"SELECT rowid AS found FROM search WHERE search MATCH ?2 LIMIT {limit}"
    # An expression, for with a bare parameter after LIKE SQLite compiles the statement anew at every call.
    patterns_at = [f"(?{number} || '')" for number in range(first, first + patterns)]
    beside = " AND ".join(f"({' OR '.join(f'c.{name} LIKE {at}' for name in SEARCHED)})" for at in patterns_at)
    return (
        f"SELECT candidate AS found FROM (SELECT rowid AS candidate FROM search WHERE search MATCH ?2 "
        f"LIMIT {_MOST_CANDIDATES}) JOIN products AS c ON c.row_key = candidate WHERE {beside} LIMIT {limit}"
    )
