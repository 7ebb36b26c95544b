"""Puts the organisations of the sample world together: distributors, showrooms, people, kits and bins."""

import json
from dataclasses import asdict, dataclass

from desktop.demo.sample_catalogue import Product, patterns
from desktop.demo.sample_follow_up import FOLLOW_UP_FEEDS
from desktop.demo.sample_houses import TIDEWATER, Address, FileStyle, House
from desktop.demo.sample_library import bins, copies, kit, loans, sample_products
from desktop.demo.sample_people import Record, designers, house_staff, person

OPERATIONS_CODE = "OPS"
KNOWN_ITEMS = 40
PASSWORD_NOTE = "These passwords are for the demonstration only. Never give them to a person of a real organisation."


@dataclass(frozen=True)
class Showroom:
    """A showroom of the sample: `copies` says how many library copies it has of each line, in shelf order."""

    code: str
    name: str
    address: Address
    phone: str
    domain: str
    copies: dict[str, int]
    designers: int
    towns: tuple[tuple[str, str, str, str], ...]
    clerks: tuple[str, ...]
    rep: str
    open_loans: int
    overdue_loans: int
    kits: tuple[tuple[str, dict[str, int]], ...]


SHOWROOMS = (
    Showroom(
        code="HPS",
        name="Halloran Pryce Showroom",
        address=Address("351 Peachtree Hills Arcade", "Atlanta", "GA", "30305", "Suite 412"),
        phone="(404) 555-0126",
        domain="halloranpryce.example",
        copies={"CTH": 250, "MBR": 210, "PWK": 150, "TVP": 30},
        designers=82,
        towns=(
            ("Atlanta", "GA", "30309", "404"),
            ("Decatur", "GA", "30030", "678"),
            ("Savannah", "GA", "31401", "912"),
            ("Charleston", "SC", "29401", "843"),
            ("Birmingham", "AL", "35205", "205"),
            ("Nashville", "TN", "37215", "615"),
        ),
        clerks=("Marisol Vega", "Theodore Lindgren"),
        rep="Dana Whitcombe",
        open_loans=96,
        overdue_loans=27,
        kits=(
            ("Autumn introductions", {"CTH": 22, "MBR": 13, "PWK": 6}),
            ("Hospitality and contract", {"PWK": 18, "CTH": 6}),
            ("Coastal Carolina trip", {"CTH": 10, "MBR": 8}),
        ),
    ),
    Showroom(
        code="JRO",
        name="Juniper Row",
        address=Address("1422 NW Hoyt Court", "Portland", "OR", "97209"),
        phone="(503) 555-0181",
        domain="juniperrow.example",
        copies={"CTH": 140, "MBR": 120},
        designers=38,
        towns=(
            ("Portland", "OR", "97209", "503"),
            ("Lake Oswego", "OR", "97034", "971"),
            ("Bend", "OR", "97702", "541"),
            ("Seattle", "WA", "98109", "206"),
        ),
        clerks=("Priya Raman",),
        rep="Owen Castellano",
        open_loans=34,
        overdue_loans=9,
        kits=(
            ("Everyday bag", {"CTH": 14, "MBR": 10}),
            ("Willamette wineries", {"MBR": 9, "CTH": 5}),
        ),
    ),
)


def make_world(houses: tuple[House, ...], counts: dict[str, int], seed: int) -> Record:
    """The whole world file; its schema stands in `sample_data`.

    `counts` says how many products of each house the world may refer to (house code to number).
    """
    products = {house.code: sample_products(house, counts[house.code], seed) for house in houses}
    products[TIDEWATER.code] = sample_products(TIDEWATER, KNOWN_ITEMS, seed)
    further_lines = [house.code for house in houses[3:]]
    used_upcs: set[str] = set()
    return {
        "passwords_note": PASSWORD_NOTE,
        "operations": {"code": OPERATIONS_CODE, "name": "Order-Track Operations"},
        "distributors": [*(_feed_distributor(house) for house in houses), _other_distributor(seed)],
        "showrooms": [
            _showroom(showroom, further_lines if place == 0 else [], products, used_upcs, seed)
            for place, showroom in enumerate(SHOWROOMS)
        ],
        "people": [
            *(entry for showroom in SHOWROOMS for entry in _showroom_staff(showroom)),
            *(entry for house in houses for entry in house_staff(house, seed)),
            person("Simone Okafor", "order-track.example", (OPERATIONS_CODE, "operator")),
        ],
        "kits": [entry for showroom in SHOWROOMS for entry in _kits(showroom, products, seed)],
        "bins": [entry for house in houses for entry in bins(house, products[house.code])],
    }


