"""Copies join the library under barcodes that nobody else has."""

import pytest

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId
from shared_models.library.operations import AddCopy
from shared_models.library.records import Copy, CopyBarcode
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import KRAVEL, OTHER_SHOWROOM, SHOWROOM, STRANGER, act, at, do, world


def add(*barcodes: str, key: str = "copy-new") -> AddCopy:
    return AddCopy(
        copy_id=CopyId(key),
        distributor_id=KRAVEL,
        item_no="02200.050",
        title="Fenwick Plaid, Slate",
        shelf="B4",
        barcodes=barcodes,
    )


def barcodes_of(records: MemoryRecords, key: str = "copy-new") -> list[str]:
    return [one.barcode for one in records.find(CopyBarcode, copy_id=key)]


def test_a_new_copy_is_known_by_each_of_its_barcodes() -> None:
    records = world()
    do(records, add("9001", "KRA-9001"), act(at=at(8)))
    copy = records.need(Copy, "copy-new")
    assert (copy.showroom_id, copy.title, copy.status, copy.added_at) == (
        SHOWROOM,
        "Fenwick Plaid, Slate",
        "active",
        at(8),
    )
    assert barcodes_of(records) == ["9001", "KRA-9001"]


def test_barcodes_are_kept_as_a_scan_will_read_them_and_each_once() -> None:
    records = world()
    do(records, add(" 9001", "9001 ", "9002"), act())
    assert barcodes_of(records) == ["9001", "9002"]


@pytest.mark.parametrize("barcodes", [(), ("",), ("9001", "  ")])
def test_a_copy_without_a_barcode_is_refused(barcodes: tuple[str, ...]) -> None:
    with pytest.raises(DomainError, match="needs at least one barcode"):
        do(world(), add(*barcodes), act())


def test_a_barcode_of_another_copy_here_is_refused_and_nothing_is_stored() -> None:
    records = world()
    with pytest.raises(DomainError, match="Barcode 4471 is already on another copy") as refused:
        do(records, add("9001", "4471"), act())
    assert refused.value.facts == {"copy_id": "copy-ochre"}
    assert records.touched == []


def test_two_showrooms_may_use_the_same_barcode() -> None:
    records = world()
    do(records, add("4471"), act(by=STRANGER, of=OTHER_SHOWROOM))
    assert barcodes_of(records) == ["4471"]
