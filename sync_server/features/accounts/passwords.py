"""Passwords: argon2id, few at a time, and no difference between a wrong password and an unknown person."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import argon2
from sqlalchemy import Connection, delete, insert, select

from shared_models.kernel.errors import DomainError
from sync_server.features.accounts.tables import PASSWORDS
from sync_server.foundation.refusals import Refusal

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
AT_ONCE = 2
LONGEST_QUEUE = 20

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB, two passes, one lane: the OWASP minimum, 26 ms; more would let a flood of sign-ins take the memory."""
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""Checked for people who do not exist, so that they cost the same time; no password fits it."""


class PasswordChecker:
    """Checks passwords, at most two at once and twenty waiting; for all threads of a process."""

    def __init__(self) -> None:
        """Nothing is being checked."""
        self._places = threading.Semaphore(AT_ONCE)
        self._count = threading.Lock()
        self._present = 0

    def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one; None stands for somebody who has none.

        Raises `Refusal("sign_in_busy")` when too many are waiting.
        """
        with self._place():
            try:
                _hasher.verify(password_hash or _NOBODYS_HASH, password)
            except argon2.exceptions.VerificationError:
                return False
        return password_hash is not None

    @contextmanager
    def _place(self) -> Iterator[None]:
        with self._count:
            if self._present >= AT_ONCE + LONGEST_QUEUE:
                raise Refusal(
                    "sign_in_busy", "Too many people are signing in right now; try again.", retry_after_seconds=2
                )
            self._present += 1
        try:
            with self._places:
                yield
        finally:
            with self._count:
                self._present -= 1


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
