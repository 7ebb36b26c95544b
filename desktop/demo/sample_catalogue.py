"""Patterns and their colours, one pattern at a time: what feeds, library and warehouse are all made from."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple, TypeVar

from desktop.demo.sample_houses import NUMBERING, House
from desktop.demo.sample_words import (
    COLOURS,
    CONTRACT_NAMES,
    FRENCH_NAMES,
    HERITAGE_NAMES,
    MAKES,
    Make,
)

Item = TypeVar("Item")

SAMPLE_SEED = 1354
# The Monday on which the committed files were written; the world's own days are offsets and need none.
SAMPLE_DAY = date(2026, 11, 16)
UNITS_WITH_LOTS = frozenset({"YD", "RL", "SF"})


class Product(NamedTuple):
    """One colour of a pattern. Prices are cents; `sample_quantity` is what the sample department has on its shelf."""

    item_no: str
    color_no: str
    color_name: str
    price_cents: int
    status: str
    discontinued_on: date | None
    replaced_by: str
    upc: str
    sample_types: tuple[str, ...]
    sample_quantity: int
    updated_on: date


class Pattern(NamedTuple):
    """A pattern with its colours in item number order; `position` counts from 0 within the house."""

    position: int
    pattern_no: str
    name: str
    make: Make
    collection: str
    content: str
    width: str
    repeat_v: str
    repeat_h: str
    railroaded: bool
    finish: str
    backing: str
    cleaning: str
    double_rubs: int
    country: str
    lead_time_days: int
    products: tuple[Product, ...]


class Draw:
    """Repeatable choices from a key; uses only `Random.random`, which Python promises never to change."""

    __slots__ = ("next",)

    def __init__(self, *key: object) -> None:
        self.next = random.Random("/".join(map(str, key))).random

    def pick(self, choices: Sequence[Item]) -> Item:
        """One of the choices, each as likely as the next."""
        return choices[int(self.next() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.next() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in this share (0 to 1) of the cases."""
        return self.next() < share

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The items in another order."""
        order = sorted((self.next(), position) for position in range(len(items)))
        return [items[position] for _, position in order]


def patterns(house: House, count: int, seed: int = SAMPLE_SEED, today: date = SAMPLE_DAY) -> Iterator[Pattern]:
    """Patterns of a house until they hold `count` products; the last one is cut short to make the number.

    The first n products are the same whatever the count, so that a large catalogue contains the small one.
    """
    left, position = count, 0
    names = _names(house, seed)
    # How often each pattern name was given, category by category.
    used: dict[str, dict[str, int]] = {category: {} for category in house.categories}
    orders = dict.fromkeys(house.categories, 0)
    while left > 0:
        category = house.categories[position % len(house.categories)]
        make = _make(category, orders[category])
        draw = Draw(seed, house.code, position)
        name = _pattern_name(names, make, orders[category], used[category])
        orders[category] += 1
        pattern = _pattern(house, position, name, make, draw, today)
        if len(pattern.products) > left:
            pattern = pattern._replace(products=pattern.products[:left])
        yield pattern
        left -= len(pattern.products)
        position += 1


def _names(house: House, seed: int) -> list[str]:
    """The house's own names first, those of the other schools behind them, for catalogues that outgrow the first."""
    draw = Draw(seed, house.code, "names")
    own = draw.shuffled(house.names)
    others = [name for school in (HERITAGE_NAMES, FRENCH_NAMES, CONTRACT_NAMES) for name in school]
    return own + draw.shuffled([name for name in others if name not in house.names])


