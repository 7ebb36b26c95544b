"""A trade in which every row says for whom it is: two distributors, two showrooms that sell both, ten people.

A mark is a word that stands in the row (`zq-kra-hps-r1`: what is told of Kravitz & Rowe to the showroom HPS and the
rep R1); `MARKS` says who may ever receive it, by whatever way. Private amounts have digits that nothing else has.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from shared_models.accounts.records import Line, Membership, Organisation, Person, RepCode
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Role
from sync_server.features.accounts.actions import store_all
from sync_server.features.accounts.passwords import hash_password, store_hash
from sync_server.features.feeds.habits import HabitsChange, change_habits
from sync_server.features.feeds.letters import HeldMail
from sync_server.features.feeds.live import LiveDesk, Teller
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.mail.outbox import Outbox
from tests.builders.server import PASSWORD, RunningServer, SmallWorld

LINE_PEOPLE = frozenset({"clerk", "rep", "other_clerk", "other_rep"})
KRA_HOUSE = frozenset({"picker", "master", "operator"})
MBR_HOUSE = frozenset({"other_picker", "other_master"})
MARKS: dict[str, frozenset[str]] = {
    "zq-kra-line": LINE_PEOPLE | KRA_HOUSE,
    "zq-kra-stock": LINE_PEOPLE | KRA_HOUSE,
    "zq-kra-mill": LINE_PEOPLE | KRA_HOUSE,
    "zq-kra-live": LINE_PEOPLE | KRA_HOUSE,
    "zq-kra-hps-r1": frozenset({"clerk", "rep", "master"}),
    "zq-kra-hps-nobody": frozenset({"clerk", "master"}),
    "zq-kra-jro-r2": frozenset({"other_clerk", "other_rep", "master"}),
    "zq-kra-nowhere": frozenset({"master"}),
    "zq-kra-own": frozenset({"master"}),
    "zq-mbr-line": LINE_PEOPLE | MBR_HOUSE,
    # With Basic alone the quantities stay at the server; the house's master sees them in what its own files changed.
    "zq-mbr-stock": frozenset({"other_master"}),
    "zq-mbr-mill": frozenset({"other_master"}),
    "zq-mbr-live": frozenset({"other_master"}),
    "zq-mbr-hps-r1": frozenset({"clerk", "other_master"}),
    "zq-mbr-hps-nobody": frozenset({"clerk", "other_master"}),
    "zq-mbr-jro-r2": frozenset({"other_clerk", "other_master"}),
    "zq-mbr-nowhere": frozenset({"other_master"}),
    "zq-mbr-own": frozenset({"other_master"}),
}
"""Mark to the people who may see it. No rep has a code at MBR; `own` is the house's alone: runs, errors, mappings."""
AMOUNTS: dict[str, frozenset[str]] = {
    "7713.0101": frozenset({"master"}), "77130101": frozenset(),  # a hidden trade price of KRA
    "7714.0202": frozenset({"master"}), "77140202": frozenset(),  # a net price
    "7715.0303": frozenset({"master"}), "77150303": frozenset(),  # a freight charge
    "8813.0101": frozenset({"other_master"}), "88130101": frozenset(),
    "8814.0202": frozenset({"other_master"}), "88140202": frozenset(),
    "8815.0303": frozenset({"other_master"}), "88150303": frozenset(),
    "86413.579": frozenset({"other_master"}), "86413579": frozenset(),  # a quantity of a house with Basic alone
}  # fmt: skip
"""As a master may read them in what a run changed, and as they are kept, which nobody ever receives."""
_MONEY = {"kra": ("7713.0101", "7714.0202", "7715.0303"), "mbr": ("8813.0101", "8814.0202", "8815.0303")}
_WHERE = (("hps-r1", "HPS", "R1"), ("hps-nobody", "HPS", ""), ("jro-r2", "JRO", "R2"), ("nowhere", "", ""))


class Trade(NamedTuple):
    """The small world with more people, and the runs of both distributors."""

    world: SmallWorld
    people: dict[str, tuple[Person, Organisation]]
    """By what they are called here, with whom they work for."""
    runs: dict[str, list[str]]
    """Ids of the runs by distributor code in small letters, what was told in real time the last."""


def make_trade(server: RunningServer, world: SmallWorld) -> Trade:
    """Fill every table that feeds and accounts have."""
    people = _people(server, world)
    runs = {
        code: _publish(server, house, code) for code, house in
        (("kra", world.distributor), ("mbr", world.other_distributor))
    }  # fmt: skip
    return Trade(world, people, runs)


