"""Which column of the record each heading of a file means, however people spell it."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.columns import (
    DATASET_COLUMNS,
    DIST_CODE,
    DIST_CODE_HEADINGS,
    NOT_READ_YET,
    Column,
)

IGNORE = ""
"""What a saved mapping says of a heading that is to be left out."""

_SAME_WORD = {
    "number": "no",
    "num": "no",
    "nbr": "no",
    "nr": "no",
    "quantity": "qty",
    "quantities": "qty",
    "colour": "color",
    "colourway": "colorway",
    "whs": "warehouse",
    "desc": "description",
    "inch": "in",
    "inches": "in",
    "minimum": "min",
    "maximum": "max",
    "availability": "available",
    "dist": "distributor",
}
_GLUED_END = re.compile(r"(?<=[a-z]{3})(number|num|nbr)$")


class HeaderReading(NamedTuple):
    """What the headings mean: `columns[i]` is the record's column of heading i, or None when it is left out."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    """Headings that no column answers to: reported, their cells are not taken in."""


def plain_heading(text: str) -> str:
    """A heading without what people write in different ways: `Item #`, `ITEM_NO` and `ItemNumber` are one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text.strip().removeprefix("\ufeff"))
    words = re.findall(r"[a-z0-9]+", spaced.replace("#", " no ").lower())
    return "".join(_SAME_WORD.get(word, _GLUED_END.sub("no", word)) for word in words)


def _names(columns: Sequence[Column]) -> dict[str, str]:
    names = {plain_heading(heading): DIST_CODE for heading in (DIST_CODE, *DIST_CODE_HEADINGS)}
    for column in columns:
        names.update({plain_heading(heading): column.name for heading in column.headings})
    # A column's own name is never somebody else's other heading.
    names.update({plain_heading(column.name): column.name for column in columns})
    return names


_NAMES = {dataset: _names(columns) for dataset, columns in DATASET_COLUMNS.items()}


def known_headings(headings: Sequence[str], dataset: str, mapping: Mapping[str, str]) -> int:
    """How many of the headings are columns of the dataset: the measure by which a separator is chosen."""
    return sum(_meaning(heading, dataset, mapping) is not None for heading in headings)


def read_headings(headings: Sequence[str], dataset: str, mapping: Mapping[str, str]) -> HeaderReading:
    """What each heading of a file of `dataset` means; `mapping` (plain heading to column) goes before all else.

    Raises `DomainError`: `other_dataset`, `key_column_missing`, `column_twice`.
    """
    meanings = [_meaning(heading, dataset, mapping) for heading in headings]
    _refuse_other_dataset(headings, dataset, meanings)
    _refuse_missing_key(headings, dataset, meanings)
    _refuse_twice(headings, meanings)
    unknown = tuple(
        heading.strip() or f"(column {place} has no heading)"
        for place, (heading, meaning) in enumerate(zip(headings, meanings, strict=True), start=1)
        if meaning is None
    )
    return HeaderReading(tuple(meaning or None for meaning in meanings), unknown)


def _meaning(heading: str, dataset: str, mapping: Mapping[str, str]) -> str | None:
    """The column's name, `IGNORE`, or None when nothing answers to the heading."""
    plain = plain_heading(heading)
    return mapping[plain] if plain in mapping else _NAMES[dataset].get(plain)


def _refuse_other_dataset(headings: Sequence[str], dataset: str, meanings: Sequence[str | None]) -> None:
    mine = len({meaning for meaning in meanings if meaning})
    for other in DATASET_COLUMNS:
        if other != dataset and known_headings(headings, other, {}) > max(mine, 2):
            raise DomainError(
                "other_dataset",
                f"This looks like {_article(other)} file, not {_article(dataset)} file. Nothing was changed; "
                f"post it as {other}.",
                dataset=dataset,
                looks_like=other,
            )
    plain = {plain_heading(heading) for heading in headings}
    for other, signs in NOT_READ_YET.items():
        if mine <= 3 and plain.issuperset(plain_heading(sign) for sign in signs):
            raise DomainError(
                "other_dataset",
                f"This looks like a {other} file, not {_article(dataset)} file. Nothing was changed.",
                dataset=dataset,
                looks_like=other,
            )


def _article(dataset: str) -> str:
    return f"an {dataset}" if dataset[0] in "aeiou" else f"a {dataset}"


def _refuse_missing_key(headings: Sequence[str], dataset: str, meanings: Sequence[str | None]) -> None:
    key = LINE_DATASETS[dataset].key[0]
    if key not in meanings:
        found = ", ".join(f"“{heading.strip()[:40]}”" for heading in headings[:12]) or "nothing"
        raise DomainError(
            "key_column_missing",
            f"The first row has no column for {key} (“Item #”, “item_no” …); found: {found}. Nothing was changed. "
            "Give the column that heading, or save a column mapping.",
            column=key,
        )


def _refuse_twice(headings: Sequence[str], meanings: Sequence[str | None]) -> None:
    seen: dict[str, int] = {}
    for place, meaning in enumerate(meanings):
        if meaning and meaning in seen:
            first = seen[meaning]
            raise DomainError(
                "column_twice",
                f"Columns {first + 1} “{headings[first].strip()}” and {place + 1} “{headings[place].strip()}” both "
                f"mean {meaning}. Nothing was changed; take one out, or save a column mapping that leaves one out.",
                column=meaning,
            )
        if meaning:
            seen[meaning] = place
