"""Writing and removing kits."""

from typing import ClassVar

import msgspec

from shared_models.accounts.records import Membership
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import KitId, PersonId
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records
from shared_models.kits.records import Kit, KitItem

MOST_OF_ONE_ITEM = 999


class KitContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of a kit as a person writes it."""

    distributor_id: str
    item_no: str
    title: str = ""
    sample_type: str = "MEMO"
    quantity: int = 1


class DefineKit(Operation, frozen=True, kw_only=True):
    """A kit as it now stands, all of it: a new one, or a new list for one that exists."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = Module.SAMPLE_ORDERS

    kit_id: KitId
    rep_id: PersonId
    name: str
    items: tuple[KitContent, ...]

    def lane(self) -> str:
        """The kit."""
        return f"kit:{self.kit_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Store it. Refused without a name, with a quantity not 1 to 999, or when the rep does not work here."""
        if not self.name.strip():
            raise DomainError("name_missing", "A kit needs a name.")
        if not all(1 <= item.quantity <= MOST_OF_ONE_ITEM for item in self.items):
            raise DomainError(
                "quantity_out_of_range", f"Each item of a kit needs a quantity from 1 to {MOST_OF_ONE_ITEM}."
            )
        if not records.find(Membership, organisation_id=act.organisation_id, person_id=self.rep_id):
            raise DomainError("not_found", "There is no such rep here.", id=self.rep_id)
        kit = records.get(Kit, self.kit_id)
        if kit is None:
            records.insert(
                Kit(
                    id=self.kit_id,
                    organisation_id=act.organisation_id,
                    rep_id=self.rep_id,
                    name=self.name.strip(),
                )
            )
        else:
            records.need(Kit, self.kit_id, organisation_id=act.organisation_id)
            records.change(kit, name=self.name.strip(), rep_id=self.rep_id)
        self._write_items(records, act)

    def _write_items(self, records: Records, act: Act) -> None:
        """Items keep their place as their id, so that an unchanged item is an unchanged row."""
        former = {item.id: item for item in records.find(KitItem, kit_id=self.kit_id)}
        for position, content in enumerate(self.items, start=1):
            key = f"{self.kit_id}:{position}"
            fields = {**msgspec.structs.asdict(content), "position": position, "rep_id": self.rep_id}
            if key in former:
                records.change(former.pop(key), **fields)
            else:
                records.insert(KitItem(id=key, kit_id=self.kit_id, organisation_id=act.organisation_id, **fields))
        for gone in former.values():
            records.delete(gone)


class RemoveKit(Operation, frozen=True, kw_only=True):
    """A kit is no longer used. What was ordered from it stays."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = Module.SAMPLE_ORDERS

    kit_id: KitId

    def lane(self) -> str:
        """The kit."""
        return f"kit:{self.kit_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Delete the kit and its items."""
        kit = records.need(Kit, self.kit_id, organisation_id=act.organisation_id)
        for item in records.find(KitItem, kit_id=kit.id):
            records.delete(item)
        records.delete(kit)
