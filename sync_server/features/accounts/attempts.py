"""Back-off after failed sign-ins, for each account and for each address; kept in memory, bounded."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from shared_models.kernel.clock import Clock
from sync_server.foundation.refusals import Refusal

FREE_TRIES_ACCOUNT = 5
FREE_TRIES_ADDRESS = 30
"""More than for an account: a whole showroom may stand behind one address."""
LONGEST_WAIT_SECONDS = 900
FORGOTTEN_AFTER = timedelta(hours=1)
MOST_REMEMBERED = 20_000


class SignInAttempts:
    """Counts failures; after the free ones each further one doubles the wait, from 1 second up to 15 minutes."""

    def __init__(self, clock: Clock) -> None:
        """Nobody has failed yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], tuple[int, datetime]] = OrderedDict()

    def require_free(self, email: str, address: str) -> None:
        """Raises `Refusal("too_many_attempts")` while the account or the address has to wait."""
        now = self._clock.now()
        with self._lock:
            wait = max(self._wait(key, free, now) for key, free in _keys(email, address))
        if wait > 0:
            raise Refusal(
                "too_many_attempts",
                f"Too many wrong passwords; try again in {wait} seconds.",
                retry_after_seconds=wait,
            )

    def failed(self, email: str, address: str) -> None:
        """A sign-in failed."""
        now = self._clock.now()
        with self._lock:
            for key, _free in _keys(email, address):
                count, last = self._failures.pop(key, (0, now))
                self._failures[key] = (1 if now - last > FORGOTTEN_AFTER else count + 1, now)
            while len(self._failures) > MOST_REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, email: str) -> None:
        """The account's failures are forgotten; the address's are not, or one good account would free a sprayer."""
        with self._lock:
            self._failures.pop(("account", email), None)

    def _wait(self, key: tuple[str, str], free: int, now: datetime) -> int:
        count, last = self._failures.get(key, (0, now))
        if count < free:
            return 0
        seconds = min(LONGEST_WAIT_SECONDS, 2 ** min(count - free, 20))
        left = (last + timedelta(seconds=seconds) - now).total_seconds()
        return max(0, int(-(-left // 1)))


def _keys(email: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return ((("account", email), FREE_TRIES_ACCOUNT), (("address", address), FREE_TRIES_ADDRESS))