def world_as_text(world: Record) -> str:
    """JSON with one line a record, so that a difference between two worlds can be read."""
    return _as_text(world, 0) + "\n"


def _as_text(value: object, depth: int) -> str:
    pad = "  " * (depth + 1)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        lines = [pad + _as_text(entry, depth + 1) for entry in value]
        return "[\n" + ",\n".join(lines) + "\n" + "  " * depth + "]"
    if isinstance(value, dict) and (depth == 0 or "designers" in value or "known_items" in value):
        lines = [f"{pad}{json.dumps(key)}: {_as_text(entry, depth + 1)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"
    return json.dumps(value, ensure_ascii=False)


def _feed_distributor(house: House) -> Record:
    names = {dataset: feed_file_name(house, dataset) for dataset in ("products", "inventory", *FOLLOW_UP_FEEDS)}
    return _distributor(house, names, house.style)


def feed_file_name(house: House, dataset: str) -> str:
    """The file of a house's dataset beside the world file: "CTH_products.csv"."""
    return f"{house.code}_{dataset}.csv"


def _other_distributor(seed: int) -> Record:
    """The house that is not on Order-Track, with the items that showrooms know from its price list."""
    known = [
        {
            "item_no": product.item_no,
            "pattern_no": pattern.pattern_no,
            "pattern_name": pattern.name,
            "color_no": product.color_no,
            "color_name": product.color_name,
            "category": pattern.make.category,
            "unit": pattern.make.unit,
            "status": product.status,
            "sample_types": list(product.sample_types),
            "upc": product.upc,
        }
        for pattern in patterns(TIDEWATER, KNOWN_ITEMS, seed)
        for product in pattern.products
    ]
    return {**_distributor(TIDEWATER, {}, None), "known_items": known}


def _distributor(house: House, feeds: dict[str, str], style: FileStyle | None) -> Record:
    return {
        "code": house.code,
        "name": house.name,
        "takes_part": bool(feeds),
        "modules": [_module(name) for name in house.modules],
        "sample_department_email": house.sample_department_email,
        "phone": house.phone,
        "address": asdict(house.address),
        "feeds": feeds,
        "feed_style": asdict(style) if style else None,
        "feed_cadence_hours": house.cadence_hours if feeds else None,
        "warehouses": list(house.warehouses) if feeds else [],
    }


def _module(name: str) -> Record:
    return {"module": name, "starts_in_days": -400, "ends_in_days": None}


def _showroom(
    showroom: Showroom,
    further_lines: list[str],
    products: dict[str, list[Product]],
    used_upcs: set[str],
    seed: int,
) -> Record:
    lines = [*showroom.copies, *further_lines]
    accounts = designers(showroom.code, showroom.designers, showroom.towns, list(showroom.copies), seed)
    shelf = copies(showroom.code, showroom.copies, products, used_upcs, seed)
    clerks = [entry["email"] for entry in _showroom_staff(showroom) if entry["memberships"][0]["role"] == "clerk"]
    return {
        "code": showroom.code,
        "name": showroom.name,
        "address": asdict(showroom.address),
        "phone": showroom.phone,
        "email": f"samples@{showroom.domain}",
        "modules": [_module("sample_checkout"), _module("sample_orders")],
        "lines": lines,
        "designers": accounts,
        "copies": shelf,
        "loans": loans(showroom.code, shelf, accounts, clerks, showroom.open_loans, showroom.overdue_loans, seed),
    }


def _showroom_staff(showroom: Showroom) -> list[Record]:
    clerks = [person(name, showroom.domain, (showroom.code, "clerk")) for name in showroom.clerks]
    rep = person(showroom.rep, showroom.domain, (showroom.code, "rep"))
    return [
        *clerks,
        {**rep, "rep_codes": dict.fromkeys(showroom.copies, f"{showroom.code[0]}7")},
    ]


def _kits(showroom: Showroom, products: dict[str, list[Product]], seed: int) -> list[Record]:
    rep = _showroom_staff(showroom)[-1]["email"]
    return [
        kit(f"{showroom.code}-K{place}", name, rep, showroom.code, wanted, products, seed)
        for place, (name, wanted) in enumerate(showroom.kits, start=1)
    ]
