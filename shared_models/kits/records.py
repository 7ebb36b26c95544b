"""Kits: the template of what a rep's bag should hold."""

from typing import ClassVar

from shared_models.kernel.records import Record, TableSpec


class Kit(Record, frozen=True, kw_only=True):
    """A named list of samples that belongs to a rep. It is a template, not a bag of real copies."""

    TABLE: ClassVar = TableSpec("kits", indexes=(("rep_id",), ("organisation_id",)), thing="kit")

    organisation_id: str
    rep_id: str
    name: str


class KitItem(Record, frozen=True, kw_only=True):
    """How many of one item, in one form, a kit should hold."""

    TABLE: ClassVar = TableSpec("kit_items", indexes=(("kit_id",),), thing="kit item")

    kit_id: str
    organisation_id: str
    rep_id: str
    position: int
    distributor_id: str
    item_no: str
    title: str = ""
    sample_type: str = "MEMO"
    quantity: int = 1
