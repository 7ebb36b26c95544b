"""Words that every mail uses: days, counts, addresses, and text that is safe to print on one line."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from email.errors import HeaderParseError
from email.headerregistry import Address
from functools import lru_cache

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SAMPLE_WORDS = {"MEMO": "memo", "CUTTING": "cutting", "WING": "wing", "BOOK": "book", "RING_SET": "ring set"}
_LONGEST_LINE = 400


def one_line(text: str) -> str:
    """The text as one printable line: breaks and control characters become blanks, invisible direction marks go."""
    if len(text) <= _LONGEST_LINE and text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = []
    for sign in text[:_LONGEST_LINE]:
        category = unicodedata.category(sign)
        if category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category != "Cf":
            kept.append(" " if category in ("Cc", "Zl", "Zp") else sign)
    return " ".join("".join(kept).split()) + ("…" if len(text) > _LONGEST_LINE else "")


def lines_of(text: str, *, most: int = 40) -> tuple[str, ...]:
    """A note as its printable lines, without empty ones; at most `most`."""
    lines = [clean for line in text.splitlines() if (clean := one_line(line))]
    return tuple(lines[:most] + ["…"] * (len(lines) > most))


@lru_cache(maxsize=4096)
def address_or_none(text: str) -> str | None:
    """The mail address in a form that every mail server takes (the domain in ASCII), or None when it is none.

    One address only: a text with a comma, a blank or a line break in it is not an address. Nor is one with letters
    beyond ASCII before the @, which most servers refuse.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        address = Address(addr_spec=f"{local}{at}{ascii_domain}")
    except (UnicodeError, HeaderParseError, ValueError, IndexError):
        return None
    plain = address.addr_spec
    is_one = (
        bool(address.username and address.domain)
        and plain.isascii()
        and plain.isprintable()
        and not set(plain) & set(' ,;<>"\\')
    )
    return plain if is_one else None


def day(value: date) -> str:
    """`4 December 2026`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def counted(number: int, noun: str) -> str:
    """`1 memo`, `3 memos`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def sample_word(sample_type: str) -> str:
    """What people call a sample type, for one of them: `ring set`."""
    return _SAMPLE_WORDS.get(sample_type, one_line(sample_type).lower().replace("_", " ") or "sample")


def part_of(number: int, whole: int, noun: str) -> str:
    """`3 memos`, or `2 of 3 memos` when it is only a part."""
    return counted(number, noun) if number == whole else f"{number} of {counted(whole, noun)}"


def item_text(title: str, item_no: str) -> str:
    """`Marlow Stripe, Ochre (01354.010)`, or the number alone."""
    return f"{one_line(title)} ({one_line(item_no)})" if one_line(title) else one_line(item_no)


def present(parts: Iterable[str]) -> tuple[str, ...]:
    """The printable lines among the parts that say something."""
    return tuple(clean for part in parts if (clean := one_line(part)))


def place_lines(
    *, address1: str, address2: str, city: str, state: str, postal_code: str, country: str
) -> tuple[str, ...]:
    """An address as its lines; the country only when it is not the United States."""
    region = " ".join(part for part in (state.strip(), postal_code.strip()) if part)
    town = ", ".join(part for part in (city.strip(), region) if part)
    abroad = country.strip() if country.strip().upper() not in ("", "US", "USA") else ""
    return present((address1, address2, town, abroad))
