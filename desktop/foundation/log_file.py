"""The log's file, which never gets in the way of the work: on a full disk it is silent until there is room again."""

from __future__ import annotations

import contextlib
import logging
import sys
from logging.handlers import RotatingFileHandler


class PatientLogFile(RotatingFileHandler):
    """A rotating file whose disk may be full or gone; what could not be written is tried with the next fact."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Nothing where the disk is at fault; else as the library does, for a fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        """Close the file, even when its last facts find no room."""
        with contextlib.suppress(OSError):
            super().close()
