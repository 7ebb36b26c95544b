"""The worker's part in line files: what no server process has made yet, and what has become old."""

import logging
import time
from pathlib import Path

from sync_server.features.sync.line_keeper import LineKeeper
from sync_server.foundation.database import Database
from sync_server.foundation.refusals import StorageUnavailable
from sync_server.foundation.tasks import Chore
from sync_server.settings import Settings

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 2.0
SWEEP_EVERY_SECONDS = 3600.0


def keeper_of(database: Database, settings: Settings) -> LineKeeper:
    """The keeper of this server's files; every process of one server shares the folder."""
    return LineKeeper(database, Path(settings.data_dir) / "lines")


def line_chore(database: Database, settings: Settings) -> Chore:
    """Looks for lines whose files are behind; a line that cannot be made holds up no other."""
    keeper = keeper_of(database, settings)
    swept_at = time.monotonic()

    def tend() -> bool:
        nonlocal swept_at
        for line in keeper.lines_behind():
            try:
                keeper.tend(line)
            except StorageUnavailable:
                raise
            except Exception:
                logger.exception("the files of %s could not be made", line.stream)
        if time.monotonic() - swept_at > SWEEP_EVERY_SECONDS:
            keeper.sweep()
            swept_at = time.monotonic()
        return False

    return Chore("line files", LOOK_EVERY_SECONDS, tend)
