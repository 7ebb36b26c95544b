"""Words of the feeds page that stand in no table: titles of datasets, moments, sizes, and which dataset a name says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

_SIGNS = {
    "inventory": ("inventory", "inv", "stock", "846", "onhand"),
    "products": ("products", "product", "catalog", "catalogue", "items", "832"),
    "mill_orders": ("mill", "purchase", "millpo"),
    "reserves": ("reserves", "reserve", "holds", "hold"),
    "sales_orders": ("sales", "orders", "850", "855"),
    "freight": ("freight", "shipments", "shipment", "856"),
    "customers": ("customers", "customer", "accounts"),
}
_MODES = {"full": "whole file", "delta": "changes only", "live": "real time"}


def dataset_title(dataset: str) -> str:
    """`Mill orders` for `mill_orders`."""
    return dataset.replace("_", " ").capitalize()


def mode_words(mode: str) -> str:
    """What a run was of."""
    return _MODES.get(mode, mode)


def counted(number: int, one: str) -> str:
    """`1 row`, `7 rows`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def moment_words(moment: datetime | None, now: datetime) -> str:
    """`09:02` of today, `24 Nov, 09:02` of another day, with the year of another year; empty for None."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def size_words(size: int) -> str:
    """`812 bytes`, `4.2 KB`, `18 MB`."""
    if size < 1_000:
        return f"{size} bytes"
    scaled, unit = (size / 1_000, "KB") if size < 1_000_000 else (size / 1_000_000, "MB")
    return f"{scaled:.1f} {unit}" if scaled < 10 else f"{scaled:,.0f} {unit}"


def dataset_of_name(name: str, known: Sequence[str], otherwise: str) -> str:
    """The dataset that a file's name speaks of, if it speaks of just one; else `otherwise`."""
    words = set(re.findall(r"[a-z]+|\d+", name.lower()))
    meant = [dataset for dataset in known if words.intersection(_SIGNS.get(dataset, (dataset,)))]
    return meant[0] if len(meant) == 1 else otherwise
