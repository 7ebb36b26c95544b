"""A rep's kit is a list that is written as a whole."""

import pytest

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import KitId, PersonId
from shared_models.kits.operations import DefineKit, KitContent, RemoveKit
from shared_models.kits.records import Kit, KitItem
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import CLERK, KRAVEL, OTHER_SHOWROOM, REP, STRANGER, act, do, world


def content(item_no: str, quantity: int = 1) -> KitContent:
    return KitContent(distributor_id=KRAVEL, item_no=item_no, title=f"Title {item_no}", quantity=quantity)


def define(*items: KitContent, name: str = "Coastal bag", rep: str = REP) -> DefineKit:
    return DefineKit(kit_id=KitId("kit"), rep_id=PersonId(rep), name=name, items=items)


def kit_with(*items: KitContent) -> MemoryRecords:
    records = world()
    do(records, define(*items), act(by=REP))
    return records


def listed(records: MemoryRecords) -> list[tuple[int, str, int]]:
    return [(item.position, item.item_no, item.quantity) for item in records.find(KitItem, kit_id="kit")]


def test_a_kit_lists_its_items_in_their_order() -> None:
    records = kit_with(content("A", 2), content("B"))
    assert (records.need(Kit, "kit").name, records.need(Kit, "kit").rep_id) == ("Coastal bag", REP)
    assert listed(records) == [(1, "A", 2), (2, "B", 1)]


def test_writing_a_kit_anew_touches_only_what_differs() -> None:
    records = kit_with(content("A"), content("B"), content("C"))
    do(records, define(content("A"), content("X")), act(by=REP))
    assert listed(records) == [(1, "A", 1), (2, "X", 1)]
    assert sorted((touch.key, touch.after is None) for touch in records.touched) == [("kit:2", False), ("kit:3", True)]


def test_writing_the_same_kit_again_touches_nothing() -> None:
    records = kit_with(content("A"))
    do(records, define(content("A")), act(by=REP))
    assert records.touched == []


def test_a_kit_may_pass_to_another_rep_with_all_its_items() -> None:
    records = kit_with(content("A"))
    do(records, define(content("A"), rep=CLERK), act(by=CLERK))
    assert [records.need(Kit, "kit").rep_id, *(item.rep_id for item in records.all(KitItem))] == [CLERK, CLERK]


def test_a_removed_kit_leaves_no_item_behind() -> None:
    records = kit_with(content("A"), content("B"))
    do(records, RemoveKit(kit_id=KitId("kit")), act(by=REP))
    assert records.all(Kit) == []
    assert records.all(KitItem) == []


def test_a_kit_needs_a_name() -> None:
    with pytest.raises(DomainError, match="A kit needs a name"):
        do(world(), define(content("A"), name="  "), act())


@pytest.mark.parametrize("quantity", [0, 1000])
def test_a_quantity_nobody_can_mean_is_refused(quantity: int) -> None:
    with pytest.raises(DomainError, match="a quantity from 1 to 999"):
        do(world(), define(content("A", quantity)), act())


def test_a_kit_belongs_to_somebody_who_works_here() -> None:
    with pytest.raises(DomainError, match="There is no such rep here"):
        do(world(), define(content("A"), rep=STRANGER), act())


def test_another_organisations_kit_is_neither_changed_nor_removed() -> None:
    records = kit_with(content("A"))
    for operation in (define(content("B"), rep=STRANGER), RemoveKit(kit_id=KitId("kit"))):
        with pytest.raises(DomainError, match="There is no such kit here"):
            do(records, operation, act(by=STRANGER, of=OTHER_SHOWROOM))
    assert listed(records) == [(1, "A", 1)]
