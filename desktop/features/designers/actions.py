"""What a person does with the designers' cards: write a new one, change one."""

from __future__ import annotations

from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.designers.operations import AddDesigner, DesignerCard, EditDesigner
from shared_models.kernel.ids import DesignerId, new_id


def add_designer(desk: Desk, card: DesignerCard) -> Changes:
    """A new designer; her id is among the keys of the changes.

    Raises `DomainError` when the name is missing or somebody else has the card barcode.
    """
    recorded = desk.record(AddDesigner(designer_id=DesignerId(new_id()), card=card))
    return Changes(recorded.kinds, recorded.keys)


def edit_designer(desk: Desk, designer_id: str, card: DesignerCard) -> Changes:
    """Her card as it now stands. Raises `DomainError` as `add_designer` does."""
    recorded = desk.record(EditDesigner(designer_id=DesignerId(designer_id), card=card))
    return Changes(recorded.kinds, recorded.keys | {designer_id})
