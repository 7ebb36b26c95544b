"""The stream is the unit of permission: who may pull what, and which streams a record belongs to."""

from datetime import date, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.designers.records import Designer
from shared_models.follow_up.records import FollowUpRecord
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.operation import Module, Operation, Role
from shared_models.kernel.records import Record
from shared_models.kits.records import Kit
from shared_models.library.records import Copy, Loan
from shared_models.picking.records import PickWave, SampleStock
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest
from shared_models.sync import streams
from shared_models.sync.registry import KIND_BY_NAME, OPERATIONS, RECORD_KINDS, STATION_KINDS
from shared_models.sync.streams import audiences, parse_follow_up, parse_stream, streams_for
from tests.shared_models.world import ANN, CLERK, KRAVEL, LOOMIS, MONDAY, NINE, OCHRE, REP, SHOWROOM, world

DIRECTORY, REVIEWS = streams.directory(SHOWROOM), streams.reviews(SHOWROOM)
LIBRARY, ORDERS = streams.library(SHOWROOM), streams.orders(SHOWROOM)
DESK = {DIRECTORY, REVIEWS, LIBRARY, ORDERS}
FRESH = streams.freshness(KRAVEL)
SHOWROOM_MODULES = (Module.SAMPLE_CHECKOUT, Module.SAMPLE_ORDERS)


def grants(organisation_id: str, *modules: Module, ends_on: date | None = None) -> list[ModuleGrant]:
    return [
        ModuleGrant(
            id=f"{organisation_id}-{module}",
            organisation_id=organisation_id,
            module=module,
            starts_on=MONDAY,
            ends_on=ends_on,
        )
        for module in modules
    ]


def line(distributor_id: str, *, ends_on: date | None = None) -> Line:
    return Line(
        id=f"line-{distributor_id}",
        showroom_id=SHOWROOM,
        distributor_id=distributor_id,
        starts_on=MONDAY,
        ends_on=ends_on,
    )


def may_pull(
    role: Role, organisation_id: str, granted: list[ModuleGrant], lines: list[Line] | None = None, day: date = MONDAY
) -> set[str]:
    member = Membership(id="m", person_id=REP, organisation_id=organisation_id, role=role)
    return set(streams_for(REP, [member], granted, lines or [], day))


def products(distributor_id: str) -> str:
    return streams.line_dataset(distributor_id, "products")


def status(distributor_id: str) -> str:
    return streams.line_dataset(distributor_id, "stock_status")


def inventory(distributor_id: str) -> set[str]:
    return {streams.line_dataset(distributor_id, dataset) for dataset in ("inventory", "mill_orders")}


@pytest.mark.parametrize(
    ("role", "modules", "allowed"),
    [
        (Role.CLERK, (), {DIRECTORY, REVIEWS}),
        (Role.CLERK, (Module.SAMPLE_CHECKOUT,), {DIRECTORY, REVIEWS, LIBRARY}),
        (Role.CLERK, (Module.SAMPLE_ORDERS,), {DIRECTORY, REVIEWS, ORDERS}),
        (Role.CLERK, SHOWROOM_MODULES, DESK),
        (Role.REP, SHOWROOM_MODULES, DESK | {streams.bags(REP)}),
        (Role.PICKER, SHOWROOM_MODULES, {DIRECTORY, REVIEWS}),
        (Role.MASTER, SHOWROOM_MODULES, {DIRECTORY, REVIEWS}),
        (Role.OPERATOR, SHOWROOM_MODULES, {DIRECTORY, REVIEWS}),
    ],
)
def test_what_a_member_of_a_showroom_may_pull(role: Role, modules: tuple[Module, ...], allowed: set[str]) -> None:
    assert may_pull(role, SHOWROOM, grants(SHOWROOM, *modules)) == allowed


@pytest.mark.parametrize(
    ("role", "modules", "more"),
    [
        (Role.PICKER, (), set()),
        (Role.PICKER, (Module.SAMPLE_PROCESSING,), {streams.requests(KRAVEL)}),
        (Role.PICKER, (Module.BASIC,), {streams.requests(KRAVEL), products(KRAVEL), status(KRAVEL), FRESH}),
        (
            Role.MASTER,
            (Module.BASIC, Module.INVENTORY),
            {
                streams.requests(KRAVEL),
                products(KRAVEL),
                *inventory(KRAVEL),
                streams.follow_up(KRAVEL),
                streams.inquiries(KRAVEL),
                FRESH,
            },
        ),
        (Role.MASTER, (Module.INVENTORY,), inventory(KRAVEL) | {FRESH}),
        (Role.CLERK, (Module.SAMPLE_PROCESSING,), set()),
    ],
)
def test_what_a_member_of_a_distributor_may_pull(role: Role, modules: tuple[Module, ...], more: set[str]) -> None:
    own = {streams.directory(KRAVEL), streams.reviews(KRAVEL)}
    assert may_pull(role, KRAVEL, grants(KRAVEL, *modules)) == own | more


