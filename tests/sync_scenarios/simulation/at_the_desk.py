"""What clerks and reps do: lend, take back, undo, write cards, order samples, keep kits. Each works on what it sees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from shared_models.accounts.records import Organisation
from shared_models.designers.operations import AddDesigner, DesignerCard, EditDesigner
from shared_models.designers.records import Designer
from shared_models.kernel.ids import (
    CopyId,
    DesignerId,
    KitId,
    LineId,
    LoanId,
    OrderId,
    PersonId,
    RequestId,
    ReturnId,
    new_id,
)
from shared_models.kernel.operation import Operation, Role
from shared_models.kits.operations import DefineKit, KitContent, RemoveKit
from shared_models.kits.records import Kit, KitItem
from shared_models.library.operations import (
    AddCopy,
    CheckOutCopy,
    ReturnCopy,
    SetSidemark,
    TakeBackCheckOut,
    TakeBackReturn,
)
from shared_models.library.records import Copy, CopyReturn, Loan
from shared_models.reviews.operations import SettleReview
from shared_models.reviews.records import ReviewItem
from shared_models.sample_orders.operations import CancelLine, OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import RequestLine
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.published import ITEMS

if TYPE_CHECKING:
    from tests.sync_scenarios.simulation.machines import Machine

NAMES = ("Anjali Iverson", "Nora Blythe", "Theo Marsh", "Ines Duarte", "Ruth Calder")
CARDS = ("", "CARD1", "CARD2")
SIDEMARKS = ("Lobby", "Suite 412", "Dining")
_LOAN_DAYS = 14

Deed = tuple[Operation, str]
"""What is recorded, and the sentence about it without the machine's name."""


def _mine(machine: Machine, kind: type[Copy] | type[Designer] | type[Loan]) -> list[Copy | Designer | Loan]:
    house = machine.desk.acting.organisation_id
    return list(machine.desk.database.read().records(kind, "WHERE showroom_id = ? ORDER BY id", house))


def _code(machine: Machine, copy_id: str) -> str:
    found = machine.desk.database.read().value("SELECT barcode FROM copy_barcodes WHERE copy_id = ?", copy_id)
    return str(found or copy_id)


def _designer_name(machine: Machine, designer_id: str) -> str:
    found = machine.desk.database.read().value("SELECT name FROM designers WHERE id = ?", designer_id)
    return str(found or designer_id)


def lend(machine: Machine, choices: Choices) -> Deed | None:
    """A copy, out already or not, goes to a designer."""
    copies, designers = _mine(machine, Copy), _mine(machine, Designer)
    if not copies or not designers:
        return None
    copy, designer = pick(choices, copies), pick(choices, designers)
    due_on: date = machine.desk.today() + timedelta(days=_LOAN_DAYS)
    operation = CheckOutCopy(
        loan_id=LoanId(new_id()), copy_id=CopyId(copy.id), designer_id=DesignerId(designer.id), due_on=due_on
    )
    return operation, f"lends {_code(machine, copy.id)} to {_designer_name(machine, designer.id)}"


def take_back(machine: Machine, choices: Choices) -> Deed | None:
    """A copy comes back, as far as the desk knows out or not."""
    copies = _mine(machine, Copy)
    if not copies:
        return None
    copy = pick(choices, copies)
    operation = ReturnCopy(return_id=ReturnId(new_id()), copy_id=CopyId(copy.id))
    return operation, f"takes {_code(machine, copy.id)} back"


def undo(machine: Machine, choices: Choices) -> Deed | None:
    """Ctrl+Z: one of the last scans of this machine never was."""
    reader, house = machine.desk.database.read(), machine.desk.acting.organisation_id
    own = "WHERE showroom_id = ? AND station_id = ? ORDER BY id DESC LIMIT 3"
    loans = reader.records(Loan, own, house, machine.desk.station_id)
    returns = reader.records(CopyReturn, own, house, machine.desk.station_id)
    if not loans and not returns:
        return None
    scans: list[Loan | CopyReturn] = [*loans, *returns]
    scan = pick(choices, scans)
    words = f"takes the scan of {_code(machine, scan.copy_id)} back"
    if isinstance(scan, Loan):
        return TakeBackCheckOut(loan_id=LoanId(scan.id), copy_id=CopyId(scan.copy_id)), words
    return TakeBackReturn(return_id=ReturnId(scan.id), copy_id=CopyId(scan.copy_id)), words


def set_sidemark(machine: Machine, choices: Choices) -> Deed | None:
    """One project for several loans."""
    loans = _mine(machine, Loan)[-3:]
    if not loans:
        return None
    sidemark = pick(choices, SIDEMARKS)
    return SetSidemark(loan_ids=tuple(LoanId(one.id) for one in loans), sidemark=sidemark), f"notes “{sidemark}”"


def write_card(machine: Machine, choices: Choices) -> Deed | None:
    """A new designer, or another card for one; two may be given one card barcode."""
    card = DesignerCard(name=pick(choices, NAMES), card_barcode=pick(choices, CARDS))
    designers = _mine(machine, Designer)
    if not designers or once_in(choices, 2):
        return AddDesigner(designer_id=DesignerId(new_id()), card=card), f"adds the designer {card.name}"
    designer = pick(choices, designers)
    words = (
        f"makes the card of {_designer_name(machine, designer.id)} say {card.name}, {card.card_barcode or 'no code'}"
    )
    return EditDesigner(designer_id=DesignerId(designer.id), card=card), words


