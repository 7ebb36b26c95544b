"""The log of the program: rotating files in the profile, crash notes, and one door for what nobody expected."""

from __future__ import annotations

import faulthandler
import itertools
import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

LOG_FILE = "order-track.log"
CRASH_FILE = "crash.txt"
_LARGEST_FILE_BYTES = 2_000_000
_KEPT_FILES = 5

# Logs are facts with ids. This net is for what slips in by an error text of somebody else's library.
_MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_TOKEN = re.compile(r"(?i)\b(bearer|token|password|secret|key)(\s*[=:]?\s+|[=:])[\"']?[^\s\"',;]{6,}")

_incident_numbers = itertools.count(1)


def without_secrets(text: str) -> str:
    """`text` with mail addresses and what looks like a token blotted out."""
    return _TOKEN.sub(r"\1\2[hidden]", _MAIL_ADDRESS.sub("[address]", text))


class FactFormatter(logging.Formatter):
    """One line a fact: UTC time, level, area, words; a traceback follows on indented lines."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The whole record, blotted, with further lines indented so that one can see where a fact starts."""
        return without_secrets(super().format(record)).replace("\n", "\n    ")


def set_up_logs(folder: Path, level: int = logging.INFO) -> Callable[[], None]:
    """Writes the log into `folder` and crash notes beside it; returns what takes it all down again.

    Raises OSError when the folder cannot be written.
    """
    from logging.handlers import RotatingFileHandler  # pulls in sockets; only needed here

    handler = RotatingFileHandler(
        folder / LOG_FILE, maxBytes=_LARGEST_FILE_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(FactFormatter())
    root = logging.getLogger()
    former_level = root.level
    root.addHandler(handler)
    root.setLevel(level)
    crash_file = (folder / CRASH_FILE).open("a", encoding="utf-8")
    faulthandler.enable(crash_file)

    def take_down() -> None:
        root.removeHandler(handler)
        root.setLevel(former_level)
        handler.close()
        faulthandler.disable()
        crash_file.close()

    return take_down


def catch_unexpected(tell: Callable[[str], None]) -> Callable[[], None]:
    """Sends every exception that nobody caught to the log, once, and a sentence to `tell`; returns the undo.

    `tell` is called in the thread of the fault; a window must hand it to its own thread.
    """
    former_sys, former_thread = sys.excepthook, threading.excepthook

    def on_exception(kind: type[BaseException], error: BaseException, traceback: TracebackType | None = None) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)):
            former_sys(kind, error, traceback)
            return
        tell(report_unexpected(error, traceback))

    def on_thread_exception(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = on_exception
    threading.excepthook = on_thread_exception

    def undo() -> None:
        sys.excepthook, threading.excepthook = former_sys, former_thread

    return undo


def report_unexpected(error: BaseException, traceback: TracebackType | None = None) -> str:
    """Logs a fault of ours with a number, and returns the sentence for the person in front of it."""
    number = f"{time.strftime('%d%H%M', time.gmtime())}-{next(_incident_numbers)}"
    logging.getLogger("desktop.unexpected").error(
        "incident %s", number, exc_info=(type(error), error, traceback or error.__traceback__)
    )
    return (
        f"Something went wrong that should not (note {number} in the log). "
        "What was saved is safe; try again, and tell us the note if it happens again."
    )
