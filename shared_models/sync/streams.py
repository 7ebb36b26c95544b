"""Which streams a record belongs to, and who may pull which stream. The stream is the unit of permission.

| stream | holds | for |
|---|---|---|
| organisation:<id>:directory | organisation cards, people, roles, modules, lines | its members |
| organisation:<id>:reviews | review items | its members |
| showroom:<id>:library | designers, copies, loans | clerk, rep; Sample Checkout |
| showroom:<id>:orders | sample orders, requests, lines, confirmations, its reps' kits | clerk, rep; Sample Orders |
| rep:<person>:bags | the rep's kits | that person |
| distributor:<id>:requests | requests, lines, waves, confirmations, sample stock | picker, master; Processing |
| line:<distributor>:products | the catalogue | its members and showrooms that sell it; Basic |
| line:<distributor>:inventory | quantities | the same; Inventory |
| line:<distributor>:stock_status | one word an item | the same; Basic, without Inventory |
| line:<distributor>:mill_orders | orders on the mills | as inventory; Inventory |
| distributor:<id>:freshness | how old each dataset is, when it is due | as products; Basic or Inventory |
| distributor:<id>:follow_up:all | orders, reserves, freight, customers of all | master; Basic |
| distributor:<id>:follow_up:showroom:<code> | those of a showroom | clerk of a showroom with that line; Basic |
| distributor:<id>:follow_up:rep:<code> | those of a rep | the rep whose code it is; Basic |
| distributor:<id>:inquiries:all | what is asked of it | as the follow-up of all |
| distributor:<id>:inquiries:showroom:<id> | what a showroom asked of it | clerk of a showroom with that line; Basic |
| distributor:<id>:inquiries:rep:<code> | what was asked about a rep's rows | the rep whose code it is; Basic |
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.accounts.rules import has_module, in_force
from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.designers.records import Designer
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.ids import StreamId
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record, Records
from shared_models.kits.records import Kit, KitItem
from shared_models.library.records import Copy, CopyBarcode, CopyReturn, Loan
from shared_models.picking.records import Confirmation, ConfirmationLine, PickWave, SampleStock, StockMovement
from shared_models.reviews.records import ReviewItem
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest


def directory(organisation_id: str) -> StreamId:
    """The stream of an organisation's people, modules and partners."""
    return StreamId(f"organisation:{organisation_id}:directory")


def reviews(organisation_id: str) -> StreamId:
    """The stream of an organisation's review items."""
    return StreamId(f"organisation:{organisation_id}:reviews")


def library(showroom_id: str) -> StreamId:
    """The stream of a showroom's library."""
    return StreamId(f"showroom:{showroom_id}:library")


def orders(showroom_id: str) -> StreamId:
    """The stream of a showroom's sample orders."""
    return StreamId(f"showroom:{showroom_id}:orders")


def bags(rep_id: str) -> StreamId:
    """The stream of a rep's kits."""
    return StreamId(f"rep:{rep_id}:bags")


def requests(distributor_id: str) -> StreamId:
    """The stream of a distributor's sample requests."""
    return StreamId(f"distributor:{distributor_id}:requests")


def freshness(distributor_id: str) -> StreamId:
    """The stream of how old each dataset of a distributor is and when it is due."""
    return StreamId(f"distributor:{distributor_id}:freshness")


def line_dataset(distributor_id: str, dataset: str) -> StreamId:
    """The stream of one published dataset of a distributor."""
    return StreamId(f"line:{distributor_id}:{dataset}")


FOLLOW_UP_SCOPES = ("all", "showroom", "rep")
_LONGEST_CODE = 100
_UNFIT_IN_STREAM = re.compile(r"[^A-Z0-9_.-]")


def inquiries(distributor_id: str, scope: str = "all", whose: str = "") -> StreamId:
    """The stream of what a distributor is asked: all of it, by a showroom (its id), about a rep's rows (her code).

    A showroom is named by its id: another one that takes over its code, and with it its rows, never sees its letters.
    """
    return StreamId(f"distributor:{distributor_id}:inquiries:{scope}" + (f":{whose}" if scope != "all" else ""))


