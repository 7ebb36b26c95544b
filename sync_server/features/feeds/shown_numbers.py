"""What a spreadsheet shows of a number, as far as a feed needs it: padded zeros and dates, never rounded.

A workbook keeps `123` and the format `00000`; the item number is what the person saw, `00123`. A quantity shown as `13`
may be `12.5`: digits behind what the format shows are kept, because a feed must not lose any.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal

BUILT_IN_FORMATS = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "mm-dd-yy", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0",
    38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss", 48: "0.0E+0", 49: "@",
}  # fmt: skip
"""By number, as ECMA-376 part 1, 18.8.30 lists them; any other number without a format of its own is General."""

_MOST_EXACT = 10**15
"""A spreadsheet keeps fifteen digits; of a longer number the rest is lost already."""
_NO_PART_OF_IT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_PLAIN = re.compile(r"[#0?,]*(\.[#0?]+)?")


def is_date_format(number_format: str) -> bool:
    """Whether numbers in this format are days or times."""
    return re.search("[ymdhs]", _NO_PART_OF_IT.sub("", number_format), re.IGNORECASE) is not None


def shown_number(value: str, number_format: str) -> str:
    """The digits of `value` (as the workbook keeps it) with the zeros that the format pads.

    Without thousands separators. A number of more than fifteen digits comes in scientific notation, which no code and
    no quantity may have: it is refused where it stands.
    """
    number = Decimal(format(float(value), ".15g"))
    if abs(number) >= _MOST_EXACT:
        return f"{number.normalize():E}"
    digits = f"{number:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return _padded(digits, number_format.split(";")[0])


def _padded(digits: str, number_format: str) -> str:
    literal = _literal_digits(number_format)
    if literal is not None and "." not in digits and not digits.startswith("-"):
        return literal(digits)
    plain = _NO_PART_OF_IT.sub("", number_format).strip().replace(" ", "")
    if not plain or _PLAIN.fullmatch(plain) is None:
        return digits
    whole_format, _, fraction_format = plain.partition(".")
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _, fraction = digits.partition(".")
    whole = whole.zfill(whole_format.count("0")) if whole != "0" or "0" in whole_format else whole
    fraction = fraction.ljust(fraction_format.count("0"), "0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


class _Mask:
    """A format such as `000\\-00`: zeros with fixed characters between them."""

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._places = sum(len(part) for part in parts if part.strip("0") == "")

    def __call__(self, digits: str) -> str:
        digits = digits.zfill(self._places)
        rest, shown = digits[-self._places :], []
        extra = digits[: -self._places]
        for part in self._parts:
            if part.strip("0"):
                shown.append(part)
            else:
                shown.append(extra + rest[: len(part)])
                rest, extra = rest[len(part) :], ""
        return "".join(shown)


def _literal_digits(number_format: str) -> _Mask | None:
    """The mask of a format that puts dashes, dots or blanks between zeros; None for any other."""
    parts = re.findall(r'0+|"[^"]*"|\\.|[- /.]', number_format)
    if "".join(parts) != number_format or len(parts) < 3:
        return None
    plain = [part[1:] if part[0] == "\\" else part.strip('"') for part in parts]
    if parts[0].strip("0") or [part for part in parts if part == "."]:
        return None
    return _Mask(plain)


def shown_date(value: str, *, counts_from_1904: bool) -> str:
    """An ISO day, or an ISO instant when the cell holds a time of day too. Raises `ValueError` outside the calendar."""
    serial = float(value)
    if not 0 <= serial < 2_958_466:
        raise ValueError("no day of the calendar")
    epoch = datetime(1904, 1, 1) if counts_from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone
    if not counts_from_1904 and serial < 60:
        epoch += timedelta(days=1)  # The 29th of February 1900, which there never was, is counted.
    moment = epoch + timedelta(seconds=round(serial * 86_400))
    return moment.date().isoformat() if serial == int(serial) else moment.isoformat()
