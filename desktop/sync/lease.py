"""The lease: how long a station may work without hearing from its server, whatever is done to its clock.

Fourteen days after the server last answered the screens close until it answers again; what was recorded stays. Time
is the station's clock, but never earlier than it has been seen before, so setting the clock back wins nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop.cache.meta import get_meta, set_meta
from desktop.cache.reader import Reader
from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.cache.station_db import StationDatabase
from shared_models.kernel.errors import DomainError

LEASE = timedelta(days=14)
NOTE_EVERY = timedelta(minutes=5)
"""How often a running program writes down what time it has become."""
SHUT_OUT = "revoked_at"
"""Since when an order of the operator waits to be carried out here."""
_CONTACT, _SEEN = "contact_at", "clock_seen_at"


def lease_left(reader: Reader, now: datetime) -> timedelta:
    """What is left of the lease; zero or less when it is over."""
    contact = get_meta(reader, _CONTACT) or get_meta(reader, "last_sync_at") or get_meta(reader, "signed_in_at")
    if not contact:
        return LEASE
    return datetime.fromisoformat(contact) + LEASE - max(now, _seen(reader, now))


def require_lease(reader: Reader, now: datetime) -> None:
    """Raises `DomainError("lease_over")` with what is to be done."""
    left = lease_left(reader, now)
    if left <= timedelta(0):
        days = (LEASE - left).days
        raise DomainError(
            "lease_over",
            f"This desk has not reached its server for {days} days, so it is locked until it does. Everything "
            "recorded here is kept. Connect this machine to the network and sync, or sign in again.",
            days=days,
        )


def is_shut_out(reader: Reader) -> bool:
    """Whether the operator's order has come and is not carried out yet: then nothing may be shown."""
    return bool(get_meta(reader, SHUT_OUT))


def require_not_shut_out(reader: Reader) -> None:
    """Raises `DomainError("station_revoked")`."""
    if is_shut_out(reader):
        raise DomainError(
            "station_revoked",
            "The operator shut this station out. What waits here is still sent when the server can be reached: sync.",
        )


def note_contact(records: StationRecords, now: datetime) -> None:
    """The server answered just now: the lease begins anew, by the clock as it is."""
    set_meta(records, **{_CONTACT: instant_text(now), _SEEN: instant_text(now)})


def note_time(database: StationDatabase, now: datetime, *, ran: timedelta = timedelta(0)) -> None:
    """Write down how late it has become. `ran` is how long the program ran since it did so last, by no clock."""
    reader = database.read()
    latest = max(now, _seen(reader, now) + ran)
    known = get_meta(reader, _SEEN)
    if known and latest - datetime.fromisoformat(known) < NOTE_EVERY:
        return
    with database.write() as records:
        set_meta(records, **{_SEEN: instant_text(latest)})


def _seen(reader: Reader, now: datetime) -> datetime:
    known = get_meta(reader, _SEEN)
    return datetime.fromisoformat(known) if known else now
