"""The real server in a process of its own, on a free loopback port, for the demo and the played day."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

_READY_SECONDS = 60
_STOP_SECONDS = 20


class ServerTrouble(RuntimeError):
    """The server did not do what it was told; the message is its own sentence."""


class ServerProcess:
    """Settings for one server in `folder`; `command` runs its command line, `start` and `stop` the serving process."""

    def __init__(self, folder: Path, *, smtp_url: str = "", database_url: str = "") -> None:
        """`database_url` empty means the embedded SQLite file in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.host, self.port = "127.0.0.1", free_port()
        self._log = folder / "server.log"
        self._process: subprocess.Popen[str] | None = None
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ORDER_TRACK_")},
            "ORDER_TRACK_DATA_DIR": str(folder),
            "ORDER_TRACK_LISTEN": f"{self.host}:{self.port}",
            "ORDER_TRACK_PUBLIC_URL": self.url,
            "ORDER_TRACK_MAIL_FROM": "Order-Track <no-reply@order-track.example>",
            **({"ORDER_TRACK_SMTP_URL": smtp_url} if smtp_url else {}),
            **({"ORDER_TRACK_DATABASE_URL": database_url} if database_url else {}),
        }

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    def command(self, *arguments: str, may_refuse: bool = False) -> subprocess.CompletedProcess[str]:
        """Run one command of `order-track-server`. Raises `ServerTrouble` when it ends with another code than 0."""
        done = subprocess.run(
            [*_server_command(), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0 and not may_refuse:
            raise ServerTrouble(f"order-track-server {' '.join(arguments)}: {done.stderr.strip() or done.stdout}")
        return done

    def start(self) -> None:
        """Serve; returns when it answers. Raises `ServerTrouble` with the end of its log."""
        log = self._log.open("a", encoding="utf-8")
        with log:
            self._process = subprocess.Popen(
                [*_server_command(), "serve"],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        if not self._says_ready(self._process):
            self.stop()
            last_words = "\n".join(self._log.read_text(encoding="utf-8").splitlines()[-5:])
            raise ServerTrouble(f"The server did not start. Its last words: {last_words}")

    def stop(self) -> None:
        """End the serving process cleanly."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @staticmethod
    def _says_ready(process: subprocess.Popen[str]) -> bool:
        """Wait for the line `ready`; False when the process ends or is silent for too long."""
        said = threading.Event()
        output = process.stdout
        assert output is not None, "it was opened with a pipe"

        def listen() -> None:
            for line in output:
                if line.strip() == "ready":
                    said.set()
            said.set()

        threading.Thread(target=listen, name="server-output", daemon=True).start()
        return said.wait(_READY_SECONDS) and process.poll() is None


def _server_command() -> Sequence[str]:
    return (sys.executable, "-m", "sync_server")


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
