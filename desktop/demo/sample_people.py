"""The people of the sample world: staff with their sign-ins, and the designers who come to the showrooms."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from desktop.demo.sample_catalogue import Draw
from desktop.demo.sample_houses import House
from desktop.demo.sample_words import FRENCH_NAMES, HERITAGE_NAMES, listed

Record = dict[str, Any]

FIRST_NAMES = listed(
    """
    Adaeze|Amelia|Anjali|Beatriz|Bridget|Caleb|Camille|Charlotte|Claire|Darnell|Delia|Eleanor|Elena|Farrah|Felix|
    Georgina|Grace|Hana|Harriet|Imani|Ingrid|Isabel|Jerome|Joanna|Julian|Keiko|Laurel|Leila|Lucinda|Mae|Marcus|
    Meredith|Mireille|Nadia|Naomi|Nora|Oliver|Paloma|Patrice|Quentin|Rachel|Renata|Rosalind|Ruth|Sabine|Samir|
    Soledad|Sylvie|Tamsin|Tessa|Ursula|Vivian|Winifred|Xiomara|Yasmin|Zora
    """
)
LAST_NAMES = listed(
    """
    Abernathy|Adeyemi|Albright|Banerjee|Beaumont|Bellweather|Calderón|Castellanos|Chaudhry|Coverdale|Dalrymple|
    Delacroix|Donnelly|Eastman|Ellsworth|Fairbairn|Fitzgerald|Gallagher|Goldfarb|Greenlaw|Hargreave|Hathaway|
    Hirano|Iverson|Jankowski|Kapoor|Kilbride|Lancaster|Laurent|Lockwood|MacAllister|Marchetti|McBride|Mendoza|
    Nakamura|Nguyen|O'Connell|Okonkwo|Pemberton|Petrov|Quintero|Ramsey|Rosenthal|Rutherford|Sandoval|Silverstein|
    Sorensen|Tanaka|Thibodeaux|Tran|Underwood|Vandermeer|Villanueva|Wainwright|Weiss|Winslow|Yoon|Zimmerman
    """
)
ROOMS = listed(
    """
    Library|Primary Bedroom|Dining Room|Breakfast Room|Sunroom|Powder Room|Guest House|Study|Stair Runner|Nursery|
    Living Room|Mudroom|Terrace|Bunk Room|Keeping Room|Media Room
    """
)
JOBS = listed(
    """
    Residence|Lake House|Carriage House|Penthouse|Farm|Cottage|Pied-à-terre|Boathouse|Townhouse|Guest Wing
    """
)
_FIRMS = listed(
    """
    {last} Interiors|Studio {last}|{last} & {other}|{last} Design Group|{first} {last} Interior Design|
    {place} House|Atelier {place}|{last} {other} Associates|The {place} Company|{last} Hospitality Design
    """
)
_STREETS = listed(
    """
    Peachtree Way|Roswell Road|Chestnut Street|Magnolia Avenue|Bennett Street|Howell Mill Road|Wharf Street|Laurel Lane|
    Division Street|Alder Street|Mercer Lane|Hawthorne Avenue|Orchard Place|Canal Street|Ridge Road|Commerce Street
    """
)
_NOTES = listed(
    """
    Prefers memos by courier to the job site.|Collects on Thursdays only.|Ask for the purchase order before cutting.|
    Assistant may sign for samples.|Hospitality work: always ask for fire codes.|Allergic to wool; no wool memos.|
    Likes a cutting with every memo.|Ships to the workroom, not to the studio.|Large repeats: send a full repeat.|
    Moved in spring; the old address is still on some accounts.
    """
)
_BLOCKED_NOTE = "Memos blocked: samples outstanding for more than ninety days."


def ascii_word(text: str) -> str:
    """Small letters and digits of a name without accents, as they stand in an e-mail address."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())


