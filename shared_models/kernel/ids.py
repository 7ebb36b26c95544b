"""Typed, time-ordered identifiers (UUIDv7 as text), made where the thing is made, offline included."""

from typing import NewType

import uuid_utils

OrganisationId = NewType("OrganisationId", str)
PersonId = NewType("PersonId", str)
StationId = NewType("StationId", str)
OperationId = NewType("OperationId", str)
DesignerId = NewType("DesignerId", str)
CopyId = NewType("CopyId", str)
LoanId = NewType("LoanId", str)
ReturnId = NewType("ReturnId", str)
OrderId = NewType("OrderId", str)
RequestId = NewType("RequestId", str)
LineId = NewType("LineId", str)
KitId = NewType("KitId", str)
ConfirmationId = NewType("ConfirmationId", str)
WaveId = NewType("WaveId", str)
StreamId = NewType("StreamId", str)


def new_id() -> str:
    """A new UUIDv7 as 36 lower-case characters.

    Ids sort in the order they were made on one machine only; never order what several people did by id.
    """
    return str(uuid_utils.uuid7())