def test_a_showroom_sees_the_catalogues_of_the_lines_it_sells_as_far_as_their_distributors_publish_them() -> None:
    granted = [*grants(KRAVEL, Module.BASIC, Module.INVENTORY), *grants(LOOMIS, Module.BASIC)]
    seen = may_pull(Role.CLERK, SHOWROOM, granted, [line(KRAVEL), line(LOOMIS)])
    fresh = {FRESH, streams.freshness(LOOMIS)}
    assert seen == {DIRECTORY, REVIEWS, products(KRAVEL), *inventory(KRAVEL), products(LOOMIS), status(LOOMIS)} | fresh


def test_a_line_that_the_showroom_does_not_sell_stays_unseen() -> None:
    assert may_pull(Role.CLERK, SHOWROOM, grants(KRAVEL, Module.BASIC)) == {DIRECTORY, REVIEWS}


def test_a_line_that_ended_and_a_module_that_ended_are_seen_until_their_last_day() -> None:
    tomorrow = MONDAY + timedelta(days=1)
    ended_line = [line(KRAVEL, ends_on=MONDAY)]
    assert products(KRAVEL) in may_pull(Role.CLERK, SHOWROOM, grants(KRAVEL, Module.BASIC), ended_line)
    assert products(KRAVEL) not in may_pull(Role.CLERK, SHOWROOM, grants(KRAVEL, Module.BASIC), ended_line, tomorrow)
    ended_module = grants(SHOWROOM, Module.SAMPLE_CHECKOUT, ends_on=MONDAY)
    assert LIBRARY in may_pull(Role.CLERK, SHOWROOM, ended_module)
    assert LIBRARY not in may_pull(Role.CLERK, SHOWROOM, ended_module, day=tomorrow)


def test_a_distributor_never_sees_another_distributors_line_or_a_showrooms_library() -> None:
    granted = [*grants(KRAVEL, Module.BASIC), *grants(LOOMIS, Module.BASIC), *grants(SHOWROOM, *SHOWROOM_MODULES)]
    seen = may_pull(Role.MASTER, KRAVEL, granted, [line(KRAVEL), line(LOOMIS)])
    assert not seen & {products(LOOMIS), streams.requests(LOOMIS), LIBRARY, ORDERS, DIRECTORY}


def test_a_person_of_two_organisations_sees_both() -> None:
    members = [
        Membership(id="1", person_id=REP, organisation_id=SHOWROOM, role=Role.REP),
        Membership(id="2", person_id=REP, organisation_id=KRAVEL, role=Role.PICKER),
    ]
    granted = [*grants(SHOWROOM, Module.SAMPLE_ORDERS), *grants(KRAVEL, Module.SAMPLE_PROCESSING)]
    seen = streams_for(REP, members, granted, [], MONDAY)
    assert {ORDERS, streams.requests(KRAVEL), streams.bags(REP)} <= seen


def follow_up(
    role: Role, *modules: Module, codes: tuple[str, ...] = (), showroom_code: str = "HAL", day: date = MONDAY
) -> set[str]:
    """What a person of a showroom that sells Kravel may pull of its follow-up."""
    member = Membership(id="m", person_id=REP, organisation_id=SHOWROOM, role=role)
    own = [RepCode(id=code, person_id=REP, distributor_id=KRAVEL, code=code) for code in codes]
    sold = [replace(line(KRAVEL, ends_on=MONDAY), showroom_code=showroom_code)]
    seen = streams_for(REP, [member], grants(KRAVEL, *modules), sold, day, own)
    return {stream for stream in seen if parse_follow_up(stream) or ":inquiries:" in stream}


def test_a_clerk_sees_the_follow_up_of_the_showroom_and_a_rep_her_own() -> None:
    own = {streams.follow_up(KRAVEL, "showroom", "HAL"), streams.inquiries(KRAVEL, "showroom", SHOWROOM)}
    assert follow_up(Role.CLERK, Module.BASIC) == own
    assert follow_up(Role.CLERK, Module.BASIC, codes=("7",)) == own
    assert follow_up(Role.REP, Module.BASIC, codes=("r 7", "R8")) == {
        streams.follow_up(KRAVEL, "rep", "R~207"),
        streams.follow_up(KRAVEL, "rep", "R8"),
        streams.inquiries(KRAVEL, "rep", "R~207"),
        streams.inquiries(KRAVEL, "rep", "R8"),
    }


@pytest.mark.parametrize("role", Role)
def test_without_basic_or_a_code_or_after_the_lines_end_there_is_no_follow_up(role: Role) -> None:
    assert follow_up(role, Module.INVENTORY, Module.WEB_DISTRIBUTION, codes=("7",)) == set()
    assert follow_up(role, Module.BASIC, showroom_code="") == set()
    assert follow_up(role, Module.BASIC, codes=("7",), day=MONDAY + timedelta(days=1)) == set()


@pytest.mark.parametrize("role", [Role.PICKER, Role.MASTER, Role.OPERATOR])
def test_who_neither_sells_nor_owns_the_line_sees_none_of_its_follow_up(role: Role) -> None:
    assert follow_up(role, Module.BASIC, codes=("7",)) == set()


