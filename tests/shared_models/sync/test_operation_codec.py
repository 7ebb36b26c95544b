"""Operations travel as JSON, and those of every released version are understood."""

import json
from typing import Any, ClassVar

import msgspec
import pytest

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, CopyId, DesignerId, LineId, LoanId, OrderId, RequestId
from shared_models.kernel.operation import Act, Operation
from shared_models.kernel.records import Records
from shared_models.library.operations import CheckOutCopy
from shared_models.picking.operations import ConfirmedLine, ConfirmLines
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sync import operation_codec
from shared_models.sync.operation_codec import decode, encode
from shared_models.sync.registry import OPERATIONS
from tests.shared_models.world import KRAVEL, MONDAY

LEND = CheckOutCopy(loan_id=LoanId("L"), copy_id=CopyId("C"), designer_id=DesignerId("D"), due_on=MONDAY)
EXAMPLES: list[Operation] = [
    LEND,
    PlaceSampleOrder(
        order_id=OrderId("O"),
        parts=(
            RequestPart(
                request_id=RequestId("R"),
                distributor_id=KRAVEL,
                items=(OrderedItem(line_id=LineId("L"), item_no="007.10", title="Moiré “Crème”"),),
            ),
        ),
        ship_to=ShipTo(name="Zoë"),
    ),
    ConfirmLines(
        confirmation_id=ConfirmationId("C"),
        request_id=RequestId("R"),
        lines=(ConfirmedLine(line_id=LineId("L"), outcome="backordered", quantity=1, until_on=MONDAY),),
    ),
]


class RenameShelf(Operation, frozen=True, kw_only=True):
    """An operation in its third version, for these tests only."""

    VERSION: ClassVar[int] = 3
    ROLES: ClassVar = frozenset()
    MODULE: ClassVar = None

    shelf: str
    colour: str = ""

    def lane(self) -> str:
        return "shelf"

    def apply(self, records: Records, act: Act) -> None:
        raise AssertionError("never applied here")


def _rename(fields: dict[str, Any]) -> dict[str, Any]:
    return {"shelf": fields["place"]}


def _colour(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "colour": "white"}


@pytest.fixture
def third_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "RenameShelf", RenameShelf)
    monkeypatch.setitem(operation_codec.LIFTS, ("RenameShelf", 1), _rename)
    monkeypatch.setitem(operation_codec.LIFTS, ("RenameShelf", 2), _colour)


def refusal(name: str, version: int, payload: bytes) -> DomainError:
    with pytest.raises(DomainError) as refused:
        decode(name, version, payload)
    return refused.value


@pytest.mark.parametrize("operation", EXAMPLES, ids=lambda one: type(one).__name__)
def test_an_operation_reads_back_as_it_was_written(operation: Operation) -> None:
    assert decode(type(operation).__name__, operation.VERSION, bytes(encode(operation))) == operation
    assert decode(type(operation).__name__, operation.VERSION, msgspec.Raw(encode(operation))) == operation


@pytest.mark.parametrize(
    ("version", "payload"),
    [(1, b'{"place":"B4"}'), (2, b'{"shelf":"B4"}'), (3, b'{"shelf":"B4","colour":"white"}')],
)
@pytest.mark.usefixtures("third_version")
def test_operations_of_every_released_version_are_lifted_to_todays(version: int, payload: bytes) -> None:
    assert decode("RenameShelf", version, payload) == RenameShelf(shelf="B4", colour="white")


@pytest.mark.parametrize("payload", [b'{"no":"place"}', b'{"place":7}', b"[]", b"7", b"{"])
@pytest.mark.usefixtures("third_version")
def test_an_old_operation_that_cannot_be_lifted_is_malformed(payload: bytes) -> None:
    assert refusal("RenameShelf", 1, payload).code == "malformed_operation"


@pytest.mark.usefixtures("third_version")
@pytest.mark.parametrize("version", [0, -1])
def test_a_version_that_never_was_is_malformed(version: int) -> None:
    assert refusal("RenameShelf", version, b'{"place":"B4"}').code == "malformed_operation"


def test_an_unknown_operation_is_named() -> None:
    refused = refusal("SellTheShowroom", 1, b"{}")
    assert (refused.code, refused.sentence) == (
        "unknown_operation",
        "This version does not know the operation “SellTheShowroom”.",
    )


def test_an_operation_of_a_newer_program_asks_for_an_update() -> None:
    refused = refusal("CheckOutCopy", 2, b"{}")
    assert (refused.code, "please update" in refused.sentence) == ("newer_operation", True)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"due_on": "soon"}, "due_on"),
        ({"copy_id": 7}, "copy_id"),
        ({"copy_id": None}, "copy_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_malformed_operation_says_which_field_is_wrong(change: dict[str, Any], named: str) -> None:
    fields = json.loads(bytes(encode(LEND))) | change
    refused = refusal("CheckOutCopy", 1, json.dumps(fields).encode())
    assert refused.code == "malformed_operation"
    assert named in refused.sentence


def test_a_missing_field_is_named() -> None:
    assert "loan_id" in refusal("CheckOutCopy", 1, b"{}").sentence


def test_text_with_a_nul_character_is_refused_because_no_database_of_ours_could_keep_it() -> None:
    fields = json.loads(bytes(encode(LEND))) | {"sidemark": "Lake\0house"}
    assert "NUL" in refusal("CheckOutCopy", 1, json.dumps(fields).encode()).sentence