class FollowUpStream(NamedTuple):
    """A follow-up stream taken apart: whose, for whom, and that one's code, empty for `all`."""

    distributor_id: str
    scope: str
    code: str


def plain_code(code: str) -> str:
    """A showroom's or rep's code as it stands in a stream id: in capitals, anything unusual as `~` and its number.

    Empty for an empty one. Two codes that differ only in capitals or blanks around them are one.
    """
    plain = _UNFIT_IN_STREAM.sub(lambda found: f"~{ord(found[0]):x}", code.strip().upper())
    if len(plain) <= _LONGEST_CODE:
        return plain
    return f"{plain[: _LONGEST_CODE - 17]}~{blake2b(plain.encode(), digest_size=8).hexdigest()}"


def follow_up(distributor_id: str, scope: str = "all", code: str = "") -> StreamId:
    """The stream of what a distributor's showroom or rep may see of orders, reserves, freight and customers.

    `code` is the distributor's own code for them, a `plain_code`: rows are sorted into streams by what the feeds say,
    whether or not anybody with that code is here.
    """
    return StreamId(f"distributor:{distributor_id}:follow_up:{scope}" + (f":{code}" if scope != "all" else ""))


def parse_follow_up(stream: str) -> FollowUpStream | None:
    """The parts of a follow-up stream's id, or None when it is another one."""
    parts = stream.split(":", 4)
    if len(parts) < 4 or parts[0] != "distributor" or parts[2] != "follow_up" or parts[3] not in FOLLOW_UP_SCOPES:
        return None
    if (len(parts) == 4) != (parts[3] == "all"):
        return None
    return FollowUpStream(parts[1], parts[3], parts[4] if len(parts) == 5 else "")


class StreamName(NamedTuple):
    """A stream id taken apart."""

    scope: str
    owner_id: str
    what: str


def parse_stream(stream: str) -> StreamName | None:
    """The parts of a stream id, or None when it is not one."""
    parts = stream.split(":")
    return StreamName(*parts) if len(parts) == 3 else None


def _partners(organisation_id: str, records: Records) -> set[str]:
    lines = records.find(Line, showroom_id=organisation_id) + records.find(Line, distributor_id=organisation_id)
    return {line.showroom_id for line in lines} | {line.distributor_id for line in lines}


def _directories_of_card(card: Organisation, records: Records) -> set[StreamId]:
    return {directory(one) for one in _partners(card.id, records) | {card.id}}


def _directories_of_person(person: Person, records: Records) -> set[StreamId]:
    return {directory(member.organisation_id) for member in records.find(Membership, person_id=person.id)}


def _directories_of_grant(grant: ModuleGrant, records: Records) -> set[StreamId]:
    return {directory(one) for one in _partners(grant.organisation_id, records) | {grant.organisation_id}}


def _both_sides(record: Any, _records: Records) -> set[StreamId]:
    return {orders(record.organisation_id), requests(record.distributor_id)}


def _askers_and_asked(inquiry: Inquiry, _records: Records) -> set[StreamId]:
    """The distributor, whoever asked, and the rep whose row it is."""
    house = inquiry.distributor_id
    audience = {inquiries(house), inquiries(house, "showroom", inquiry.organisation_id)}
    code = plain_code(inquiry.rep_code)
    return audience | {inquiries(house, "rep", code)} if code else audience


