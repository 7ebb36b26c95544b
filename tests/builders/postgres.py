"""A private PostgreSQL cluster on a free loopback port, for the tests that must hold on both databases."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

OWNER = "order_track"
_UNHURRIED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=4GB")
"""Nothing here outlives its run. A cluster with these loses its last commits when it goes down at once."""
_DURABLE = ("fsync=on",)
"""As it runs for people, for whoever takes the cluster down."""
NO_SERVER_PROGRAM = "no PostgreSQL server program (initdb) on PATH or in /usr/lib/postgresql/*/bin"


class PostgresFailedError(Exception):
    """A PostgreSQL program ended badly; the text is what it said."""


def find_server_programs() -> Path | None:
    """The folder with initdb, pg_ctl and postgres of the newest installed version; None when there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True)
class PostgresCluster:
    """A running cluster; databases are copies of a template, which takes a few hundredths of a second."""

    port: int
    restart: Callable[[], None]
    """Take it down without letting it finish anything, and start it again at the same port."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _prepared: dict[str, str] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database of this cluster."""
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """The name of a database that `prepare(url)` filled; it is called once a cluster and name.

        `prepare` must have closed its connections when it returns: a database in use cannot be copied.
        """
        if name not in self._prepared:
            database = self._create("template0")
            prepare(self.url(database))
            self._prepared[name] = database
        return self._prepared[name]

    @contextmanager
    def database(self, like: str = "template0") -> Iterator[str]:
        """The URL of a fresh database, a copy of `like`; dropped at the end, open connections or not."""
        name = self._create(like)
        try:
            yield self.url(name)
        finally:
            self._as_owner(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, like: str) -> str:
        name = f"order_track_{next(self._numbers)}"
        self._as_owner(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like)))
        return name

    def _as_owner(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def postgres_cluster(programs: Path, *, durable: bool = False) -> Iterator[PostgresCluster]:
    """Make, start and in the end stop and delete a cluster in a temporary folder; it does not wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="order-track-pg-"))
    data = folder / "data"
    account = _account()
    try:
        if account is not None:
            shutil.chown(folder, user=account)
        _run(
            [programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
            folder,
        )
        settings = _DURABLE if durable else _UNHURRIED
        port = _start(programs, data, folder, settings)

        def restart() -> None:
            _run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], folder)
            _start_at(port, programs, data, folder, settings)

        try:
            yield PostgresCluster(port, restart)
        finally:
            _run([programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder)


def _start(programs: Path, data: Path, folder: Path, settings: Sequence[str]) -> int:
    """Start on a free port; another program may take it in between, so a few are tried."""
    for attempt in range(5):
        port = _free_port()
        try:
            _start_at(port, programs, data, folder, settings)
        except PostgresFailedError:
            if attempt == 4:
                raise
        else:
            return port
    raise AssertionError("the last attempt either returned or raised")


def _start_at(port: int, programs: Path, data: Path, folder: Path, settings: Sequence[str]) -> None:
    all_settings = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *settings)
    options = " ".join(f"-c {setting}" for setting in all_settings)
    _run([programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start"], folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _account() -> str | None:
    """PostgreSQL refuses to run as root: root starts it as another user."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


def _run(command: list[Path | str], folder: Path) -> None:
    account = _account()
    with (folder / "said").open("wb") as said:  # a file, for the server keeps a pipe open for ever
        done = subprocess.run(
            command,
            user=account,
            extra_groups=None if account is None else [],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        logs = [path.read_text(errors="replace") for path in (folder / "said", folder / "log") if path.exists()]
        raise PostgresFailedError("\n".join(logs))