def _make(category: str, order: int) -> Make:
    makes = MAKES[category]
    return makes[(order * 5 + order // len(makes)) % len(makes)]


def _pattern(house: House, position: int, name: str, make: Make, draw: Draw, today: date) -> Pattern:
    repeat_v, _, repeat_h = draw.pick(make.repeats).partition("x")
    # Neighbouring patterns have gaps between their numbers, as in any real price list, and never the same one.
    number = house.first_pattern_number + 3 * position + (position * position + 1) % 3
    pattern_no = NUMBERING[house.numbering](number, 1)[0]
    low, high = make.rubs
    return Pattern(
        position=position,
        pattern_no=pattern_no,
        name=name,
        make=make,
        collection=draw.pick(house.collections),
        content=draw.pick(make.contents),
        width=draw.pick(make.widths),
        repeat_v="" if repeat_v == "0" else repeat_v,
        repeat_h="" if repeat_h == "0" else repeat_h,
        railroaded="UPHOLSTERY" in make.usage and draw.chance(0.25),
        finish=draw.pick(make.finishes),
        backing="Acrylic" if make.category == "FABRIC" and draw.chance(0.12) else "",
        cleaning=draw.pick(make.cleaning),
        double_rubs=1000 * draw.between(low, high) if high else 0,
        country=draw.pick(make.countries),
        lead_time_days=draw.pick((2, 3, 5, 5, 7)) if make.unit in UNITS_WITH_LOTS else draw.pick((28, 42, 56, 84)),
        products=_products(house, position, number, make, draw, today),
    )


def _pattern_name(names: list[str], make: Make, order: int, used: dict[str, int]) -> str:
    """A name that no other pattern of this category and house bears: "Ashcombe", "Ashcombe Velvet" or with "II"."""
    turn, place = divmod(order, len(names))
    # Each category starts elsewhere in the names, or a price list would open with one name over and over.
    place = (place + 17 * list(MAKES).index(make.category)) % len(names)
    name = names[place]
    if turn > 0 or order % 3 or make.unit != "YD":
        name = f"{name} {make.endings[(place + turn) % len(make.endings)]}"
    used[name] = used.get(name, 0) + 1
    return name if used[name] == 1 else f"{name} {_roman(used[name])}"


def _roman(number: int) -> str:
    letters = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, letter in letters:
        text += letter * (number // value)
        number %= value
    return text


def _products(house: House, position: int, number: int, make: Make, draw: Draw, today: date) -> tuple[Product, ...]:
    palette = COLOURS[make.colours]
    most = min(len(palette), 16) if make.unit in UNITS_WITH_LOTS else 6
    start, step = draw.between(0, len(palette) - 1), draw.pick((1, 3, 5, 7))
    whole_pattern_ends = draw.chance(0.03)
    is_new = draw.chance(0.06)
    price_cents = 100 * draw.between(*make.dollars) + draw.pick((0, 0, 50, 25, 75))
    number_of = NUMBERING[house.numbering]
    types = make.samples if draw.chance(0.6) else make.samples[:2]
    products: list[Product] = []
    current = ""
    for colour in range(1, draw.between(4, most) + 1):
        _, color_no, item_no = number_of(number, colour)
        status = _status(draw, whole_pattern_ends, is_new)
        ended = today - timedelta(days=draw.between(3, 300)) if status == "DISCONTINUED" else None
        updated = ended or today - timedelta(days=draw.between(1, 500))
        stocked = draw.between(0, 48) if status != "DISCONTINUED" else draw.between(0, 3)
        products.append(
            Product(
                item_no=item_no,
                color_no=color_no,
                color_name=palette[(start + step * colour) % len(palette)],
                price_cents=price_cents,
                status=status,
                discontinued_on=ended,
                # A replacement is an earlier colour, so that it is there however short the catalogue is cut.
                replaced_by=current if ended and draw.chance(0.6) else "",
                upc=_upc(house, position, colour) if make.unit in UNITS_WITH_LOTS else "",
                sample_types=types,
                sample_quantity=stocked if draw.chance(0.95) else 0,
                updated_on=updated,
            )
        )
        if status in ("ACTIVE", "NEW"):
            current = item_no
    return tuple(products)


def _status(draw: Draw, whole_pattern_ends: bool, is_new: bool) -> str:
    chance = draw.next()
    if whole_pattern_ends or chance < 0.025:
        return "DISCONTINUED"
    if chance < 0.045:
        return "CLOSEOUT"
    return "NEW" if is_new else "ACTIVE"


def _upc(house: House, position: int, colour: int) -> str:
    """A UPC-A of the range kept for use inside a trade (leading 4), with its check digit: no real product has it."""
    digits = f"4{_upc_company(house.code)}{position:05d}{colour:02d}"
    odd, even = sum(map(int, digits[0::2])), sum(map(int, digits[1::2]))
    return digits + str(-(3 * odd + even) % 10)


@cache
def _upc_company(code: str) -> str:
    return f"{sum((ord(letter) - 64) * 27**place for place, letter in enumerate(code)) % 997:03d}"
