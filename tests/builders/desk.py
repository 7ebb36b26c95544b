"""A desk with believable records on a real encrypted station.db, for tests of actions, queries and pages.

The showroom sells two lines and knows a third house that is not on Order-Track. Nobody has synchronised yet: the
desk is offline, and what it records waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from desktop.cache.catalogue import Catalogue
from desktop.cache.meta import set_meta
from desktop.cache.station_db import STATION_FILE, StationDatabase
from desktop.sync.desk import Desk
from desktop.sync.signature import public_key_of_station
from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person
from shared_models.catalogue.records import LINE_DATASETS, Dataset, InventoryRow, Product, StockStatus
from shared_models.designers.records import Designer
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record, row_hash
from shared_models.library.records import Copy, CopyBarcode
from shared_models.sync.certificates import StationCertificate, certify, new_signing_key, public_key_of
from shared_models.sync.checksums import checksum_text
from shared_models.sync.line_manifest import Base
from shared_models.sync.line_parts import ROWS_A_BLOCK, block_of
from shared_models.sync.streams import line_dataset

if TYPE_CHECKING:
    from desktop.feature import FeatureContext
    from desktop.foundation.jobs import Jobs

KEY = bytes(range(32))
NINE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SINCE = date(2026, 1, 1)

SHOWROOM = "showroom-halloran"
CALDER = "dist-calder"
BERAUDIN = "dist-beraudin"
TIDEWATER = "dist-tidewater"
"""Does not take part: e-mail only."""
HOUSES = {CALDER: "Calder & Thrane", BERAUDIN: "Maison Béraudin", TIDEWATER: "Tidewater & Vogel"}

PEOPLE = {
    "clerk": ("person-marisol", "Marisol Vega"),
    "rep": ("person-dana", "Dana Whitcombe"),
    "picker": ("person-pia", "Pia Lund"),
    "master": ("person-max", "Max Thrane"),
}
_AT_THE_SHOWROOM = ("clerk", "rep")

WINSLOW = "designer-winslow"
IVERSON = "designer-iverson"

PRODUCTS: dict[str, tuple[Product, ...]] = {
    CALDER: (
        Product(item_no="0123-04", pattern_name="Chevron", color_name="Sea Glass", status="ACTIVE",
                sample_types="MEMO|CUTTING", upc="400012304009", collection="Harbor", category="FABRIC", unit="YD",
                updated_at="2026-11-16T06:00:00Z"),
        Product(item_no="0123-05", pattern_name="Chevron", color_name="Ochre", status="DISCONTINUED",
                sample_types="MEMO", replaced_by="0123-04", category="FABRIC", unit="YD"),
        Product(item_no="0150-01", pattern_name="Marlow Stripe", color_name="Ink", status="ACTIVE",
                sample_types="BOOK|MEMO", category="FABRIC", unit="YD"),
        Product(item_no="0151-01", pattern_name="Grasscloth", color_name="Sea Mist", status="NEW",
                sample_types="WING", category="WALLCOVERING", unit="RL"),
    ),
    BERAUDIN: (
        Product(item_no="1354.10.0", pattern_name="Velours Royal", color_name="Emerald", status="ACTIVE",
                sample_types="MEMO", category="FABRIC", unit="YD"),
        Product(item_no="1354.20.0", pattern_name="Velours Royal", color_name="Sea Glass", status="ACTIVE",
                sample_types="CUTTING", category="FABRIC", unit="YD"),
    ),
}  # fmt: skip
STOCK: dict[str, tuple[InventoryRow, ...]] = {
    CALDER: (
        InventoryRow(item_no="0123-04", warehouse="HPT", qty_available=42_500, unit="YD", stock_status="IN_STOCK",
                     as_of="2026-11-16T06:00:00Z"),
        InventoryRow(item_no="0123-05", warehouse="HPT", qty_available=0, unit="YD", stock_status="OUT",
                     as_of="2026-11-16T06:00:00Z"),
        InventoryRow(item_no="0150-01", warehouse="HPT", qty_available=3_000, unit="YD", stock_status="LOW",
                     as_of="2026-11-16T06:00:00Z"),
    ),
}  # fmt: skip

BARCODES = {"copy-chevron": "HPS000001", "copy-marlow": "HPS000002", "copy-velours": "HPS000003"}
_COPIES = (
    ("copy-chevron", CALDER, "0123-04", "Chevron Sea Glass"),
    ("copy-marlow", CALDER, "0150-01", "Marlow Stripe Ink"),
    ("copy-velours", BERAUDIN, "1354.10.0", "Velours Royal Emerald"),
)


def make_desk(tmp_path: Path, role: str = "clerk", *, organisation_id: str = "", key: bytes = KEY) -> Desk:
    """A desk signed in as clerk, rep (of the showroom), picker or master (of Calder & Thrane). Close it at the end."""
    person_id, person_name = PEOPLE[role]
    database = StationDatabase.create(tmp_path / STATION_FILE, key)
    put(database, world_records())
    organisation = organisation_id or (SHOWROOM if role in _AT_THE_SHOWROOM else CALDER)
    with database.write() as records:
        set_meta(
            records,
            person_id=person_id,
            person_name=person_name,
            person_email=f"{role}@halloran.example",
            station_id="station-1",
            station_name="Library desk",
            server_url="http://127.0.0.1:9",
            signing_key=new_signing_key(),
            acting_organisation_id=organisation,
            acting_role=role,
        )
    catalogue = Catalogue(database, tmp_path)
    for distributor_id, products in PRODUCTS.items():
        fill_line(catalogue, distributor_id, "products", products)
    for distributor_id, stock in STOCK.items():
        fill_line(catalogue, distributor_id, "inventory", stock)
    return Desk(database, catalogue, SettableClock(NINE))


@cache
def _server_key() -> str:
    return new_signing_key()


def certified(
    desk: Desk,
    *,
    server: str = "",
    houses: Sequence[str] = (SHOWROOM,),
    name: str = "Library desk",
    person: str = "",
) -> Desk:
    """The desk as after a sign-in at this server, which says for whom its person works."""
    server = server or _server_key()
    certificate = StationCertificate(
        station_id=desk.station_id,
        station_name=name,
        person_id=person or desk.person_id,
        person_name=desk.person_name,
        organisation_ids=list(houses),
        public_key=public_key_of_station(desk.database),
        issued_at=desk.clock.now(),
    )
    with desk.database.write() as records:
        set_meta(records, certificate=certify(certificate, server), server_key=public_key_of(server))
    return desk


def put(database: StationDatabase, records: Iterable[Record]) -> None:
    """Store records as a pull would, without any operation."""
    with database.write() as store:
        for record in records:
            store.insert(record)


def fill_line(
    catalogue: Catalogue, distributor_id: str, dataset: Dataset, rows: Sequence[Product | InventoryRow | StockStatus]
) -> None:
    """A line file with these rows, whose keys are 1, 2, 3 …, at position 1 of its stream."""
    fill_line_file(catalogue, distributor_id, dataset, [msgspec.structs.astuple(row) for row in rows])


def fill_line_file(
    catalogue: Catalogue, distributor_id: str, dataset: Dataset, rows: Iterable[Sequence[Any]], *, position: int = 1
) -> None:
    """As `fill_line` from bare values, as many as there are; what was shown of the line gives way to it."""
    shape, files = LINE_DATASETS[dataset], catalogue.files
    keyed = ((key, *row) for key, row in enumerate(rows, start=1))
    card = files.begin(line_dataset(distributor_id, dataset), "filled by a builder")
    part = files.filled(card, "filled by a builder", "")
    count = checksum = 0
    while some := list(islice(keyed, ROWS_A_BLOCK)):
        files.fill(card, [block_of("put", shape.columns, some)], part=part)
        count, part = count + len(some), part + 1
        checksum += sum(row_hash(dataset, row) for row in some)
    files.finish(card, Base(position=position, rows=count, checksum=checksum_text(checksum), parts=[]))


def world_records() -> list[Record]:
    """The organisations, people, modules, lines, designers and copies of the desk's world."""
    return [*_organisations(), *_people(), *_designers(), *_copies()]


