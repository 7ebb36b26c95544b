"""Running the server: prints `ready` when it answers, stops cleanly on SIGTERM, several processes when asked to."""

import asyncio
import multiprocessing
import signal
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import click
import uvicorn
from litestar import Litestar

from shared_models.kernel.clock import SystemClock
from shared_models.kernel.errors import DomainError
from sync_server.app import create_app
from sync_server.features.sync.notices import Notices
from sync_server.foundation.database import open_database
from sync_server.foundation.logs import start_logging
from sync_server.foundation.memory import settle_memory
from sync_server.migrations.upgrade import is_current
from sync_server.settings import Settings
from sync_server.worker import create_worker

THREADS = 12
"""Requests that are worked on at once in one process; SQLite writes one at a time anyway."""
GRACEFUL_SECONDS = 10


class Server(uvicorn.Server):
    """uvicorn with our own word when it answers, and an end to everybody who listens when it stops."""

    def __init__(self, config: uvicorn.Config, notices: Notices, *, announce: bool) -> None:
        """`announce`: print `ready` on standard output."""
        super().__init__(config)
        self._notices = notices
        self._announce = announce
        self.answering = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer from here on."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="request"))
        await super().startup(sockets)
        if self.started and self._announce:
            click.echo("ready")
        self.answering.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the listeners go first: their answers would otherwise never end."""
        self._notices.close()
        await super().shutdown(sockets)


def create_server(app: Litestar, *, announce: bool = False) -> Server:
    """A server that runs when its `run(sockets=[…])` is called; `answering` is set once it does, or has given up."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_keep_alive=75,
        backlog=512,
    )
    return Server(config, app.state.notices, announce=announce)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound and listens. Raises `DomainError("address_in_use")` when that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, because asyncio switches Nagle's delay off only for sockets that say they are TCP; with it
    # every answer waits 40 ms for the acknowledgement of its own headers.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(512)
    except OSError as error:
        bound.close()
        raise DomainError(
            "address_in_use",
            f"{host}:{port} cannot be listened on ({error.strerror}). Set ORDER_TRACK_LISTEN to another address.",
        ) from None
    bound.set_inheritable(True)
    return bound


def serve(settings: Settings, *, with_worker: bool) -> None:
    """Answer until SIGTERM or Ctrl+C. Raises `DomainError` when it cannot start."""
    _require_ready(settings)
    bound = listening_socket(settings.host, settings.port)
    host, port = bound.getsockname()[:2]
    click.echo(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}", err=True)
    others = _start_others(settings, bound)
    try:
        _run(settings, bound, with_worker=with_worker, announce=True)
    finally:
        for process in others:
            process.terminate()
        for process in others:
            process.join()
        bound.close()


def _require_ready(settings: Settings) -> None:
    database = open_database(settings.database_url)
    try:
        if not is_current(database):
            raise DomainError("not_initialised", "The database is not ready. Run “order-track-server init” first.")
    finally:
        database.close()


def _start_others(settings: Settings, bound: socket.socket) -> Sequence[multiprocessing.process.BaseProcess]:
    """The further processes answer on the same socket; the work in the background stays with the first."""
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=_run_other, args=(settings, bound), name=f"server {number}")
        for number in range(2, settings.workers + 1)
    ]
    for process in processes:
        process.start()
    return processes


def _run_other(settings: Settings, bound: socket.socket) -> None:
    start_logging()
    _run(settings, bound, with_worker=False, announce=False)


def _run(settings: Settings, bound: socket.socket, *, with_worker: bool, announce: bool) -> None:
    database = open_database(settings.database_url)
    with database.reading():
        pass  # From here on a restore sees that a server is running.
    worker = create_worker(settings, database, SystemClock()) if with_worker else None
    server = create_server(create_app(settings, database), announce=announce)
    settle_memory()
    # uvicorn raises the signal again once everything is down; that must not end us before the rest is closed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, StopSignal.nothing_more)
    try:
        if worker:
            worker.start()
        server.run(sockets=[bound])
    finally:
        if worker:
            worker.stop()
        database.close()


def run_worker(settings: Settings) -> None:
    """Only the background work, until SIGTERM or Ctrl+C."""
    _require_ready(settings)
    database = open_database(settings.database_url)
    worker = create_worker(settings, database, SystemClock())
    stopping = StopSignal()
    worker.start()
    click.echo("ready")
    try:
        stopping.wait()
    finally:
        worker.stop()
        database.close()


class StopSignal:
    """SIGTERM and SIGINT as something to wait for."""

    def __init__(self) -> None:
        """From here on the two signals end `wait` instead of the process."""
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.nothing_more)

    def wait(self) -> None:
        """Until one of them comes."""
        self._reader.recv(1)

    @staticmethod
    def nothing_more(_number: int, _frame: FrameType | None) -> None:
        """A handler for those who only need to be woken."""
