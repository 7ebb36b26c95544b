"""A small world that every test of `shared_models` starts from, and short words for who does what when."""

from datetime import UTC, date, datetime, timedelta

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person
from shared_models.designers.records import Designer
from shared_models.kernel.ids import OperationId, OrganisationId, PersonId, StationId, new_id
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.library.records import Copy, CopyBarcode
from tests.builders.memory_records import MemoryRecords

MONDAY = date(2026, 11, 16)
NINE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

SHOWROOM = "showroom-halden"
OTHER_SHOWROOM = "showroom-orsini"
KRAVEL = "dist-kravel"
LOOMIS = "dist-loomis"
ATELIER = "dist-atelier"
"""A distributor who does not take part."""

CLERK = "person-nora"
REP = "person-sam"
PICKER = "person-pia"
STRANGER = "person-otto"

ANN = "designer-ann"
BEA = "designer-bea"
FOREIGN_DESIGNER = "designer-foreign"
OCHRE = "copy-ochre"


def world() -> MemoryRecords:
    """Two showrooms, three distributors, their people, modules and lines, two designers and one copy."""
    return MemoryRecords(
        [
            Organisation(id=SHOWROOM, code="HAL", name="Halden & Reyes", kind="showroom", email="desk@halden.example"),
            Organisation(id=OTHER_SHOWROOM, code="ORS", name="Orsini Showroom", kind="showroom"),
            Organisation(id=KRAVEL, code="KRA", name="Kravel Fabrics", kind="distributor"),
            Organisation(id=LOOMIS, code="LOO", name="Loomis Mills", kind="distributor"),
            Organisation(id=ATELIER, code="ATE", name="Atelier Brandt", kind="distributor", takes_part=False),
            Person(id=CLERK, name="Nora Velez", email="nora@halden.example"),
            Person(id=REP, name="Sam Pruitt", email="sam@halden.example"),
            Person(id=PICKER, name="Pia Lund", email="pia@kravel.example"),
            Person(id=STRANGER, name="Otto Frey", email="otto@orsini.example"),
            Membership(id="member-nora", person_id=CLERK, organisation_id=SHOWROOM, role=Role.CLERK),
            Membership(id="member-sam", person_id=REP, organisation_id=SHOWROOM, role=Role.REP),
            Membership(id="member-pia", person_id=PICKER, organisation_id=KRAVEL, role=Role.PICKER),
            Membership(id="member-otto", person_id=STRANGER, organisation_id=OTHER_SHOWROOM, role=Role.CLERK),
            _grant(SHOWROOM, Module.SAMPLE_CHECKOUT),
            _grant(SHOWROOM, Module.SAMPLE_ORDERS),
            _grant(KRAVEL, Module.BASIC),
            _grant(LOOMIS, Module.INVENTORY),
            Line(id="line-hal-kra", showroom_id=SHOWROOM, distributor_id=KRAVEL, starts_on=date(2026, 1, 1)),
            Line(id="line-hal-loo", showroom_id=SHOWROOM, distributor_id=LOOMIS, starts_on=date(2026, 1, 1)),
            Designer(id=ANN, showroom_id=SHOWROOM, name="Ann Abbott", email="ann@abbott.example", card_barcode="D100"),
            Designer(id=BEA, showroom_id=SHOWROOM, name="Bea Bright"),
            Designer(id=FOREIGN_DESIGNER, showroom_id=OTHER_SHOWROOM, name="Fay Foreman"),
            Copy(
                id=OCHRE,
                showroom_id=SHOWROOM,
                distributor_id=KRAVEL,
                item_no="01354.010",
                title="Marlow Stripe, Ochre",
                added_at=NINE - timedelta(days=90),
            ),
            CopyBarcode(id="copy-ochre:1", showroom_id=SHOWROOM, copy_id=OCHRE, barcode="4471"),
        ]
    )


def _grant(organisation_id: str, module: Module) -> ModuleGrant:
    return ModuleGrant(
        id=f"grant-{organisation_id}-{module}",
        organisation_id=organisation_id,
        module=module,
        starts_on=date(2026, 1, 1),
    )


def act(
    *,
    by: str = CLERK,
    of: str = SHOWROOM,
    at: datetime = NINE,
    station: str = "desk-1",
    operation_id: str = "",
) -> Act:
    """Somebody doing something somewhere at some time."""
    return Act(OperationId(operation_id or new_id()), PersonId(by), OrganisationId(of), StationId(station), at)


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of the Monday on which everything happens."""
    return NINE.replace(hour=hour, minute=minute)


def do(records: MemoryRecords, operation: Operation, who: Act) -> None:
    """Apply an operation; what it touched before is forgotten first."""
    records.touched.clear()
    operation.apply(records, who)


def pick(records: MemoryRecords, operation: Operation, *, when: datetime = NINE) -> None:
    """Kravel's picker does it."""
    do(records, operation, act(by=PICKER, of=KRAVEL, at=when, station="bench-1"))
