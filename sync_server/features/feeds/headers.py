"""Which column of the record each heading of a file means, however people spell it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.columns import DIST_CODE, DIST_CODE_HEADINGS, Column
from sync_server.features.feeds.datasets import DATASETS

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
    "dist": "distributor",
}
_GLUED_END = re.compile(r"(?<=[a-z]{3})(number|num|nbr)$")


class HeaderReading(NamedTuple):
    """What the headings mean: `columns[i]` is the record's column of heading i, or None when it is left out."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    """Headings that no column answers to: reported, their cells are not taken in."""
    unknown_places: tuple[int, ...] = ()
    mapped: Mapping[str, str] = {}
    """Headings of the file that the saved mapping speaks of, with the column or `IGNORE`."""


class HeadingsUnfit(DomainError):
    """Headings without which rows cannot be told apart, or with one column twice; with all that was made of them."""

    def __init__(self, refusal: DomainError, reading: HeaderReading) -> None:
        super().__init__(refusal.code, refusal.sentence, **refusal.facts)
        self.reading = reading


def plain_words(text: str) -> list[str]:
    """The words of a heading without what people write in different ways."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare.strip().removeprefix("\ufeff"))
    words = re.findall(r"[a-z0-9]+", spaced.replace("#", " no ").lower())
    return [_SAME_WORD.get(word, _GLUED_END.sub("no", word)) for word in words]


def plain_heading(text: str) -> str:
    """`plain_words` as one: `Item #`, `ITEM_NO` and `ItemNumber` are the same."""
    return "".join(plain_words(text))


def columns_of(dataset: str) -> dict[str, Column]:
    """The columns of a dataset by name, in their order."""
    return {column.name: column for column in DATASETS[dataset].columns}


def known_names(dataset: str) -> dict[str, str]:
    """Every heading that is known of the dataset, in plain words with a blank between them, with its column."""
    columns = columns_of(dataset).values()
    names = {" ".join(plain_words(heading)): one.name for one in columns for heading in one.headings}
    return {**names, **{" ".join(plain_words(one.name)): one.name for one in columns}}


def _names(columns: Sequence[Column]) -> dict[str, str]:
    names = {plain_heading(heading): DIST_CODE for heading in (DIST_CODE, *DIST_CODE_HEADINGS)}
    for column in columns:
        names.update({plain_heading(heading): column.name for heading in column.headings})
    # A column's own name is never somebody else's other heading.
    names.update({plain_heading(column.name): column.name for column in columns})
    return names


_NAMES = {name: _names(dataset.columns) for name, dataset in DATASETS.items()}


def known_headings(headings: Sequence[str], dataset: str, mapping: Mapping[str, str]) -> int:
    """How many of the headings are columns of the dataset: the measure by which a separator is chosen."""
    return sum(_meaning(heading, dataset, mapping) is not None for heading in headings)


def read_headings(headings: Sequence[str], dataset: str, mapping: Mapping[str, str]) -> HeaderReading:
    """What each heading of a file of `dataset` means; `mapping` (plain heading to column) goes before all else.

    Raises `DomainError("other_dataset")`, and `HeadingsUnfit`: `key_column_missing`, `column_twice`.
    """
    meanings = [_meaning(heading, dataset, mapping) for heading in headings]
    _refuse_other_dataset(headings, dataset, meanings)
    places = tuple(place for place, meaning in enumerate(meanings) if meaning is None)
    unknown = tuple(headings[place].strip() or f"(column {place + 1} has no heading)" for place in places)
    mapped = {one.strip(): mapping[plain_heading(one)] for one in headings if plain_heading(one) in mapping}
    reading = HeaderReading(tuple(meaning or None for meaning in meanings), unknown, places, mapped)
    try:
        _refuse_missing_key(headings, dataset, meanings)
        _refuse_twice(headings, meanings)
    except DomainError as refusal:
        raise HeadingsUnfit(refusal, reading) from None
    return reading


def meaning_of(heading: str, dataset: str, mapping: Mapping[str, str]) -> str | None:
    """The column that one heading of `dataset` means, `IGNORE`, or None; `mapping` goes before all else."""
    return _meaning(heading, dataset, mapping)


def _meaning(heading: str, dataset: str, mapping: Mapping[str, str]) -> str | None:
    """The column's name, `IGNORE`, or None when nothing answers to the heading."""
    plain = plain_heading(heading)
    return mapping[plain] if plain in mapping else _NAMES[dataset].get(plain)


def _refuse_other_dataset(headings: Sequence[str], dataset: str, meanings: Sequence[str | None]) -> None:
    """Another dataset that knows more of the headings, all that its rows need among them, is what was meant."""
    mine = len({meaning for meaning in meanings if meaning})
    most, likely = max(mine, 2), ""
    for other in DATASETS:
        count = known_headings(headings, other, {})
        if (
            other != dataset
            and count > most
            and not _missing(other, [_NAMES[other].get(plain_heading(one)) for one in headings])
        ):
            most, likely = count, other
    if likely:
        raise DomainError(
            "other_dataset",
            f"This looks like {_article(likely)} file, not {_article(dataset)} file. Nothing was changed; "
            f"post it as {likely}.",
            dataset=dataset,
            looks_like=likely,
        )


def _article(dataset: str) -> str:
    title = DATASETS[dataset].title
    return f"an {title}" if title[0] in "aeiou" else f"a {title}"


def _missing(dataset: str, meanings: Sequence[str | None]) -> list[str]:
    return [name for name in DATASETS[dataset].needed if name not in meanings]


def _refuse_missing_key(headings: Sequence[str], dataset: str, meanings: Sequence[str | None]) -> None:
    missing = _missing(dataset, meanings)
    if missing:
        found = ", ".join(f"“{heading.strip()[:40]}”" for heading in headings[:12]) or "nothing"
        name = missing[0]
        raise DomainError(
            "key_column_missing",
            f"The first row has no column for {name} (“{_friendly(name)}”, “{name}” …); found: {found}. Nothing was "
            "changed. Give the column that heading, or save a column mapping.",
            column=name,
        )


def _friendly(name: str) -> str:
    return name.removesuffix("_no").replace("_", " ").capitalize() + " #"


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