def _people(server: RunningServer, world: SmallWorld) -> dict[str, tuple[Person, Organisation]]:
    starts_on = datetime.now(UTC).date() - timedelta(days=50)
    new = {
        "other_rep": (world.other_showroom, Role.REP),
        "other_master": (world.other_distributor, Role.MASTER),
        "operator": (world.distributor, Role.OPERATOR),
    }
    made = {
        name: Person(id=new_id(), name=f"New {name}", email=f"{name.replace('_', '.')}@people.example")
        for name in (*new, "nobody")
    }
    records = [
        *made.values(),
        *(Membership(id=new_id(), person_id=made[name].id, organisation_id=house.id, role=role)
          for name, (house, role) in new.items()),
        Line(id=new_id(), showroom_id=world.other_showroom.id, distributor_id=world.distributor.id,
             starts_on=starts_on, showroom_code="JRO"),
        RepCode(id=new_id(), distributor_id=world.distributor.id, person_id=world.rep.id, code="R1"),
        RepCode(id=new_id(), distributor_id=world.distributor.id, person_id=made["other_rep"].id, code="R2"),
    ]  # fmt: skip
    secret = hash_password(PASSWORD)

    def unit(connection: object) -> None:
        store_all(connection, records)  # type: ignore[arg-type]
        for person in made.values():
            store_hash(connection, person.id, secret, datetime.now(UTC))  # type: ignore[arg-type]

    server.database.write_unit(unit)
    known = {
        "clerk": (world.clerk, world.showroom), "rep": (world.rep, world.showroom),
        "other_clerk": (world.other_clerk, world.other_showroom), "picker": (world.picker, world.distributor),
        "master": (world.master, world.distributor), "other_picker": (world.other_picker, world.other_distributor),
        "nobody": (made["nobody"], world.showroom),
    }  # fmt: skip
    return {**known, **{name: (made[name], house) for name, (house, _role) in new.items()}}


def _publish(server: RunningServer, house: Organisation, code: str) -> list[str]:
    clock = SettableClock(datetime.now(UTC) - timedelta(hours=9))
    desk = FeedDesk(server.database, clock, on_held=HeldMail(Outbox(server.settings.mail_from), clock))
    server.database.write_unit(
        lambda connection: change_habits(connection, house.id, "freight", HabitsChange(mapping={f"zq-{code}-own": ""}))
    )
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "posted"
        for dataset, content in _files(code):
            clock.advance(timedelta(minutes=10))
            file.write_text(content, encoding="utf-8")
            runs.append(desk.post(Posting(house.id, house.code, dataset), file))
    statuses = [run.status for run in runs]
    assert statuses == ["landed"] * 9 + ["refused", "held"], [run.sentence for run in runs]
    live = LiveDesk(server.database, clock)
    clock.advance(timedelta(minutes=10))
    stock = {"item_no": "LIVE1", "warehouse": f"zq-{code}-live", "qty_on_hand": "86413.579" if code == "mbr" else "7"}
    told = live.tell(Teller(house.id, house.code, "inventory"), [stock])
    return [*(run.id for run in runs), told.run_id]


def _files(code: str) -> list[tuple[str, str]]:
    """In the order in which they are posted: nine that land, one that is refused, one that is held."""
    price, net, charge = _MONEY[code]
    mark = f"zq-{code}"
    products = "item_no,pattern_name,price_trade,currency,price_visible\n"
    many = "".join(f"{mark}-line-{number},{mark}-line,{price},USD,N\n" for number in range(6))
    quantity = "86413.579" if code == "mbr" else "7"
    stock = f"item_no,warehouse,qty_on_hand\n{mark}-line-1,{mark}-stock,{quantity}\n"
    mill = f"mill_po_no,line_no,item_no,notes,eta_on\n{mark}-mill,1,{mark}-mill,{mark}-mill,2026-12-24\n"
    customers = "customer_no,name,showroom_code,rep_code\n"
    customers += "".join(f"{mark}-{who},{mark}-{who},{showroom},{rep}\n" for who, showroom, rep in _WHERE)
    head = "order_no,line_no,showroom_code,rep_code,sidemark,price_net,currency\n"
    moved = f"{mark}-hps-nobody-moved,1,{{}},,{mark}-hps-nobody,,\n"
    orders = head + "".join(
        f"{mark}-{who},1,{showroom},{rep},{mark}-{who},{net},USD\n" for who, showroom, rep in _WHERE
    )
    reserves = "reserve_no,line_no,showroom_code,rep_code,sidemark\n"
    reserves += "".join(f"{mark}-{who},1,{showroom},{rep},{mark}-{who}\n" for who, showroom, rep in _WHERE)
    freight = "shipment_no,package_no,order_no,line_no,delivered_to,freight_charge,currency\n"
    freight += "".join(f"{mark}-{who},1,{mark}-{who},1,{mark}-{who},{charge},USD\n" for who, *_ in _WHERE)
    return [
        ("products", products + many),
        ("inventory", stock),
        ("mill_orders", mill),
        ("customers", customers),
        ("sales_orders", orders + moved.format("")),
        # The same row has a showroom now: it leaves no stream, but enters one.
        ("sales_orders", orders + moved.format("HPS")),
        ("sales_orders", orders + moved.format("HPS").replace("HPS,,", "hps,,")),
        ("reserves", reserves),
        ("freight", freight),
        ("products", products + many + f"7,{mark}-own,{mark}-own,USD,N\n"),
        ("products", f"{products.strip()},{mark}-own heading\n" + many.partition("\n")[0] + ",x\n"),
    ]
