"""Every record kind that is shared and every operation that exists, by the name they have on the wire."""

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.designers.operations import AddDesigner, EditDesigner
from shared_models.designers.records import Designer
from shared_models.follow_up.records import FOLLOW_UP_DATASETS
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.messages import make_ready
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Record
from shared_models.kits.operations import DefineKit, RemoveKit
from shared_models.kits.records import Kit, KitItem
from shared_models.library.operations import (
    AddCopy,
    CheckOutCopy,
    ReturnCopy,
    SetSidemark,
    TakeBackCheckOut,
    TakeBackReturn,
)
from shared_models.library.records import Copy, CopyBarcode, CopyReturn, Loan
from shared_models.picking.operations import ConfirmLines, CountSampleStock, PrintTickets
from shared_models.picking.records import Confirmation, ConfirmationLine, PickWave, SampleStock, StockMovement
from shared_models.reviews.operations import SettleReview
from shared_models.reviews.records import ReviewItem
from shared_models.sample_orders.operations import CancelLine, PlaceSampleOrder
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest

RECORD_KINDS: tuple[type[Record], ...] = (
    Organisation,
    Person,
    Membership,
    ModuleGrant,
    Line,
    RepCode,
    DatasetFreshness,
    ReviewItem,
    Designer,
    Copy,
    CopyBarcode,
    Loan,
    CopyReturn,
    SampleOrder,
    SampleRequest,
    RequestLine,
    Kit,
    KitItem,
    PickWave,
    Confirmation,
    ConfirmationLine,
    SampleStock,
    StockMovement,
    Inquiry,
)

"""What people do and what the operator keeps: the server has each in a table of its records."""
STATION_KINDS: tuple[type[Record], ...] = (*RECORD_KINDS, *(shape.kind for shape in FOLLOW_UP_DATASETS.values()))
"""All that `station.db` has a table for: those, and what distributors publish about their customers' business."""
KIND_BY_NAME: dict[str, type[Record]] = {kind.TABLE.name: kind for kind in STATION_KINDS}

OPERATIONS: dict[str, type[Operation]] = {
    operation.__name__: operation
    for operation in (
        AddDesigner,
        EditDesigner,
        AddCopy,
        CheckOutCopy,
        ReturnCopy,
        TakeBackCheckOut,
        TakeBackReturn,
        SetSidemark,
        PlaceSampleOrder,
        CancelLine,
        DefineKit,
        RemoveKit,
        PrintTickets,
        ConfirmLines,
        CountSampleStock,
        SettleReview,
        AskDistributor,
        WithdrawInquiry,
        AnswerInquiry,
    )
}

make_ready()
