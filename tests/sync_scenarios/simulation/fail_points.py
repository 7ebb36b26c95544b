"""Fail-points at every statement of every database connection, without a line of them in the programs.

While `hooked_connections` holds, each connection that is opened belongs to the process that is running at that
moment (`running`). A process can be made to stop at its n-th statement, before it or after it: from then on it does
nothing any more, which is what a killed process does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from unittest.mock import patch

from sqlcipher3 import dbapi2

_QUICKER = {f"PRAGMA synchronous{sign}FULL": "PRAGMA synchronous = OFF" for sign in ("=", " = ")}
"""Whether a disk keeps its word is the subject of other tests; here a crash is one of the program."""


class Crash(BaseException):
    """The process ended here. No program catches it: a killed one does not tidy up either."""


class Process:
    """One run of one program on one machine, with the connections that it opened."""

    def __init__(self, name: str) -> None:
        """`name` is for stories."""
        self.name = name
        self.is_dead = False
        self.statements = 0
        self._commits = 0
        self._stop_after_commit: int | None = None
        self._stop_at: int | None = None
        self._stops_after = False
        self._meanwhile: tuple[int, Callable[[], None]] | None = None
        self.after_commit: Callable[[Any], None] | None = None
        """Told after each commit, with the connection that made it."""
        self._connections: list[Any] = []

    def stop_at(self, statement: int, *, after: bool) -> None:
        """Stop at the `statement`-th statement from now on (0 is the next), before it or after it."""
        self._stop_at, self._stops_after = self.statements + statement, after

    def stop_after_commit(self, commit: int) -> None:
        """Stop right after the `commit`-th transaction from now on (0 is the next)."""
        self._stop_after_commit = self._commits + commit

    def go_on(self) -> None:
        """No stop and no interruption is planned any more."""
        self._stop_at, self._stop_after_commit, self._meanwhile = None, None, None

    def interrupt_at(self, statement: int, work: Callable[[], None]) -> None:
        """Do `work` just before the `statement`-th statement from now on, once."""
        self._meanwhile = self.statements + statement, work

    def before(self) -> None:
        """A statement is about to run."""
        if self.is_dead:
            raise Crash(self.name)
        number = self.statements
        self.statements += 1
        if self._meanwhile is not None and number >= self._meanwhile[0]:
            work, self._meanwhile = self._meanwhile[1], None
            work()
        if number == self._stop_at and not self._stops_after:
            self._stop()

    def after(self) -> None:
        """A statement has run."""
        if self.statements - 1 == self._stop_at and self._stops_after:
            self._stop()

    def committed(self, connection: Any) -> None:
        """A transaction has become durable."""
        if self.after_commit is not None:
            self.after_commit(connection)
        self._commits += 1
        if self._commits - 1 == self._stop_after_commit:
            self._stop()

    def opened(self, connection: Any) -> None:
        """A connection of this process."""
        self._connections.append(connection)

    def end(self) -> None:
        """Whatever is open is dropped as it is: what was not committed never was."""
        self.is_dead = True
        for connection in self._connections:
            close_at_once(connection)
        self._connections.clear()

    def _stop(self) -> None:
        self.is_dead = True
        raise Crash(self.name)


def close_at_once(connection: Any) -> None:
    """Close without any hook."""
    if isinstance(connection, dbapi2.Connection):
        dbapi2.Connection.close(connection)
    else:
        connection.close()


class Owner(Protocol):
    """Something that runs programs, one after the other."""

    process: Process
    """The one that runs now."""


_running: ContextVar[Owner | None] = ContextVar("running", default=None)


@contextmanager
def running(owner: Owner) -> Iterator[None]:
    """Connections that are opened inside belong to the process that `owner` then runs."""
    token = _running.set(owner)
    try:
        yield
    finally:
        _running.reset(token)


def running_process() -> Process:
    """Whose connection is being opened; somebody's it must be."""
    owner = _running.get()
    assert owner is not None
    return owner.process


@contextmanager
def mortal(owner: Owner) -> Iterator[None]:
    """Whatever a program says after its process has stopped, nobody hears: the outside sees a `Crash`."""
    try:
        yield
    except BaseException as error:
        if owner.process.is_dead and not isinstance(error, Crash):
            raise Crash(owner.process.name) from None
        raise
    if owner.process.is_dead:
        raise Crash(owner.process.name)


class HookedConnection(dbapi2.Connection):  # type: ignore[misc]
    """A connection that tells its process of every statement; each of them runs on one of its cursors."""

    process: Process

    def cursor(self, factory: Any = None) -> Any:
        """A cursor that tells."""
        return super().cursor(factory or HookedCursor)

    def commit(self) -> None:
        """As a COMMIT that is executed."""
        if not self.in_transaction:
            return
        self.process.before()
        super().commit()
        self.process.committed(self)
        self.process.after()

    def unhooked(self, sql: str, *parameters: Any) -> Any:
        """A question of an onlooker: nothing is counted."""
        return self.cursor(dbapi2.Cursor).execute(sql, parameters)


class HookedCursor(dbapi2.Cursor):  # type: ignore[misc]
    """A cursor of a hooked connection."""

    def execute(self, sql: str, *parameters: Any) -> Any:
        """Run a statement between the process's hooks."""
        process: Process = self.connection.process
        if _may_pass(process, sql):
            return super().execute(sql, *parameters)
        process.before()
        result = super().execute(_QUICKER.get(sql, sql), *parameters)
        if sql == "COMMIT":
            process.committed(self.connection)
        process.after()
        return result

    def executemany(self, sql: str, parameters: Any) -> Any:
        """As `execute`."""
        process: Process = self.connection.process
        process.before()
        result = super().executemany(sql, parameters)
        process.after()
        return result


def _may_pass(process: Process, sql: str) -> bool:
    """Rolling back is what the database does by itself when a process is gone."""
    return process.is_dead and sql.startswith("ROLLBACK")


@contextmanager
def hooked_connections() -> Iterator[None]:
    """Every SQLite connection that a running process opens inside is hooked."""
    plain = dbapi2.connect

    def connect(*arguments: Any, **options: Any) -> Any:
        if _running.get() is None:
            return plain(*arguments, **options)
        process = running_process()
        connection = plain(*arguments, **{**options, "factory": HookedConnection})
        connection.process = process
        process.opened(connection)
        return connection

    with patch.object(dbapi2, "connect", connect):
        yield
