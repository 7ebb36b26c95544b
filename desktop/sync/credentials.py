"""What a station keeps with its server beside its work: the next token, and the wrapped key for its organisation."""

from __future__ import annotations

import logging
import secrets

from desktop.cache.key_file import file_id_of
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.recovery_key import deposit_for
from desktop.cache.station_db import StationDatabase
from desktop.sync.client import ServerClient, Trouble

_NEXT, _DEPOSITED = "next_token", "key_deposited"


def next_token_of(database: StationDatabase) -> str:
    """The token to propose; written down before it is sent, so that an answer may be lost without harm."""
    known = get_meta(database.read(), _NEXT)
    if known:
        return known
    fresh = secrets.token_urlsafe(32)
    with database.write() as records:
        set_meta(records, **{_NEXT: fresh})
    return fresh


def adopt_next_token(database: StationDatabase, client: ServerClient) -> None:
    """After a renewal whose answer was lost: if the server took the proposed token, it is this station's now.

    The token in use is left as it is when the server does not know the proposed one or cannot be asked.
    """
    proposed, present = get_meta(database.read(), _NEXT), client.token
    if not proposed or not present:
        return
    if proposed == present:
        with database.write() as records:
            set_meta(records, **{_NEXT: ""})
        return
    client.token = proposed
    try:
        client.list_streams()
    except Trouble as trouble:
        client.token = present
        if trouble.kind == "token":
            return
        raise
    with database.write() as records:
        set_meta(records, **{"token": proposed, _NEXT: ""})


def deposit_key(database: StationDatabase, client: ServerClient) -> None:
    """Leave the wrapped key with the server, once a file and station; a server that does not take it is no trouble."""
    reader = database.read()
    mark = f"{file_id_of(database.path)} {get_meta(reader, 'station_id')} {get_meta(reader, 'history_id')}"
    if get_meta(reader, _DEPOSITED) == mark:
        return
    try:
        client.leave_key(deposit_for(database.path, database.key))
    except Trouble as trouble:
        logging.getLogger(__name__).info("key not left with the server: %s", trouble.code or trouble.kind)
        return
    with database.write() as records:
        set_meta(records, **{_DEPOSITED: mark})
