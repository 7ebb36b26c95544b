"""Where people wait who sign in: threads of their own, so that a flood of wrong passwords holds up nobody else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sync_server.foundation.refusals import Refusal

AT_ONCE = 2
LONGEST_QUEUE = 20
T = TypeVar("T")


class Lobby:
    """Two sign-ins at once and twenty waiting; used by the one event loop of a process.

    Each check takes 19 MiB and 26 ms. On the threads that answer everybody, waiting checks would leave none for sync.
    """

    def __init__(self) -> None:
        """Nobody waits; no thread runs yet."""
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sign-in")
        self._present = 0

    async def take_in(self, sign_in: Callable[[], T]) -> T:
        """What `sign_in` gives, once it was its turn. Raises `Refusal("sign_in_busy")` when too many wait already."""
        if self._present >= AT_ONCE + LONGEST_QUEUE:
            raise Refusal("sign_in_busy", "Too many people are signing in right now; try again.", retry_after_seconds=2)
        self._present += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, sign_in)
        finally:
            self._present -= 1

    def close(self) -> None:
        """Who is being checked is answered; the threads end."""
        self._threads.shutdown()
