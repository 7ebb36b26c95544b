"""Designers' cards at the desk."""

import pytest

from shared_models.designers.operations import AddDesigner, DesignerCard, EditDesigner
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import DesignerId
from tests.shared_models.world import ANN, BEA, FOREIGN_DESIGNER, OTHER_SHOWROOM, SHOWROOM, STRANGER, act, do, world


def add(card: DesignerCard, key: str = "new") -> AddDesigner:
    return AddDesigner(designer_id=DesignerId(key), card=card)


def edit(key: str, card: DesignerCard) -> EditDesigner:
    return EditDesigner(designer_id=DesignerId(key), card=card)


def test_a_new_designer_belongs_to_the_showroom_that_wrote_her_card() -> None:
    records = world()
    do(records, add(DesignerCard(name="Cleo Marsh", firm="Marsh & Daughters", card_barcode="D300")), act())
    designer = records.need(Designer, "new")
    assert (designer.showroom_id, designer.name, designer.firm) == (SHOWROOM, "Cleo Marsh", "Marsh & Daughters")


def test_editing_writes_the_whole_card() -> None:
    records = world()
    do(records, edit(ANN, DesignerCard(name="Ann Abbott-Lee", blocked=True, card_barcode="D100")), act())
    designer = records.need(Designer, ANN)
    assert (designer.name, designer.blocked, designer.email) == ("Ann Abbott-Lee", True, "")


def test_a_designer_without_a_name_is_refused() -> None:
    for operation in (add(DesignerCard(name="  ")), edit(ANN, DesignerCard(name=""))):
        with pytest.raises(DomainError, match="A designer needs a name"):
            do(world(), operation, act())


def test_a_card_barcode_belongs_to_one_designer_of_a_showroom() -> None:
    for operation in (
        add(DesignerCard(name="Cleo", card_barcode="D100")),
        edit(BEA, DesignerCard(name="Bea", card_barcode="D100")),
    ):
        with pytest.raises(DomainError, match="Card D100 belongs to Ann Abbott"):
            do(world(), operation, act())


def test_another_showroom_may_use_the_same_card_barcode() -> None:
    records = world()
    do(records, add(DesignerCard(name="Cleo", card_barcode="D100")), act(by=STRANGER, of=OTHER_SHOWROOM))
    assert records.need(Designer, "new").card_barcode == "D100"


def test_another_showrooms_designer_cannot_be_edited() -> None:
    with pytest.raises(DomainError, match="There is no such designer here"):
        do(world(), edit(FOREIGN_DESIGNER, DesignerCard(name="Mine now")), act())
