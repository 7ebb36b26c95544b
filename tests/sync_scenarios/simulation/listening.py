"""Hears what the programs log; a warning that no history explains is a fault."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_EXPLAINED = (
    # Two requests at once, on purpose: the second one is told to come back.
    r"sync_server\.foundation\.faults: the database cannot do it now: database_(busy|away)",
)


class Listener(logging.Handler):
    """Keeps what was said from WARNING up."""

    def __init__(self) -> None:
        """Nothing was said."""
        super().__init__(logging.WARNING)
        self._heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """As in `logging`."""
        said = f"{record.name}: {record.getMessage()}"
        if record.exc_info is not None and record.exc_info[1] is not None:
            said += f" ({record.exc_info[1]!r})"
        self._heard.append(said)

    def unexpected(self) -> list[str]:
        """What nobody can explain; it is told once."""
        heard, self._heard = self._heard, []
        return [said for said in heard if not any(re.search(pattern, said) for pattern in _EXPLAINED)]


@contextmanager
def listening() -> Iterator[Listener]:
    """Both programs talk to the listener alone."""
    listener = Listener()
    loggers = [logging.getLogger(name) for name in ("desktop", "sync_server")]
    former = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(listener)
        logger.propagate = False
    try:
        yield listener
    finally:
        for logger, propagates in zip(loggers, former, strict=True):
            logger.removeHandler(listener)
            logger.propagate = propagates
