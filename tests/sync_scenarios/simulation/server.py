"""The real server in the process of the test: started, stopped, killed at any statement, restored from a backup."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection
from sqlcipher3 import dbapi2

from sync_server.app import create_app, parts_of
from sync_server.features.sync.history import begin_history
from sync_server.foundation.database import Database, Moved, open_database
from sync_server.settings import Settings
from tests.sync_scenarios.simulation.fail_points import Process, mortal, running
from tests.sync_scenarios.simulation.one_process import DeviceClock, Threads, TradeTime
from tests.sync_scenarios.simulation.postgres import hook_postgres

ADDRESS = "http://orders.example"


class Answer(NamedTuple):
    """What a server sends back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Request(NamedTuple):
    """What a station sends."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Storage(Protocol):
    """The database of a server, as whoever runs the machine sees it."""

    url: str

    def back_up(self) -> None:
        """Keep the present state; it takes the place of an earlier backup."""
        ...

    def bring_back(self) -> None:
        """Put the kept state in place of the present one. Nobody may be connected."""
        ...

    def ask(self, question: str, *values: object) -> list[Any]:
        """What an onlooker finds, in plain SQL with `?` marks."""
        ...

    def close(self) -> None:
        """The onlooker goes."""
        ...


class SqliteStorage:
    """One file."""

    def __init__(self, folder: Path) -> None:
        """The file lies in `folder`."""
        self._file = folder / "order-track.db"
        self._kept = folder / "backup.db"
        self.url = f"sqlite:///{self._file}"
        self._onlooker: Any = None

    def back_up(self) -> None:
        """As in `Storage`."""
        self._kept.unlink(missing_ok=True)
        connection = dbapi2.connect(str(self._file), isolation_level=None)
        connection.execute("VACUUM INTO ?", (str(self._kept),))
        connection.close()

    def bring_back(self) -> None:
        """As in `Storage`."""
        self.close()
        for ending in ("-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)

    def ask(self, question: str, *values: object) -> list[Any]:
        """As in `Storage`."""
        if self._onlooker is None:
            self._onlooker = dbapi2.connect(str(self._file), isolation_level=None, check_same_thread=False)
        rows: list[Any] = self._onlooker.execute(question, values).fetchall()
        return rows

    def close(self) -> None:
        """As in `Storage`."""
        if self._onlooker is not None:
            self._onlooker.close()
            self._onlooker = None


class Programs:
    """Built server programs by place: building one costs more than a hundred requests to it."""

    def __init__(self, threads: Threads) -> None:
        """None is built yet."""
        self.threads = threads
        self.clock = DeviceClock(TradeTime())
        """Every program's; it follows the time of the history that is played."""
        self._built: dict[tuple[str, int], tuple[Database, Any]] = {}

    def at(self, url: str, number: int, folder: Path) -> tuple[Database, Any]:
        """The `number`-th program over a database, as it is right after its start."""
        if (url, number) not in self._built:
            database = open_database(url, connections=4)
            if not database.is_sqlite:
                hook_postgres(database.engine)
            settings = Settings(
                data_dir=folder, database_url=url, secret_file=folder / "link-signing.key", public_url=ADDRESS
            )
            self._built[url, number] = database, create_app(settings, database, clock=self.clock)
        database, app = self._built[url, number]
        database.on_moved.clear()
        for name, part in parts_of(app.state.settings, database, self.clock).items():
            app.state[name] = part
        return database, app

    def forget(self, url: str) -> None:
        """The database is gone for good."""
        for key in [key for key in self._built if key[0] == url]:
            self._built.pop(key)[0].close()


class TradeServer:
    """One server program over its storage. `processes` of them may serve the same storage."""

    def __init__(self, storage: Storage, folder: Path, time: TradeTime, programs: Programs, *, processes: int = 1):
        """Not started yet."""
        self.storage = storage
        self.clock = programs.clock
        self.clock.follow(time)
        self.on_moved: list[Callable[[Moved], None]] = []
        self._folder = folder
        self._programs = programs
        self._count = processes
        self._served = 0
        self._databases: list[Database] = []
        self._apps: list[Any] = []
        self.process = Process("the server")

    def start(self) -> None:
        """Begin to answer."""
        self.process = Process("the server")
        with running(self):
            built = [self._programs.at(self.storage.url, number, self._folder) for number in range(self._count)]
            self._databases, self._apps = [database for database, _ in built], [app for _, app in built]
            for database in self._databases:
                database.on_moved.append(self._tell_moved)

    def stop(self) -> None:
        """Without warning; what was committed stays."""
        self.process.end()
        for database in self._databases:
            database.engine.dispose(close=False)
        self._databases, self._apps = [], []

    @property
    def can_take_two_pushes(self) -> bool:
        """One process settles pushes one after the other, and here the first one would wait for the second."""
        return self._count > 1

    @property
    def database(self) -> Database:
        """For what the operator and the distributors' programs do on the server itself."""
        return self._databases[0]

    def answer(self, request: Request, *, arrives_whole: bool = True) -> Answer:
        """Answer a request, each process in its turn. A request that breaks off is never answered."""
        # A request that comes while another is answered meets another process, where there is one.
        self._served += 1
        app = self._apps[self._served % self._count]
        with mortal(self), running(self):
            answer: Answer = self._programs.threads.run(_call(app, request, arrives_whole))
        return answer

    def restore(self) -> None:
        """Stop, bring the backup back, begin a new history and start again."""
        self.stop()
        self.storage.bring_back()
        self.start()
        with running(self):
            self.database.write_unit(self._begin_history)

    def _begin_history(self, connection: Connection) -> None:
        begin_history(connection, self.clock.now())

    def _tell_moved(self, moved: Moved) -> None:
        for listener in self.on_moved:
            listener(moved)


async def _call(app: Any, request: Request, arrives_whole: bool) -> Answer:
    path, _, query = request.path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("orders.example", 80),
        "state": {},
    }
    arriving: list[dict[str, Any]] = [{"type": "http.request", "body": request.body, "more_body": not arrives_whole}]
    sent: list[Any] = []
    answered = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not arriving and arrives_whole:
            # Who waits for the answer stays until all of it is there: a file that is being sent would else break off.
            await answered.wait()
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered.set()

    await app(scope, receive, send)
    if not sent:
        return Answer(0, [], b"")
    headers = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))
