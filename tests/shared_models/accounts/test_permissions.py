"""Who may do what for whom, on which day."""

from datetime import date, timedelta

import pytest

from shared_models.accounts.records import Line, Membership, ModuleGrant
from shared_models.accounts.rules import has_module, in_force, require_may_do, roles_in, sells
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Module, Operation, Role
from shared_models.library.operations import ReturnCopy
from shared_models.picking.operations import ConfirmLines
from shared_models.reviews.operations import SettleReview
from shared_models.sample_orders.operations import PlaceSampleOrder
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import (
    CLERK,
    KRAVEL,
    LOOMIS,
    MONDAY,
    OTHER_SHOWROOM,
    PICKER,
    REP,
    SHOWROOM,
    STRANGER,
    world,
)


def require(
    operation: type[Operation], *, by: str, of: str, day: date = MONDAY, records: MemoryRecords | None = None
) -> None:
    require_may_do(operation, person_id=by, organisation_id=of, day=day, records=records or world())


def grant(module: Module, *, ends_on: date | None = None) -> ModuleGrant:
    return ModuleGrant(id="g", organisation_id=KRAVEL, module=module, starts_on=MONDAY, ends_on=ends_on)


def test_a_clerk_and_a_rep_may_work_at_the_desk_and_a_picker_at_the_bench() -> None:
    require(ReturnCopy, by=CLERK, of=SHOWROOM)
    require(PlaceSampleOrder, by=REP, of=SHOWROOM)
    require(ConfirmLines, by=PICKER, of=KRAVEL)


def test_somebody_of_another_organisation_may_do_nothing_here() -> None:
    for operation in (ReturnCopy, SettleReview):
        with pytest.raises(DomainError, match="You no longer work for this organisation") as refused:
            require(operation, by=STRANGER, of=SHOWROOM)
        assert refused.value.code == "not_a_member"


def test_a_role_that_may_not_do_it_is_told_who_may() -> None:
    with pytest.raises(DomainError, match="Only these roles may do this: clerk, rep") as refused:
        require(ReturnCopy, by=PICKER, of=KRAVEL)
    assert refused.value.code == "role_missing"


def test_a_missing_module_is_named() -> None:
    with pytest.raises(DomainError, match="Your organisation does not have Sample Checkout today") as refused:
        require(ReturnCopy, by=STRANGER, of=OTHER_SHOWROOM)
    assert (refused.value.code, refused.value.facts) == ("module_missing", {"module": "sample_checkout"})


def test_what_needs_no_module_is_open_to_every_member() -> None:
    require(SettleReview, by=STRANGER, of=OTHER_SHOWROOM)


def test_a_module_counts_from_its_first_to_its_last_day() -> None:
    last = MONDAY + timedelta(days=3)
    grants = [grant(Module.INVENTORY, ends_on=last)]
    days = [MONDAY - timedelta(days=1), MONDAY, last, last + timedelta(days=1)]
    assert [has_module(grants, KRAVEL, Module.INVENTORY, day) for day in days] == [False, True, True, False]
    assert in_force(grant(Module.BASIC), date(2050, 1, 1))


def test_sample_processing_comes_free_with_basic_but_not_the_other_way_round() -> None:
    assert has_module([grant(Module.BASIC)], KRAVEL, Module.SAMPLE_PROCESSING, MONDAY)
    assert has_module([grant(Module.SAMPLE_PROCESSING)], KRAVEL, Module.SAMPLE_PROCESSING, MONDAY)
    assert not has_module([grant(Module.SAMPLE_PROCESSING)], KRAVEL, Module.BASIC, MONDAY)
    assert not has_module([grant(Module.INVENTORY)], KRAVEL, Module.SAMPLE_PROCESSING, MONDAY)


def test_another_organisations_module_does_not_count() -> None:
    assert not has_module([grant(Module.BASIC)], LOOMIS, Module.BASIC, MONDAY)


def test_a_person_may_have_several_roles_and_only_where_she_has_them() -> None:
    members = [
        Membership(id="1", person_id=CLERK, organisation_id=SHOWROOM, role=Role.CLERK),
        Membership(id="2", person_id=CLERK, organisation_id=SHOWROOM, role=Role.REP),
        Membership(id="3", person_id=CLERK, organisation_id=KRAVEL, role=Role.MASTER),
        Membership(id="4", person_id=REP, organisation_id=SHOWROOM, role=Role.MASTER),
    ]
    assert roles_in(members, CLERK, SHOWROOM) == {Role.CLERK, Role.REP}
    assert roles_in(members, CLERK, LOOMIS) == frozenset()


def test_a_showroom_sells_a_line_on_the_days_of_its_contract() -> None:
    lines = [Line(id="l", showroom_id=SHOWROOM, distributor_id=KRAVEL, starts_on=MONDAY, ends_on=MONDAY)]
    assert sells(lines, SHOWROOM, KRAVEL, MONDAY)
    assert not sells(lines, SHOWROOM, KRAVEL, MONDAY + timedelta(days=1))
    assert not sells(lines, SHOWROOM, LOOMIS, MONDAY)
    assert not sells(lines, OTHER_SHOWROOM, KRAVEL, MONDAY)
