"""How a handler learns who is calling, from the token of its request."""

from typing import Any, TypeAlias

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from sync_server.foundation.caller import Authenticate, Caller, NotSignedIn

SignedIn: TypeAlias = NamedDependency[Caller]
"""How a handler asks for its caller: `caller: SignedIn`."""


def token_of(request: Request[Any, Any, State]) -> str:
    """The bearer token of the request; raises `NotSignedIn` when there is none."""
    return token_in(request.headers.get("authorization", ""))


def token_in(authorization: str) -> str:
    """The bearer token that this header holds; raises as `token_of`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("token_missing", "Sign in first.")
    return token.strip()


def provide_caller(request: Request[Any, Any, State]) -> Caller:
    """The dependency `caller` of every handler that needs one (see `sync_server/app.py`)."""
    authenticate: Authenticate = request.app.state.authenticate
    return authenticate(token_of(request))