def person(name: str, domain: str, *memberships: tuple[str, str]) -> Record:
    """Someone who signs in; `memberships` are (organisation code, role). The password is for the demonstration only."""
    first, _, last = name.partition(" ")
    return {
        "name": name,
        "email": f"{ascii_word(first)}.{ascii_word(last)}@{domain}",
        "password": f"demo-only-{ascii_word(first)}",
        "memberships": [{"organisation_code": code, "role": role} for code, role in memberships],
    }


def house_staff(house: House, seed: int) -> Iterator[Record]:
    """The picker and the master user of a distributor."""
    draw = Draw(seed, house.code, "staff")
    drawn = (
        f"{draw.pick(FIRST_NAMES[::2])} {draw.pick(LAST_NAMES)}",
        f"{draw.pick(FIRST_NAMES[1::2])} {draw.pick(LAST_NAMES)}",
    )
    picker, master = _STAFF.get(house.code, drawn)
    yield person(picker, house.domain, (house.code, "picker"))
    yield person(master, house.domain, (house.code, "master"))


_STAFF = {
    "CTH": ("Luther Grady", "Annalise Brandt"),
    "MBR": ("Rosa Delgado-Finch", "Étienne Marchand"),
    "PWK": ("Wendell Osei", "Carolyn Vukovich"),
}


def designers(
    showroom: str, count: int, towns: tuple[tuple[str, str, str, str], ...], lines: list[str], seed: int
) -> list[Record]:
    """Trade accounts of a showroom, numbered from 1001; `towns` are (city, state, postal code, area code).

    Every twentieth is blocked. No two have the same name, e-mail address, telephone number or card.
    """
    draw = Draw(seed, showroom, "designers")
    pairs = draw.shuffled([f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES])[:count]
    firms: set[str] = set()
    return [_designer(showroom, place, name, towns, lines, firms, draw) for place, name in enumerate(pairs)]


def _designer(
    showroom: str,
    place: int,
    name: str,
    towns: tuple[tuple[str, str, str, str], ...],
    lines: list[str],
    firms: set[str],
    draw: Draw,
) -> Record:
    first, _, last = name.partition(" ")
    firm = _firm(first, last, firms, draw)
    city, state, postal_code, area = draw.pick(towns)
    is_blocked = place % 20 == 19
    number = f"{1001 + place}"
    return {
        "number": number,
        "name": name,
        "firm": firm,
        "email": f"{ascii_word(first)}@{ascii_word(firm)}.example",
        "phone": f"({area}) 555-01{place % 100:02d}",
        "address": {
            "line1": f"{draw.between(12, 4800)} {draw.pick(_STREETS)}",
            "line2": f"Suite {draw.between(1, 9)}{draw.pick('ABC')}" if draw.chance(0.25) else "",
            "city": city,
            "state": state,
            "postal_code": postal_code,
            "country": "US",
        },
        "card_barcode": f"{showroom}D{number}",
        "resale_certificate_no": f"{state}-{draw.between(100000, 999999)}",
        "resale_expires_in_days": draw.between(-60, 25) if draw.chance(0.12) else draw.between(40, 900),
        "notes": _BLOCKED_NOTE if is_blocked else draw.pick(_NOTES) if draw.chance(0.3) else "",
        "blocked": is_blocked,
        "account_numbers": {
            code: f"{draw.between(1000, 99999):06d}" for code in lines if not is_blocked and draw.chance(0.5)
        },
    }


def _firm(first: str, last: str, taken: set[str], draw: Draw) -> str:
    while True:
        place = draw.pick(HERITAGE_NAMES + FRENCH_NAMES)
        other = draw.pick([name for name in LAST_NAMES if name != last])
        firm = draw.pick(_FIRMS).format(first=first, last=last, other=other, place=place)
        if firm not in taken:
            taken.add(firm)
            return firm


def sidemark(draw: Draw) -> str:
    """A designer's name for a client's job: "Okonkwo Lake House / Study"."""
    return f"{draw.pick(LAST_NAMES)} {draw.pick(JOBS)} / {draw.pick(ROOMS)}"
