"""What the desk does with its designers: write a new card, change one."""

from datetime import date
from typing import Any, ClassVar

import msgspec

from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import DesignerId
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records


class DesignerCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a person types on a designer's card."""

    name: str
    firm: str = ""
    email: str = ""
    phone: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"
    card_barcode: str = ""
    resale_certificate_no: str = ""
    resale_expires_on: date | None = None
    notes: str = ""
    blocked: bool = False


def _require_good(card: DesignerCard, records: Records, showroom_id: str, designer_id: str) -> dict[str, Any]:
    if not card.name.strip():
        raise DomainError("name_missing", "A designer needs a name.")
    if card.card_barcode:
        for other in records.find(Designer, showroom_id=showroom_id, card_barcode=card.card_barcode):
            if other.id != designer_id:
                raise DomainError(
                    "card_taken", f"Card {card.card_barcode} belongs to {other.name}.", designer_id=other.id
                )
    return msgspec.structs.asdict(card)


class AddDesigner(Operation, frozen=True, kw_only=True):
    """A new designer's card."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    designer_id: DesignerId
    card: DesignerCard

    def lane(self) -> str:
        """The designer."""
        return f"designer:{self.designer_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Store the card. Refused when the name is empty or another designer has the card barcode."""
        fields = _require_good(self.card, records, act.organisation_id, self.designer_id)
        records.insert(Designer(id=self.designer_id, showroom_id=act.organisation_id, **fields))


class EditDesigner(Operation, frozen=True, kw_only=True):
    """A designer's card as it now stands, all of it."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    designer_id: DesignerId
    card: DesignerCard

    def lane(self) -> str:
        """The designer."""
        return f"designer:{self.designer_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Replace the card; the same refusals as adding one."""
        designer = records.need(Designer, self.designer_id, showroom_id=act.organisation_id)
        records.change(designer, **_require_good(self.card, records, act.organisation_id, self.designer_id))
