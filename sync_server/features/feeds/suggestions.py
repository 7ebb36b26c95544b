"""Which column an unknown heading most likely means: by the trade's words, then by its spelling, never unless it fits.

A suggestion is only ever offered. It is taken when a person saves it in the mapping (`habits`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl
from rapidfuzz import fuzz, process

from sync_server.features.feeds.cells import BLANKS, read_column
from sync_server.features.feeds.columns import DIST_CODE
from sync_server.features.feeds.declared import DAY_FORMATS, Habits
from sync_server.features.feeds.headers import columns_of, known_names, plain_words
from sync_server.features.feeds.suggested_column import SuggestedColumn
from sync_server.features.feeds.trade_words import FILLING, SAME_MEANING

LEAST_ALIKE = 78.0
"""Of 100: below this a heading is no misspelling but another word."""
FEWEST_LETTERS = 4
"""A shorter heading is alike to everything."""
MOST_WRONG = 0.2
"""The share of cells that may be wrong in a column which a heading still stands for."""
_LENIENT = Habits(DAY_FORMATS, ",")
_TRADE = 200.0
_MOST_LIKELY = 3


class _Likeness(NamedTuple):
    score: float
    place: int
    column: str
    because: str


def suggest(
    headings: Sequence[str], columns: Sequence[str | None], unknown: Iterable[int], dataset: str, sample: pl.DataFrame
) -> tuple[SuggestedColumn, ...]:
    """For the headings at the places `unknown` at most one column each, none twice, none that the file has already.

    `sample` has a column of cells for each of these places, named by the place; a column in which they would be wrong
    is not suggested.
    """
    names = known_names(dataset).items()
    free = {name: column for name, column in names if column not in columns and column != DIST_CODE}
    found: list[_Likeness] = []
    for place in unknown:
        words = plain_words(headings[place])
        found += [_Likeness(score, place, column, why) for score, column, why in _likely(words, free)]
    taken: dict[int, SuggestedColumn] = {}
    for one in sorted(found, key=lambda like: (-like.score, like.place)):
        is_new = one.place not in taken and all(other.column != one.column for other in taken.values())
        if is_new and _fits(sample, one.place, one.column, dataset):
            heading = headings[one.place].strip()
            taken[one.place] = SuggestedColumn(heading=heading, column=one.column, because=one.because)
    return tuple(taken[place] for place in sorted(taken))


def _likely(words: Sequence[str], free: Mapping[str, str]) -> Iterator[tuple[float, str, str]]:
    """Columns with how alike they are; the trade's words go before any spelling."""
    translated = [meant for word in words for meant in SAME_MEANING.get(word, (word,))]
    bare = [word for word in translated if word not in FILLING]
    joined = {name.replace(" ", ""): column for name, column in free.items()}
    for score, attempt in ((_TRADE, translated), (_TRADE - 1, bare)):
        if (column := joined.get("".join(attempt))) is not None:
            yield score, column, f"means “{' '.join(attempt)}” in the trade"
    for text in {" ".join(attempt) for attempt in (words, translated, bare)}:
        if len(text) < FEWEST_LETTERS:
            continue
        for name, score, _place in process.extract(
            text, list(free), scorer=fuzz.token_sort_ratio, score_cutoff=LEAST_ALIKE, limit=_MOST_LIKELY
        ):
            yield score, free[name], f"is spelled much like “{name}”"
        for name, score, _place in process.extract(
            text.replace(" ", ""), list(joined), scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE, limit=_MOST_LIKELY
        ):
            yield score, joined[name], f"is spelled much like “{name}”"


def _fits(sample: pl.DataFrame, place: int, column: str, dataset: str) -> bool:
    """Whether the first cells under the heading could stand in the column; without any cells it may be so."""
    if str(place) not in sample.columns:
        return True
    cells = sample[str(place)]
    cells = cells.filter(cells.str.strip_chars(BLANKS) != "")
    if cells.is_empty():
        return True
    wrong = read_column(cells, columns_of(dataset)[column], _LENIENT).wrong
    return int(wrong.sum()) <= MOST_WRONG * cells.len()
