"""Brings a whole small world (organisations, people, libraries, kits, bins) from one JSON file into the server.

The file's form is told by the docstring of the script that makes it; days in it count from the day of the import.
Everything is stored and published like any other change, in one transaction: all of it or nothing.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.designers.records import Designer
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record
from shared_models.kits.records import Kit, KitItem
from shared_models.library.records import Copy, CopyBarcode, Loan
from shared_models.picking.records import SampleStock, StockMovement
from shared_models.picking.rules import stock_id
from sync_server.features.accounts.actions import store_all
from sync_server.features.accounts.passwords import set_password
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.database import Database

RECORDS_A_POSITION = 500
"""Published in groups of about this size, so that a station gets them in pages."""
Titles = dict[tuple[str, str], str]


class Loaded(NamedTuple):
    """How many records of each table came in."""

    counts: dict[str, int]


def load_world(database: Database, path: Path, now: datetime) -> Loaded:
    """Store and publish the file's content.

    Raises `DomainError`: `world_unreadable`, `already_there` when one of its organisations or people exists.
    """
    try:
        world = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        records, passwords = _World(world, path.parent, now).everything()
    except (OSError, msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
        problem = f"{type(error).__name__} {error}"
        raise DomainError("world_unreadable", f"{path} is no world that can be loaded: {problem}.") from None

    def unit(connection: Connection) -> None:
        _require_new(connection, records)
        for start in range(0, len(records), RECORDS_A_POSITION):
            store_all(connection, records[start : start + RECORDS_A_POSITION])
        for person_id, password in passwords.items():
            set_password(connection, person_id, password, now)

    database.write_unit(unit)
    counts: dict[str, int] = {}
    for record in records:
        counts[record.TABLE.name] = counts.get(record.TABLE.name, 0) + 1
    return Loaded(counts)


def _require_new(connection: Connection, records: list[Record]) -> None:
    known = ServerRecords(connection)
    for record in records:
        if isinstance(record, Organisation) and known.find(Organisation, code=record.code):
            raise DomainError("already_there", f"{record.name} ({record.code}) is here already; nothing was loaded.")
        if isinstance(record, Person) and known.find(Person, email=record.email):
            raise DomainError("already_there", f"{record.name} ({record.email}) is here already; nothing was loaded.")


class _World:
    """The file's content as records; ids are made once, then everything refers to them by code or address."""

    def __init__(self, world: dict[str, Any], folder: Path, now: datetime) -> None:
        self._world = world
        self._now = now
        self._today: date = local_day(now)
        houses = [world["operations"], *world["distributors"], *world["showrooms"]]
        self._house_ids: dict[str, str] = {house["code"]: new_id() for house in houses}
        self._person_ids: dict[str, str] = {person["email"].lower(): new_id() for person in world["people"]}
        self._titles = {
            key: title for house in world["distributors"] for key, title in _titles_of(house, folder).items()
        }

    def everything(self) -> tuple[list[Record], dict[str, str]]:
        """The records in an order in which they can be published, and the passwords by person id."""
        records = [
            *self._organisations(),
            *self._people(),
            *self._modules_and_lines(),
            *(one for showroom in self._world["showrooms"] for one in self._library(showroom)),
            *self._kits(),
            *self._bins(),
        ]
        passwords = {self._person_ids[person["email"].lower()]: person["password"] for person in self._world["people"]}
        return records, passwords

    def _organisations(self) -> Iterator[Record]:
        kinds = {"operations": "operator", "distributors": "distributor", "showrooms": "showroom"}
        for part, kind in kinds.items():
            houses = [self._world[part]] if part == "operations" else self._world[part]
            for house in houses:
                address = house.get("address", {})
                yield msgspec.convert(
                    {
                        "id": self._house_ids[house["code"]],
                        "code": house["code"],
                        "name": house["name"],
                        "kind": kind,
                        "takes_part": house.get("takes_part", True),
                        "email": house.get("sample_department_email", house.get("email", "")),
                        "phone": house.get("phone", ""),
                        **_address(address),
                    },
                    Organisation,
                )

    def _people(self) -> Iterator[Record]:
        for person in self._world["people"]:
            person_id = self._person_ids[person["email"].lower()]
            yield Person(id=person_id, name=person["name"], email=person["email"].lower())
            for member in person["memberships"]:
                yield Membership(
                    id=new_id(),
                    person_id=person_id,
                    organisation_id=self._house_ids[member["organisation_code"]],
                    role=Role(member["role"]),
                )
            for dist_code, code in person.get("rep_codes", {}).items():
                yield RepCode(id=new_id(), person_id=person_id, distributor_id=self._house_ids[dist_code], code=code)

    def _modules_and_lines(self) -> Iterator[Record]:
        for house in [*self._world["distributors"], *self._world["showrooms"]]:
            for grant in house["modules"]:
                ends = grant["ends_in_days"]
                yield ModuleGrant(
                    id=new_id(),
                    organisation_id=self._house_ids[house["code"]],
                    module=Module(grant["module"]),
                    starts_on=self._day(grant["starts_in_days"]),
                    ends_on=None if ends is None else self._day(ends),
                )
        for showroom in self._world["showrooms"]:
            for code in showroom["lines"]:
                yield Line(
                    id=new_id(),
                    showroom_id=self._house_ids[showroom["code"]],
                    distributor_id=self._house_ids[code],
                    starts_on=self._day(-400),
                    showroom_code=showroom["code"],
                )

    def _library(self, showroom: dict[str, Any]) -> Iterator[Record]:
        showroom_id = self._house_ids[showroom["code"]]
        designer_ids = {designer["number"]: new_id() for designer in showroom["designers"]}
        copy_ids = {copy["number"]: new_id() for copy in showroom["copies"]}
        for designer in showroom["designers"]:
            yield self._designer(designer, designer_ids[designer["number"]], showroom_id)
        for copy in showroom["copies"]:
            yield from self._copy(copy, copy_ids[copy["number"]], showroom_id)
        for loan in showroom["loans"]:
            yield Loan(
                id=new_id(),
                showroom_id=showroom_id,
                copy_id=copy_ids[loan["copy"]],
                designer_id=designer_ids[loan["designer"]],
                lent_at=self._now - timedelta(days=loan["lent_days_ago"]),
                lent_by=self._person_ids[loan["lent_by"].lower()],
                due_on=self._day(loan["due_in_days"]),
                sidemark=loan["sidemark"],
            )

    def _designer(self, designer: dict[str, Any], designer_id: str, showroom_id: str) -> Designer:
        expires = designer["resale_expires_in_days"]
        plain = ("name", "firm", "email", "phone", "card_barcode", "resale_certificate_no", "notes", "blocked")
        fields = {
            "id": designer_id,
            "showroom_id": showroom_id,
            **{name: designer[name] for name in plain},
            **_address(designer["address"]),
            "resale_expires_on": None if expires is None else self._day(expires),
        }
        return msgspec.convert(fields, Designer)

    def _copy(self, copy: dict[str, Any], copy_id: str, showroom_id: str) -> Iterator[Record]:
        yield Copy(
            id=copy_id,
            showroom_id=showroom_id,
            distributor_id=self._house_ids[copy["dist_code"]],
            item_no=copy["item_no"],
            title=self._title(copy),
            sample_type=copy["sample_type"],
            shelf=copy["shelf"],
            condition=copy["condition"],
            added_at=self._now - timedelta(days=400),
        )
        for number, barcode in enumerate(copy["barcodes"], start=1):
            yield CopyBarcode(id=f"{copy_id}:{number}", showroom_id=showroom_id, copy_id=copy_id, barcode=barcode)

    def _kits(self) -> Iterator[Record]:
        for kit in self._world["kits"]:
            kit_id = new_id()
            owner = {
                "organisation_id": self._house_ids[kit["showroom"]],
                "rep_id": self._person_ids[kit["rep"].lower()],
            }
            yield Kit(id=kit_id, name=kit["name"], **owner)
            for position, item in enumerate(kit["items"], start=1):
                yield KitItem(
                    id=f"{kit_id}:{position}",
                    kit_id=kit_id,
                    position=position,
                    distributor_id=self._house_ids[item["dist_code"]],
                    item_no=item["item_no"],
                    title=self._title(item),
                    sample_type=item["sample_type"],
                    quantity=item["quantity"],
                    **owner,
                )

    def _bins(self) -> Iterator[Record]:
        """A bin's stock is the sum of its movements, so the first count is one."""
        for shelf in self._world["bins"]:
            distributor_id = self._house_ids[shelf["dist_code"]]
            key = stock_id(distributor_id, shelf["item_no"])
            yield SampleStock(
                id=key,
                distributor_id=distributor_id,
                item_no=shelf["item_no"],
                bin=shelf["bin"],
                on_hand=shelf["quantity"],
            )
            if shelf["quantity"]:
                yield StockMovement(
                    id=new_id(),
                    stock_id=key,
                    distributor_id=distributor_id,
                    amount=shelf["quantity"],
                    why="count",
                    moved_at=self._now,
                    moved_by="",
                )

    def _title(self, item: dict[str, Any]) -> str:
        number = str(item["item_no"])
        return self._titles.get((item["dist_code"], number), number)

    def _day(self, offset: int) -> date:
        return self._today + timedelta(days=offset)


