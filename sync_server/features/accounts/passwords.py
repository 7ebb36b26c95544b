"""Passwords: argon2id, few at a time, and no difference between a wrong password and an unknown person."""

from datetime import datetime

import argon2
from sqlalchemy import Connection, delete, insert, select

from shared_models.kernel.errors import DomainError
from sync_server.features.accounts.tables import PASSWORDS

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB, two passes, one lane: the OWASP minimum, 26 ms; more would let a flood of sign-ins take the memory."""
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""Checked for people who do not exist, so that they cost the same time; no password fits it."""


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; None stands for somebody who has none, and costs the same time."""
    try:
        _hasher.verify(password_hash or _NOBODYS_HASH, password)
    except argon2.exceptions.VerificationError:
        return False
    return password_hash is not None


def hash_password(password: str) -> str:
    """The text to store. Raises `DomainError("password_unfit")` for one of fewer than 8 or more than 200 characters."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise DomainError("password_unfit", f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return _hasher.hash(password)


def set_password(connection: Connection, person_id: str, password: str, now: datetime) -> None:
    """Store the person's password. Raises as `hash_password`."""
    store_hash(connection, person_id, hash_password(password), now)


def store_hash(connection: Connection, person_id: str, password_hash: str, now: datetime) -> None:
    """Store what `hash_password` made of the person's password."""
    connection.execute(delete(PASSWORDS).where(PASSWORDS.c.person_id == person_id))
    connection.execute(insert(PASSWORDS).values(person_id=person_id, hash=password_hash, changed_at=now))


def stored_hash(connection: Connection, person_id: str) -> str | None:
    """The person's password hash, or None."""
    found: str | None = connection.execute(select(PASSWORDS.c.hash).where(PASSWORDS.c.person_id == person_id)).scalar()
    return found
