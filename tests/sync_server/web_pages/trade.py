"""Two distributors that have posted everything, and people who look at it in a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import requests

from shared_models.accounts.records import Person, RepCode
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import new_id
from sync_server.features.accounts.actions import store_all
from sync_server.features.feeds.runs import FeedDesk, Posting
from tests.builders.server import PASSWORD, RunningServer, SmallWorld

SECRET = "zqprice"
"""Stands in what no showroom may see."""
ORDERS = 130
"""More than two pages of them."""


def _files() -> dict[str, str]:
    orders = "order_no,line_no,showroom_code,rep_code,customer_no,ordered_on,order_status,item_no,description,sidemark,"
    orders += "qty_ordered,unit,promised_on,mill_po_no,reserve_no,price_net,currency,notes\n"
    for number in range(1, ORDERS + 1):
        code = ("HPS", "JRO", "")[number % 3]
        rep = "R1" if number % 5 == 0 else ""
        status = "SHIPPED" if number % 4 == 0 else "OPEN"
        promised = f"2027-01-{number % 28 + 1:02d}" if number % 2 else ""
        orders += (
            f"{number:05d},1,{code},{rep},C{number % 7},2026-11-{number % 28 + 1:02d},{status},1354.{number % 9}.0,"
            f"Trianon {number},Lake house {number},{number}.5,YD,{promised},MP{number % 6},R{number},4177.77,USD,\n"
        )
    return {
        "products": "item_no,pattern_name,color_name,price_trade,price_visible,currency\n"
        + "".join(f"1354.{n}.0,Trianon,Colour {n},4177.77,N,USD\n" for n in range(9)),
        "inventory": "item_no,warehouse,lot_no,qty_on_hand,unit,stock_status,next_due_on\n"
        + "".join(f"1354.{n}.0,W{w},L{n}{w},{n * 10},YD,IN_STOCK,\n" for n in range(9) for w in range(3)),
        "mill_orders": "mill_po_no,line_no,mill_name,item_no,qty_ordered,qty_open,unit,eta_on,status\n"
        + "".join(f"MP{n},1,Mill 21,1354.{n}.0,100,50,YD,2026-12-0{n + 1},OPEN\n" for n in range(6)),
        "customers": "customer_no,name,showroom_code,rep_code,status,credit_hold\n"
        + "".join(f"C{n},Customer {n},{('HPS', 'JRO')[n % 2]},,ACTIVE,N\n" for n in range(7))
        + "C9,\"=HYPERLINK(1)\",HPS,,ACTIVE,Y\n",
        "sales_orders": orders,
        "reserves": "reserve_no,line_no,showroom_code,rep_code,customer_no,item_no,qty,unit,kind,status,expires_at\n"
        + "".join(
            f"R{n},1,{('HPS', 'JRO')[n % 2]},R1,C1,1354.1.0,5,YD,HOLD,ACTIVE,2027-02-{n:02d}T17:00:00Z\n"
            for n in range(1, 9)
        ),
        "freight": "shipment_no,package_no,order_no,line_no,shipped_on,carrier_scac,tracking_no,item_no,qty_shipped,"
        "unit,freight_charge,currency\n"
        + "".join(f"S{n},1,{n:05d},1,2026-11-20,UPSN,1Z{n:04d},1354.1.0,1,YD,4177.77,USD\n" for n in range(1, 13)),
    }  # fmt: skip


def post_everything(server: RunningServer, world: SmallWorld, folder: Path) -> None:
    """Both distributors post all that their modules let them; the rep has a code at the first."""
    desk = FeedDesk(server.database, server.clock, on_held=lambda _connection, _run: None)
    for house in (world.distributor, world.other_distributor):
        for dataset, content in _files().items():
            if house is world.other_distributor and dataset == "mill_orders":
                continue
            file = folder / f"{house.code}_{dataset}.csv"
            file.write_text(content.replace("Trianon", "Fenwick") if house is world.other_distributor else content)
            run = desk.post(Posting(house.id, house.code, dataset), file)
            assert run.status == "landed", run
    code = RepCode(id=new_id(), person_id=world.rep.id, distributor_id=world.distributor.id, code="R1")
    server.database.write_unit(lambda connection: store_all(connection, [code]))


@dataclass
class Trade:
    """A server with all that is to be looked at."""

    server: RunningServer
    world: SmallWorld
    clock: SettableClock

    @contextmanager
    def browser(self, person: Person) -> Iterator["Browser"]:
        """Somebody who is signed in."""
        with requests.Session() as session:
            browser = Browser(self.server.url, session)
            answer = browser.sign_in(person.email)
            assert answer.url.endswith("/web/orders"), answer.text
            yield browser


@dataclass
class Browser:
    """Follows links and sends forms."""

    url: str
    session: requests.Session

    def get(self, path: str, **options: bool) -> requests.Response:
        return self.session.get(self.url + path, timeout=30, **options)  # type: ignore[arg-type]

    def csrf(self, page: requests.Response) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found is not None
        return found[1]

    def sign_in(self, email: str, password: str = PASSWORD, *, after: str = "") -> requests.Response:
        page = self.get("/web/sign-in")
        fields = {"csrf": self.csrf(page), "next": after, "email": email, "password": password}
        return self.session.post(f"{self.url}/web/sign-in", data=fields, timeout=30)

    def ids(self, page: requests.Response, name: str) -> list[str]:
        """The rows of a list's page."""
        return [unescape(found) for found in re.findall(rf'data-name="[^"]*"><a href="/web/{name}/([^"]+)"', page.text)]

    def link(self, page: requests.Response, rel: str) -> str:
        """Where `rel="next"` leads; empty where there is none."""
        found = re.search(rf'href="([^"]+)" rel="{rel}"', page.text)
        return unescape(found[1]) if found else ""

    def pages(self, path: str) -> Iterator[requests.Response]:
        """A list from its first page to its last."""
        while path:
            page = self.get(path)
            assert page.status_code == 200, page.text
            yield page
            path = self.link(page, "next")

    def all_ids(self, name: str, query: str = "show=all") -> list[str]:
        """Every row of a list, page by page."""
        return [one for page in self.pages(f"/web/{name}?{query}") for one in self.ids(page, name)]
