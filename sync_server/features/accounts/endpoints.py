"""The routes of sign-in: come in, renew, go out."""

from typing import Any

import msgspec
from litestar import Request, post
from litestar.datastructures import State
from litestar.params import JSONBody, RawBody
from sqlalchemy import Connection

from shared_models.sync.wire import SignInAnswer, SignInRequest, TokenRequest
from sync_server.features.accounts.sign_in import Door, renew, sign_in
from sync_server.features.accounts.tokens import end_token
from sync_server.foundation.signed_in import SignedIn

LONGEST_BODY = 64 * 1024


@post(
    "/v1/sign-in",
    status_code=200,
    request_max_body_size=LONGEST_BODY,
    summary="A token for a person at a station",
)
async def sign_in_here(request: Request[Any, Any, State], data: JSONBody[SignInRequest], state: State) -> SignInAnswer:
    """Wrong and unknown are answered alike; after several failures with 429 and Retry-After."""
    door: Door = state.door
    address = request.client.host if request.client else ""
    return await door.lobby.take_in(lambda: sign_in(door, data, address))


@post("/v1/token", status_code=200, sync_to_thread=True, summary="A new token in place of this one")
def renew_here(caller: SignedIn, body: RawBody, state: State) -> SignInAnswer:
    """The old token holds for two minutes more. The body may be a `TokenRequest`, or empty."""
    door: Door = state.door
    wanted = msgspec.json.decode(body, type=TokenRequest) if body else TokenRequest()
    return renew(door, caller, wanted.next_token, wanted.public_key)


@post("/v1/sign-out", status_code=204, sync_to_thread=True, summary="This token shall hold no longer")
def sign_out_here(caller: SignedIn, state: State) -> None:
    """What waits on the station is not touched."""
    door: Door = state.door

    def unit(connection: Connection) -> None:
        end_token(connection, caller.token_id, door.clock.now())

    door.database.write_unit(unit)


HANDLERS = [sign_in_here, renew_here, sign_out_here]