_AUDIENCES: dict[type[Record], Callable[[Any, Records], set[StreamId]]] = {
    Organisation: _directories_of_card,
    Person: _directories_of_person,
    Membership: lambda member, _: {directory(member.organisation_id)},
    ModuleGrant: _directories_of_grant,
    Line: lambda line, _: {directory(line.showroom_id), directory(line.distributor_id)},
    RepCode: lambda code, _: {directory(code.distributor_id)},
    DatasetFreshness: lambda dataset, _: {freshness(dataset.distributor_id)},
    ReviewItem: lambda item, _: {reviews(item.organisation_id)},
    Designer: lambda designer, _: {library(designer.showroom_id)},
    Copy: lambda copy, _: {library(copy.showroom_id)},
    CopyBarcode: lambda barcode, _: {library(barcode.showroom_id)},
    Loan: lambda loan, _: {library(loan.showroom_id)},
    CopyReturn: lambda back, _: {library(back.showroom_id)},
    SampleOrder: lambda order, _: {orders(order.organisation_id)},
    SampleRequest: _both_sides,
    RequestLine: _both_sides,
    Confirmation: _both_sides,
    ConfirmationLine: _both_sides,
    PickWave: lambda wave, _: {requests(wave.distributor_id)},
    SampleStock: lambda stock, _: {requests(stock.distributor_id)},
    StockMovement: lambda movement, _: {requests(movement.distributor_id)},
    Kit: lambda kit, _: {bags(kit.rep_id), orders(kit.organisation_id)},
    KitItem: lambda item, _: {bags(item.rep_id), orders(item.organisation_id)},
    Inquiry: _askers_and_asked,
}


def audiences(record: Record, records: Records) -> set[StreamId]:
    """The streams that a record belongs to as it now stands."""
    return _AUDIENCES[type(record)](record, records)


def streams_for(
    person_id: str,
    memberships: Iterable[Membership],
    grants: Iterable[ModuleGrant],
    lines: Iterable[Line],
    day: date,
    rep_codes: Iterable[RepCode] = (),
) -> set[StreamId]:
    """All streams that a person may pull on `day`.

    `memberships` and `rep_codes` are the person's own; `grants` and `lines` must cover the organisations of those
    memberships and their partners.
    """
    grants, lines = list(grants), [line for line in lines if in_force(line, day)]
    rep_codes = list(rep_codes)
    allowed: set[StreamId] = set()
    for member in memberships:
        mine = member.organisation_id
        allowed |= {directory(mine), reviews(mine)}
        if member.role in (Role.CLERK, Role.REP):
            if has_module(grants, mine, Module.SAMPLE_CHECKOUT, day):
                allowed.add(library(mine))
            if has_module(grants, mine, Module.SAMPLE_ORDERS, day):
                allowed.add(orders(mine))
        if member.role is Role.REP:
            allowed.add(bags(person_id))
        if member.role in (Role.PICKER, Role.MASTER) and has_module(grants, mine, Module.SAMPLE_PROCESSING, day):
            allowed.add(requests(mine))
        sold = [line for line in lines if line.showroom_id == mine]
        for distributor_id in {mine} | {line.distributor_id for line in sold}:
            has_basic = has_module(grants, distributor_id, Module.BASIC, day)
            if has_basic:
                allowed.add(line_dataset(distributor_id, "products"))
                allowed.add(freshness(distributor_id))
                allowed |= _follow_up_of(member, distributor_id, sold, rep_codes)
            if has_module(grants, distributor_id, Module.INVENTORY, day):
                allowed |= {line_dataset(distributor_id, "inventory"), line_dataset(distributor_id, "mill_orders")}
                allowed.add(freshness(distributor_id))
            elif has_basic:
                allowed.add(line_dataset(distributor_id, "stock_status"))
    return allowed


def _follow_up_of(
    member: Membership, distributor_id: str, sold: Iterable[Line], rep_codes: Iterable[RepCode]
) -> set[StreamId]:
    """Of one distributor with Basic: the master sees all, a clerk what is the showroom's, a rep what is hers.

    With the rows goes what was asked about them.
    """
    if member.role is Role.MASTER and member.organisation_id == distributor_id:
        return {follow_up(distributor_id), inquiries(distributor_id)}
    if member.role is Role.REP:
        codes = {plain_code(one.code) for one in rep_codes if one.distributor_id == distributor_id} - {""}
        rows = {follow_up(distributor_id, "rep", code) for code in codes}
        return rows | {inquiries(distributor_id, "rep", code) for code in codes}
    if member.role is Role.CLERK:
        codes = {plain_code(line.showroom_code) for line in sold if line.distributor_id == distributor_id} - {""}
        rows = {follow_up(distributor_id, "showroom", code) for code in codes}
        return rows | {inquiries(distributor_id, "showroom", member.organisation_id)} if codes else rows
    return set()