def make_context(desk: Desk, jobs: Jobs | None = None) -> FeatureContext:
    """What a page is given; jobs run at once, and everything recorded is published as the app does it."""
    from desktop.feature import FeatureContext
    from desktop.foundation.changes import ChangeBus, Changes
    from desktop.foundation.jobs import InlineJobs
    from desktop.foundation.routes import Routes
    from desktop.foundation.view_state import ViewState
    from desktop.settings import Settings
    from desktop.widgets.notices import Notices

    changes = ChangeBus()
    desk.on_recorded(lambda recorded: changes.publish(Changes(recorded.kinds, recorded.keys)))
    return FeatureContext(
        settings=Settings(),
        view_state=ViewState(),
        jobs=jobs or InlineJobs(),
        routes=Routes(),
        changes=changes,
        notices=Notices(),
        desk=desk,
    )


def _organisations() -> list[Record]:
    return [
        Organisation(
            id=SHOWROOM, code="HPS", name="Halloran Pryce Showroom", kind="showroom", email="samples@halloran.example",
            address1="351 Peachtree Hills Arcade", address2="Suite 412", city="Atlanta", state="GA",
            postal_code="30305",
        ),
        *(
            Organisation(
                id=key, code=name[:3].upper(), name=name, kind="distributor", takes_part=key != TIDEWATER,
                email=f"samples@{key}.example",
            )
            for key, name in HOUSES.items()
        ),
        *(
            ModuleGrant(id=f"grant-{owner}-{module}", organisation_id=owner, module=module, starts_on=SINCE)
            for owner, modules in {
                SHOWROOM: (Module.SAMPLE_CHECKOUT, Module.SAMPLE_ORDERS),
                CALDER: (Module.BASIC, Module.INVENTORY),
                BERAUDIN: (Module.BASIC,),
            }.items()
            for module in modules
        ),
        *(
            Line(id=f"line-{key}", showroom_id=SHOWROOM, distributor_id=key, starts_on=SINCE)
            for key in (CALDER, BERAUDIN, TIDEWATER)
        ),
    ]  # fmt: skip