def add_copy(machine: Machine, choices: Choices) -> Deed | None:
    """A new memo with a label; the same label may be given out at two desks."""
    barcode = f"NEW{choices.below(6)}"
    houses = _distributors(machine)
    if not houses:
        return None
    operation = AddCopy(
        copy_id=CopyId(new_id()),
        distributor_id=pick(choices, houses).id,
        item_no=pick(choices, ITEMS),
        title="Trianon",
        barcodes=(barcode,),
    )
    return operation, f"puts a new copy {barcode} into the library"


def order(machine: Machine, choices: Choices) -> Deed | None:
    """A basket for one or several distributors."""
    houses = _distributors(machine)
    if not houses:
        return None
    chosen = houses if once_in(choices, 2) else [pick(choices, houses)]
    parts = tuple(_part(house.id, choices) for house in chosen)
    designers = _mine(machine, Designer)
    designer_id = pick(choices, designers).id if designers and once_in(choices, 2) else ""
    operation = PlaceSampleOrder(
        order_id=OrderId(new_id()), parts=parts, designer_id=designer_id, ship_to=ShipTo(name="Halloran Pryce")
    )
    return operation, f"orders {sum(len(part.items) for part in parts)} samples from {len(parts)} houses"


def _part(distributor_id: str, choices: Choices) -> RequestPart:
    items = tuple(
        OrderedItem(line_id=LineId(new_id()), item_no=pick(choices, ITEMS), quantity=1 + choices.below(3))
        for _ in range(1 + choices.below(3))
    )
    return RequestPart(request_id=RequestId(new_id()), distributor_id=distributor_id, items=items)


def _distributors(machine: Machine) -> list[Organisation]:
    return machine.desk.database.read().records(Organisation, "WHERE kind = 'distributor' ORDER BY id")


def cancel(machine: Machine, choices: Choices) -> Deed | None:
    """A line is not wanted any more."""
    lines = machine.desk.database.read().records(
        RequestLine, "WHERE organisation_id = ? ORDER BY id DESC LIMIT 6", machine.desk.acting.organisation_id
    )
    if not lines:
        return None
    line = pick(choices, lines)
    operation = CancelLine(request_id=RequestId(line.request_id), line_id=LineId(line.id))
    return operation, f"cancels what is open of {line.quantity} × {line.item_no}"


def define_kit(machine: Machine, choices: Choices) -> Deed | None:
    """A new kit for a rep, or another list for one."""
    house = machine.desk.acting.organisation_id
    reader = machine.desk.database.read()
    reps = reader.rows(
        "SELECT person_id FROM memberships WHERE organisation_id = ? AND role = ? ORDER BY id", house, Role.REP.value
    )
    houses = _distributors(machine)
    if not reps or not houses:
        return None
    kits = _kits(machine)
    kit_id = pick(choices, kits).id if kits and once_in(choices, 2) else new_id()
    items = tuple(
        KitContent(distributor_id=pick(choices, houses).id, item_no=pick(choices, ITEMS), quantity=1 + choices.below(4))
        for _ in range(choices.below(4))
    )
    name = f"Bag {choices.below(3) + 1}"
    operation = DefineKit(kit_id=KitId(kit_id), rep_id=PersonId(reps[0][0]), name=name, items=items)
    return operation, f"writes the kit {name} with {len(items)} items"


def remove_kit(machine: Machine, choices: Choices) -> Deed | None:
    """A kit is given up."""
    kits = _kits(machine)
    if not kits:
        return None
    kit = pick(choices, kits)
    return RemoveKit(kit_id=KitId(kit.id)), f"removes the kit {kit.name}"


def order_kit(machine: Machine, choices: Choices) -> Deed | None:
    """All that a kit lists, from all its houses."""
    kits = _kits(machine)
    if not kits:
        return None
    kit = pick(choices, kits)
    items = machine.desk.database.read().records(KitItem, "WHERE kit_id = ? ORDER BY position", kit.id)
    by_house: dict[str, list[OrderedItem]] = {}
    for item in items:
        by_house.setdefault(item.distributor_id, []).append(
            OrderedItem(line_id=LineId(new_id()), item_no=item.item_no, quantity=item.quantity)
        )
    if not by_house:
        return None
    parts = tuple(
        RequestPart(request_id=RequestId(new_id()), distributor_id=house, items=tuple(lines))
        for house, lines in by_house.items()
    )
    operation = PlaceSampleOrder(order_id=OrderId(new_id()), parts=parts, kit_id=kit.id, ship_to=ShipTo(name=kit.name))
    return operation, f"orders the kit {kit.name} from {len(parts)} houses"


def _kits(machine: Machine) -> list[Kit]:
    house = machine.desk.acting.organisation_id
    return machine.desk.database.read().records(Kit, "WHERE organisation_id = ? ORDER BY id", house)


def settle_review(machine: Machine, choices: Choices) -> Deed | None:
    """Somebody has looked."""
    items = machine.desk.database.read().records(
        ReviewItem,
        "WHERE organisation_id = ? AND resolved_at IS NULL ORDER BY id LIMIT 4",
        machine.desk.acting.organisation_id,
    )
    if not items:
        return None
    item = pick(choices, items)
    return SettleReview(review_id=item.id), f"deals with “{item.code}”"
