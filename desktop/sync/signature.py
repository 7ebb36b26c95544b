"""The station's signing key and the server's word for it; both lie in the encrypted file only."""

from __future__ import annotations

from desktop.cache.meta import get_meta, set_meta
from desktop.cache.records import StationRecords
from desktop.cache.station_db import StationDatabase
from shared_models.sync.certificates import public_key_of
from shared_models.sync.wire import SignInAnswer

_KEY, _CERTIFICATE, _SERVER = "signing_key", "certificate", "server_key"


def signing_key_of(database: StationDatabase) -> str:
    """The private key; empty before the first sign-in of a program that signs."""
    return get_meta(database.read(), _KEY)


def public_key_of_station(database: StationDatabase) -> str:
    """What is certified; empty without a key."""
    key = signing_key_of(database)
    return public_key_of(key) if key else ""


def certificate_of(database: StationDatabase) -> str:
    """The server's word for this station's key; empty when it gave none."""
    return get_meta(database.read(), _CERTIFICATE)


def server_key_of(database: StationDatabase) -> str:
    """By which certificates of this station's server are known; empty when it gave none."""
    return get_meta(database.read(), _SERVER)


def keep_signing_key(records: StationRecords, key: str) -> None:
    """Keep it, inside the caller's transaction."""
    set_meta(records, **{_KEY: key})


def keep_certificate(records: StationRecords, answer: SignInAnswer) -> None:
    """Keep what a sign-in or a renewal brought; one that brought none leaves the former one in force."""
    if answer.certificate:
        set_meta(records, **{_CERTIFICATE: answer.certificate, _SERVER: answer.server_key})