def _people() -> list[Record]:
    records: list[Record] = []
    for role, (person_id, name) in PEOPLE.items():
        works_for = SHOWROOM if role in _AT_THE_SHOWROOM else CALDER
        records.append(Person(id=person_id, name=name, email=f"{role}@halloran.example"))
        records.append(
            Membership(id=f"member-{person_id}", person_id=person_id, organisation_id=works_for, role=Role(role))
        )
    return records


def _designers() -> list[Record]:
    return [
        Designer(
            id=WINSLOW, showroom_id=SHOWROOM, name="Paloma Winslow", firm="The Mayfield Company",
            email="paloma@mayfield.example", address1="619 Alder Street", address2="Suite 9B", city="Nashville",
            state="TN", postal_code="37215", card_barcode="HPSD1001",
        ),
        Designer(id=IVERSON, showroom_id=SHOWROOM, name="Anjali Iverson", card_barcode="HPSD1002"),
    ]  # fmt: skip


def _copies() -> list[Record]:
    records: list[Record] = []
    for copy_id, distributor_id, item_no, title in _COPIES:
        records.append(
            Copy(id=copy_id, showroom_id=SHOWROOM, distributor_id=distributor_id, item_no=item_no, title=title,
                 shelf="A-01-1", added_at=NINE)
        )  # fmt: skip
        records.append(CopyBarcode(id=f"{copy_id}:1", showroom_id=SHOWROOM, copy_id=copy_id, barcode=BARCODES[copy_id]))
    return records
