"""How often somebody may do something: so many times in a while, for each key; kept in memory, bounded."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from shared_models.kernel.clock import Clock
from sync_server.foundation.refusals import Refusal

MOST_REMEMBERED = 20_000


class Pace:
    """Counts by key; the count begins anew after `within`."""

    def __init__(self, clock: Clock, most: int, within: timedelta) -> None:
        """Nobody was here yet."""
        self._clock = clock
        self._most = most
        self._within = within
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def require_free(self, key: str) -> None:
        """Raises `Refusal("too_many_attempts")` while the key was counted too often."""
        now = self._clock.now()
        with self._lock:
            since, count = self._seen.get(key, (now, 0))
        left = (since + self._within - now).total_seconds()
        if count >= self._most and left > 0:
            seconds = int(-(-left // 1))
            raise Refusal(
                "too_many_attempts", f"That was too often; try again in {seconds} seconds.", retry_after_seconds=seconds
            )

    def count(self, key: str) -> None:
        """The key did it once more."""
        now = self._clock.now()
        with self._lock:
            since, count = self._seen.pop(key, (now, 0))
            self._seen[key] = (now, 1) if now - since >= self._within else (since, count + 1)
            while len(self._seen) > MOST_REMEMBERED:
                self._seen.popitem(last=False)

    def take(self, key: str) -> None:
        """Count it, unless it was too often already."""
        self.require_free(key)
        self.count(key)
