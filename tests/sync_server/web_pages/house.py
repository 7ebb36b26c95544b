"""A showroom that asks a distributor without Order-Track for samples, and whoever opens the link in the mail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import requests
from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import LineId, OrderId, RequestId, new_id
from shared_models.picking.records import Confirmation
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.mail.queries import StoredMail, list_mail
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import write_log
from tests.builders.server import RunningServer, SmallWorld, WireStation

LINK = re.compile(r"https?://\S+/r/\S+")


class _Fields(HTMLParser):
    """The fields of the first form of a page, as a browser would send them untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag != "input" or not name or (given.get("type") == "radio" and "checked" not in given):
            return
        self.fields[name] = given.get("value") or ""


def fields_of(page: requests.Response) -> dict[str, str]:
    parser = _Fields()
    parser.feed(page.text)
    return parser.fields


def change_organisation(server: RunningServer, house: Organisation, **values: object) -> None:
    """Write something else on an organisation's card, and publish it."""

    def unit(connection: Connection) -> None:
        records = ServerRecords(connection)
        records.change(records.need(Organisation, house.id), **values)
        write_log(connection, records.touched, records)

    server.database.write_unit(unit)


@dataclass
class Correspondence:
    """The clerk's station, the server's outbox, and a browser."""

    server: RunningServer
    world: SmallWorld
    clerk: WireStation
    clock: SettableClock
    browser: requests.Session = field(default_factory=requests.Session)

    def ask(self, *quantities: int, number: str = "1", title: str = "Marlow Stripe, Ochre", note: str = "") -> str:
        """The clerk asks for so many of so many items; gives the request's id."""
        request_id = f"request-{number}"
        items = tuple(
            OrderedItem(
                line_id=LineId(f"{request_id}-line-{at}"), item_no=f"01354.{at}", title=title, quantity=quantity
            )
            for at, quantity in enumerate(quantities, start=1)
        )
        part = RequestPart(
            request_id=RequestId(request_id), distributor_id=self.world.other_distributor.id, items=items
        )
        ship_to = ShipTo(name="Abbott Interiors", address1="12 Quay St", city="Boston", state="MA")
        order = PlaceSampleOrder(
            order_id=OrderId(new_id()), parts=(part,), ship_to=ship_to, designer_id=self.world.designer.id, note=note
        )
        (outcome,) = self.clerk.push(order)
        assert outcome.result == "applied", outcome
        return request_id

    def mails(self, to: str) -> list[StoredMail]:
        with self.server.database.reading() as connection:
            return [mail for mail in list_mail(connection) if mail.recipient == to]

    def link(self, to: str = "samples@mbr.example") -> str:
        """The link in the newest mail to this address."""
        found = LINK.findall(self.mails(to)[-1].body)
        assert len(found) == 1
        return str(found[0])

    def get(self, url: str) -> requests.Response:
        return self.browser.get(url, timeout=30)

    def post(self, url: str, fields: Mapping[str, str]) -> requests.Response:
        """Sends the form and follows to where it leads."""
        return self.browser.post(url, data=dict(fields), timeout=30)

    def say(self, url: str, **more: str) -> requests.Response:
        """Open the page, fill these fields in, send."""
        page = self.get(url)
        changed = {name.replace("_", "-"): value for name, value in more.items()}
        return self.post(url, {**fields_of(page), **changed})

    def change_organisation(self, house: Organisation, **values: object) -> None:
        change_organisation(self.server, house, **values)

    def lines(self, request_id: str) -> list[RequestLine]:
        with self.server.database.reading() as connection:
            found = ServerRecords(connection).find(RequestLine, request_id=request_id)
        return sorted(found, key=lambda line: line.position)

    def confirmations(self, request_id: str) -> list[Confirmation]:
        with self.server.database.reading() as connection:
            return ServerRecords(connection).find(Confirmation, request_id=request_id)

    def number(self, request_id: str) -> str:
        with self.server.database.reading() as connection:
            return ServerRecords(connection).need(SampleRequest, request_id).number


def everything(server: RunningServer) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table: to see that nothing changed."""
    from sync_server.foundation.schema import metadata

    with server.database.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select()).all()), key=repr)
            for table in metadata.sorted_tables
        }


def path_of(url: str) -> str:
    return urlsplit(url).path
