"""`order-track-server serve` in a process of its own, which a test may kill and start again at the same address."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from desktop.demo.server_process import free_port
from sync_server.foundation.database import Database, open_database
from tests.builders.server import new_sqlite

STOP_SECONDS = 30
T = TypeVar("T")


class ServerProgram:
    """One server in `folder`, over a fresh SQLite file unless a URL is given."""

    def __init__(
        self, folder: Path, *, database_url: str = "", environment: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        """`environment` is added to this process's own; the port is a free one unless given."""
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url or new_sqlite(folder)
        self.log = folder / "server.log"
        self._process: subprocess.Popen[str] | None = None
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ORDER_TRACK_")},
            "ORDER_TRACK_DATA_DIR": str(folder),
            "ORDER_TRACK_DATABASE_URL": self.database_url,
            "ORDER_TRACK_LISTEN": f"127.0.0.1:{self.port}",
            "ORDER_TRACK_PUBLIC_URL": self.url,
            **(environment or {}),
        }

    @property
    def process_id(self) -> int:
        """Of the running server."""
        assert self._process is not None, "it was started"
        return self._process.pid

    def in_database(self, work: Callable[[Database], T]) -> T:
        """Do something in its database from here, as its commands do; the server need not run."""
        database = open_database(self.database_url)
        try:
            return work(database)
        finally:
            database.close()

    def start(self) -> None:
        """Serve; returns when it says that it answers."""
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sync_server", "serve"],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said == "ready\n", self.log.read_text(encoding="utf-8")[-2000:]

    def kill(self) -> None:
        """End it by SIGKILL, whatever it does just now."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it cleanly."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def __enter__(self) -> "ServerProgram":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
