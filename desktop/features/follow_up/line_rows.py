"""Rows of line files in long lists: their places, the items that words mean, and an order over several lines."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from desktop.cache.catalogue import Catalogue
from desktop.cache.reader import Reader
from desktop.cache.search_words import next_text
from shared_models.accounts.records import Organisation
from shared_models.catalogue.records import Dataset

MOST_ITEMS = 2_000
"""Of so many items of each line that fit what was typed rows are shown; who sees more of them types on."""
_KEY_BITS = 44


class LinePlaces:
    """Gives each row of a line a place: the line's number above the row's own key. From any thread."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()

    def number(self, distributor_id: str) -> int:
        """What is added to the row keys of a distributor."""
        with self._lock:
            return self._numbers.setdefault(distributor_id, len(self._numbers)) << _KEY_BITS

    def apart(self, places: Iterable[int]) -> dict[str, list[int]]:
        """The row keys by distributor."""
        with self._lock:
            names = list(self._numbers)
        keys: dict[str, list[int]] = {}
        for place in places:
            keys.setdefault(names[place >> _KEY_BITS], []).append(place & ((1 << _KEY_BITS) - 1))
        return keys


class Placed(NamedTuple):
    """A row that was found, and by what it is ordered."""

    key: Any
    """A text or a number; None and an empty text stand last, whichever way the order runs."""
    place: int


def in_order(rows: Sequence[Placed], *, descending: bool) -> array[int]:
    """The places of the rows, capitals and small letters being the same; those that are equal stay as they are."""
    known = [row for row in rows if row.key not in (None, "")]
    unknown = [row for row in rows if row.key in (None, "")]
    known.sort(key=_sort_key, reverse=descending)
    return array("q", [row.place for row in (*known, *unknown)])


def houses(reader: Reader) -> dict[str, str]:
    """The names of the distributors by their ids."""
    return dict(reader.rows(f"SELECT id, name FROM {Organisation.TABLE.name} WHERE kind = 'distributor'"))


def lines_of(catalogue: Catalogue, names: dict[str, str], *datasets: Dataset) -> list[tuple[str, Dataset]]:
    """The lines with the first of the datasets that is here of each, by the distributors' names."""
    found: dict[str, Dataset] = {}
    for dataset in datasets:
        for distributor_id in catalogue.distributor_ids(dataset):
            found.setdefault(distributor_id, dataset)
    return sorted(found.items(), key=lambda line: (names.get(line[0], "").casefold(), line[0]))


def items_meant(catalogue: Catalogue, distributor_id: str, dataset: Dataset, text: str) -> str:
    """The numbers of the items that `text` means, as JSON: by the words of products, and those that begin with it."""
    hits = catalogue.search(text, limit=MOST_ITEMS, distributor_ids=[distributor_id])
    numbers = dict.fromkeys(hit.item_no for hit in hits)
    number = text.strip()
    if number and " " not in number:
        between = (number, next_text(number))
        sql = (
            f"SELECT DISTINCT item_no FROM {dataset} WHERE item_no >= ? COLLATE NOCASE AND item_no < ? COLLATE NOCASE "
            f"LIMIT {MOST_ITEMS}"
        )
        numbers.update(dict.fromkeys(item for (item,) in catalogue.ask(distributor_id, dataset, sql, *between)))
    return msgspec.json.encode(list(numbers)).decode()


def json_keys(keys: Sequence[int]) -> str:
    """Row keys as one parameter for `json_each`."""
    return msgspec.json.encode(keys).decode()


def _sort_key(row: Placed) -> Any:
    return row.key.casefold() if isinstance(row.key, str) else row.key
