"""A network cable that can be pulled: passes bytes between a desk and the server, or nothing at all."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

_CHUNK = 65536


class Cable:
    """Listens on a free loopback port and passes everything on to the server while it is plugged in."""

    def __init__(self, server_host: str, server_port: int) -> None:
        """`server_host` and `server_port` are where the server listens."""
        self._server = (server_host, server_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._plugged = True
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        """The address that a desk at this end of the cable uses for the server."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def pull(self) -> None:
        """Cut every connection; new ones are refused at once, as by a machine without a network."""
        with self._lock:
            self._plugged = False
            for end in self._open:
                _shut(end)

    def plug_in(self) -> None:
        """From now on connections go through again."""
        with self._lock:
            self._plugged = True

    def close(self) -> None:
        """Take the cable away and wait for its threads."""
        self.pull()
        _shut(self._listener)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Cable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="cable", daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = self._reach_server()
            if far is None:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            self._start(self._pass_on, near, far)
            self._start(self._pass_on, far, near)

    def _reach_server(self) -> socket.socket | None:
        with self._lock:
            if not self._plugged:
                return None
        try:
            return socket.create_connection(self._server)
        except OSError:
            return None

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                target.sendall(data)
        with self._lock:
            for end in (source, target):
                _shut(end)
                if end in self._open:
                    self._open.discard(end)
                else:
                    end.close()


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