@pytest.mark.parametrize("stream", [streams.follow_up(KRAVEL), streams.follow_up(KRAVEL, "rep", "A:B~3a")])
def test_a_follow_up_stream_comes_apart(stream: str) -> None:
    parts = parse_follow_up(stream)
    assert parts is not None
    assert streams.follow_up(*parts) == stream


@pytest.mark.parametrize(
    "text", ["", "distributor:a:follow_up", "distributor:a:follow_up:rep", "distributor:a:follow_up:all:b", "a:b:c:d:e"]
)
def test_what_is_no_follow_up_stream_is_said_to_be_none(text: str) -> None:
    assert parse_follow_up(text) is None


def test_somebody_without_a_membership_sees_nothing() -> None:
    assert streams_for(REP, [], grants(SHOWROOM, *SHOWROOM_MODULES), [line(KRAVEL)], MONDAY) == set()


ASKED = Inquiry(
    id="i", organisation_id=SHOWROOM, distributor_id=KRAVEL, dataset="reserves", number="R-1", wanted="RELEASE",
    asked_by=CLERK, asked_at=NINE,
)  # fmt: skip
BOTH_SIDES = {streams.inquiries(KRAVEL), streams.inquiries(KRAVEL, "showroom", SHOWROOM)}
REQUEST = SampleRequest(id="r", order_id="o", organisation_id=SHOWROOM, distributor_id=KRAVEL, placed_at=NINE)


@pytest.mark.parametrize(
    ("record", "belongs_to"),
    [
        (Designer(id="d", showroom_id=SHOWROOM, name="Ann"), {LIBRARY}),
        (
            Copy(id="c", showroom_id=SHOWROOM, distributor_id=KRAVEL, item_no="1", title="t", added_at=NINE),
            {LIBRARY},
        ),
        (
            Loan(
                id="l",
                showroom_id=SHOWROOM,
                copy_id=OCHRE,
                designer_id=ANN,
                lent_at=NINE,
                lent_by=CLERK,
                due_on=MONDAY,
            ),
            {LIBRARY},
        ),
        (SampleOrder(id="o", organisation_id=SHOWROOM, placed_by=CLERK, placed_at=NINE), {ORDERS}),
        (REQUEST, {ORDERS, streams.requests(KRAVEL)}),
        (
            RequestLine(
                id="l",
                request_id="r",
                organisation_id=SHOWROOM,
                distributor_id=KRAVEL,
                position=1,
                item_no="1",
                quantity=1,
            ),
            {ORDERS, streams.requests(KRAVEL)},
        ),
        (
            PickWave(id="w", distributor_id=KRAVEL, printed_at=NINE, printed_by="p", request_ids=()),
            {streams.requests(KRAVEL)},
        ),
        (SampleStock(id="s", distributor_id=KRAVEL, item_no="1", bin="A"), {streams.requests(KRAVEL)}),
        (Kit(id="k", organisation_id=SHOWROOM, rep_id=REP, name="Bag"), {streams.bags(REP), ORDERS}),
        (ASKED, BOTH_SIDES),
        (replace(ASKED, rep_code="r 7"), BOTH_SIDES | {streams.inquiries(KRAVEL, "rep", "R~207")}),
        (line(KRAVEL), {DIRECTORY, streams.directory(KRAVEL)}),
    ],
)
def test_a_record_is_seen_by_those_whom_it_concerns(record: Record, belongs_to: set[str]) -> None:
    assert audiences(record, world()) == belongs_to


def test_an_organisations_card_is_seen_by_its_members_and_by_its_partners() -> None:
    records = world()
    card = records.need(Organisation, KRAVEL)
    assert audiences(card, records) == {streams.directory(KRAVEL), DIRECTORY}


def test_a_persons_card_is_seen_where_she_works_and_nowhere_else() -> None:
    records = world()
    assert audiences(records.need(Person, CLERK), records) == {DIRECTORY}


def test_every_record_kind_has_an_audience() -> None:
    assert set(streams._AUDIENCES) == set(RECORD_KINDS)


def test_every_shared_record_and_operation_is_registered_under_its_own_name() -> None:
    def below(kind: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
        return {one for child in kind.__subclasses__() for one in ({child} | below(child))}

    ours = {kind for kind in below(Record) - {FollowUpRecord} if kind.__module__.startswith("shared_models.")}
    assert ours == set(STATION_KINDS) == set(KIND_BY_NAME.values())
    assert {one for one in below(Operation) if one.__module__.startswith("shared_models.")} == set(OPERATIONS.values())


@pytest.mark.parametrize("stream", [DIRECTORY, LIBRARY, products(KRAVEL)])
def test_a_stream_name_comes_apart_into_scope_owner_and_subject(stream: str) -> None:
    name = parse_stream(stream)
    assert name is not None
    assert ":".join(name) == stream


@pytest.mark.parametrize("text", ["", "a:b", "a:b:c:d"])
def test_what_is_no_stream_name_is_said_to_be_none(text: str) -> None:
    assert parse_stream(text) is None
