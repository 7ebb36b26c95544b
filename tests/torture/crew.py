"""Several stations that send at once, each in a thread of its own, while something happens to the server."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from types import TracebackType

from tests.builders.server import SmallWorld
from tests.torture.courier import Courier

PATIENCE_SECONDS = 120


class Crew:
    """The couriers at work from entering to leaving; afterwards everything they made has been sent."""

    def __init__(self, urls: Sequence[str], world: SmallWorld, chance: random.Random, *, stations: int = 3) -> None:
        """The stations belong to both people of the showroom in turn; each begins with another of the urls."""
        people = (world.clerk, world.rep)
        self.couriers = [
            Courier(
                [*urls[number % len(urls) :], *urls[: number % len(urls)]],
                world,
                people[number % 2],
                world.showroom,
                random.Random(chance.getrandbits(32)),
            )
            for number in range(stations)
        ]
        self._stop = threading.Event()
        self._answered = threading.Condition()
        self._answers = 0
        self._threads = [
            threading.Thread(target=courier.work, args=(self._stop, self._note), name=f"courier {number}")
            for number, courier in enumerate(self.couriers)
        ]

    def wait_for_answers(self, more: int) -> bool:
        """Until the stations got so many more good answers; False when they do not for a long time."""
        with self._answered:
            wanted = self._answers + more
            return self._answered.wait_for(lambda: self._answers >= wanted, PATIENCE_SECONDS)

    def acknowledged(self) -> int:
        """How many operations were answered for."""
        return sum(len(courier.outcomes) for courier in self.couriers)

    def troubles(self) -> int:
        """How many requests got no good answer."""
        return sum(courier.troubles for courier in self.couriers)

    def _note(self) -> None:
        with self._answered:
            self._answers += 1
            self._answered.notify_all()

    def __enter__(self) -> Crew:
        for courier in self.couriers:
            courier.sign_in()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        for courier in self.couriers:
            if error is None:
                courier.send_all()
            courier.close()
