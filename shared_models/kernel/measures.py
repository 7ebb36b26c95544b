"""Exact quantities and money: whole thousandths of a unit and ten-thousandths of a currency unit, never floats."""

import re
from decimal import Decimal
from typing import NewType

from shared_models.kernel.errors import DomainError

Thousandths = NewType("Thousandths", int)
"""A quantity dec(12,3), stored and sent as whole thousandths of its unit (12.5 YD = 12500)."""

TenThousandths = NewType("TenThousandths", int)
"""An amount of money dec(12,4), stored and sent as whole ten-thousandths (1.25 = 12500)."""

# Not what `Decimal` would take: that reads 1e9, 1_000, NaN and digits of other scripts too.
_PLAIN = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*?)0*)?")


def _scaled(text: str, places: int, what: str) -> int:
    match = _PLAIN.fullmatch(text.strip())
    if match is None or not any(character.isdigit() for character in text):
        raise DomainError("not_a_number", f"“{text}” is not {what}; write it like 12.5.", value=text)
    sign, whole, part = match[1], match[2], match[3] or ""
    if len(whole) > 12 - places or len(part) > places:
        raise DomainError(
            "number_out_of_range",
            f"“{text}” is not {what}: at most {12 - places} digits before and {places} after the dot.",
            value=text,
        )
    return int(f"{sign}{whole}{part:0<{places}}")


def quantity_from_text(text: str) -> Thousandths:
    """Read a plain decimal such as `32` or `32.125`.

    Raises `DomainError` (`not_a_number`, `number_out_of_range`) for anything else.
    """
    return Thousandths(_scaled(text, 3, "a quantity"))


def money_from_text(text: str) -> TenThousandths:
    """Read a plain decimal amount such as `48.50`; the same errors as `quantity_from_text`."""
    return TenThousandths(_scaled(text, 4, "an amount of money"))


def quantity_text(quantity: Thousandths | int) -> str:
    """The shortest plain decimal: 12500 gives `12.5`, 32000 gives `32`."""
    text = format(Decimal(quantity).scaleb(-3), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(money: TenThousandths | int) -> str:
    """A plain decimal with at least two places: 485000 gives `48.50`, 12345 gives `1.2345`."""
    whole, _, cents = format(Decimal(money).scaleb(-4), ".4f").partition(".")
    return f"{whole}.{cents[:2]}{cents[2:].rstrip('0')}"
