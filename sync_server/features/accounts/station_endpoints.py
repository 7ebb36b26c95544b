"""The routes of a station's life: its wrapped key left and given out, and its last words when it is shut out."""

from typing import Any

from litestar import Request, post, put
from litestar.datastructures import State
from litestar.params import JSONBody, RawBody
from sqlalchemy import Connection

from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import FarewellReport, RecoveryDeposit, RecoveryRequest, RevocationOrder
from sync_server.features.accounts.recovery import keep_deposit, redeem
from sync_server.features.accounts.revocation import keep_rescued, say_farewell, take_order
from sync_server.features.accounts.sign_in import Door
from sync_server.foundation.signed_in import SignedIn, token_of

LONGEST_RESCUE = 32 * 1024 * 1024
AnyRequest = Request[Any, Any, State]


@put("/v1/recovery", status_code=204, sync_to_thread=True, summary="Leave a station's wrapped key with the server")
def leave_key(caller: SignedIn, data: JSONBody[RecoveryDeposit], state: State) -> None:
    """It replaces the one of the same file."""
    door: Door = state.door
    door.database.write_unit(lambda connection: keep_deposit(connection, data, caller, door.clock.now()))


@post("/v1/recovery", status_code=200, sync_to_thread=True, summary="The wrapped key for a one-time code")
def give_key(request: AnyRequest, data: JSONBody[RecoveryRequest], state: State) -> RecoveryDeposit:
    """Every try is noted; wrong ones wait longer and longer, and end the code."""
    door: Door = state.door
    address = request.client.host if request.client else ""
    name = f"recovery {data.file_id[:64]}"
    door.attempts.require_free(name, address)
    given = door.database.write_unit(lambda connection: redeem(connection, data, door.clock.now()))
    if given is None:
        door.attempts.failed(name, address)
        raise DomainError("wrong_code", "This code does not open the station, or it has ended. Ask for a new one.")
    door.attempts.succeeded(name)
    return given


@post("/v1/revocation", status_code=200, sync_to_thread=True, summary="What a station that was shut out must do")
def give_order(request: AnyRequest, state: State) -> RevocationOrder:
    """For any token that the station ever had."""
    door: Door = state.door
    token = token_of(request)
    return door.database.write_unit(lambda connection: take_order(connection, token, door.clock.now()))


@post(
    "/v1/revocation/rest",
    status_code=204,
    sync_to_thread=True,
    request_max_body_size=LONGEST_RESCUE,
    summary="What a station that was shut out could not get settled",
)
def take_rest(request: AnyRequest, body: RawBody, state: State) -> None:
    """The body is the file that another station brings in; the right to send is the token."""
    door: Door = state.door
    right, content = token_of(request), body.decode("utf-8", errors="replace")

    def unit(connection: Connection) -> None:
        keep_rescued(connection, right, content, door.clock.now())

    door.database.write_unit(unit)


@post("/v1/revocation/farewell", status_code=204, sync_to_thread=True, summary="The order was carried out")
def take_farewell(request: AnyRequest, data: JSONBody[FarewellReport], state: State) -> None:
    """From here on the station may send nothing."""
    door: Door = state.door
    token = token_of(request)
    door.database.write_unit(lambda connection: say_farewell(connection, token, data, door.clock.now()))


HANDLERS = [leave_key, give_key, give_order, take_rest, take_farewell]
