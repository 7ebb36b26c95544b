"""The composition root of background work: every chore of the server is named here."""

import logging

from shared_models.kernel.clock import Clock
from shared_models.kernel.messages import make_ready
from sync_server.features.mail.sending import mail_chore
from sync_server.features.sync.line_chore import line_chore
from sync_server.features.sync.sweep import sweep_tombstones
from sync_server.foundation.database import Database
from sync_server.foundation.tasks import Chore, Worker
from sync_server.settings import Settings

logger = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 6 * 3600.0


def create_worker(settings: Settings, database: Database, clock: Clock) -> Worker:
    """The worker with all chores; nothing runs before its `start`."""
    make_ready()
    return Worker(chores_of(settings, database, clock))


def chores_of(settings: Settings, database: Database, clock: Clock) -> list[Chore]:
    """What is done again and again, each in a thread of its own."""

    def sweep() -> bool:
        swept = database.write_unit(lambda connection: sweep_tombstones(connection, clock.now()))
        if swept:
            logger.info("%d tombstones swept", swept)
        return False

    return [
        Chore("sweep tombstones", SWEEP_EVERY_SECONDS, sweep),
        mail_chore(database, settings, clock),
        line_chore(database, settings),
    ]