def _address(address: dict[str, str]) -> dict[str, str]:
    return {
        "address1": address.get("line1", ""),
        "address2": address.get("line2", ""),
        "city": address.get("city", ""),
        "state": address.get("state", ""),
        "postal_code": address.get("postal_code", ""),
        "country": address.get("country", "US"),
    }


def _titles_of(house: dict[str, Any], folder: Path) -> Titles:
    """Pattern and colour of the house's items, from the products file beside the world or from its known items."""
    items: list[dict[str, Any]] = house.get("known_items") or []
    style, file = house.get("feed_style"), (house.get("feeds") or {}).get("products")
    if style and file and (folder / file).exists():
        with (folder / file).open(encoding=style["encoding"], newline="") as lines:
            items = [
                {_plain_heading(name): value for name, value in row.items()}
                for row in csv.DictReader(lines, delimiter=style["delimiter"])
            ]
    titles = {}
    for item in items:
        words = {name: value for name, value in item.items() if isinstance(value, str)}
        number = words.get("item_no") or words.get("item", "")
        pattern = words.get("pattern_name") or words.get("pattern", "")
        colour = words.get("color_name") or words.get("color", "")
        titles[house["code"], number] = " ".join(part for part in (pattern, colour) if part) or number
    return titles


def _plain_heading(heading: str) -> str:
    """“Item #” as `item`, “Pattern Name” as `pattern_name`."""
    return re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")
