"""The log of the program: rotating files in the profile, crash notes, and one door for what nobody expected."""

from __future__ import annotations

import faulthandler
import itertools
import logging
import re
import sys
import threading
import time
import traceback
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


_SPEAK_OF_CODE = (AttributeError, ImportError, IndexError, MemoryError, NameError, RuntimeError, TypeError)
"""What these say is about the program, never about its data."""
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def _harmless(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f": {error.strerror}" if error.strerror else ""
    if isinstance(error, _SPEAK_OF_CODE) or type(error).__module__.startswith("sqlcipher3"):
        return f": {error}"
    code = getattr(error, "code", None)
    return f" ({code})" if isinstance(code, str) else ""


class FactFormatter(logging.Formatter):
    """One line a fact: UTC time, level, area, words; a traceback follows on indented lines."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's own name
        """The frames of the fault and its kind; its words only where they cannot hold a name or an address.

        What an exception says may quote what somebody typed: a designer's name in a refusal, a cell of a file.
        """
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            lines[:0] = [*traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}{_harmless(error)}\n"]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(["Traceback (most recent call last):\n", *lines]).rstrip()

    def format(self, record: logging.LogRecord) -> str:
        """The whole record, blotted, with further lines indented so that one can see where a fact starts."""
        # Another handler may have written the exception its own way, and the record keeps the first one.
        others, record.exc_text = record.exc_text, None
        try:
            return without_secrets(super().format(record)).replace("\n", "\n    ")
        finally:
            record.exc_text = others


def no_core_dumps() -> None:
    """A core dump would hold keys and customers' records in the clear: this process leaves none."""
    if sys.platform == "win32":
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def set_up_logs(folder: Path, level: int = logging.INFO) -> Callable[[], None]:
    """Writes the log into `folder` and crash notes beside it; returns what takes it all down again.

    Raises OSError when the folder cannot be written.
    """
    from desktop.foundation.log_file import PatientLogFile  # pulls in sockets; only needed here

    handler = PatientLogFile(
        folder / LOG_FILE, maxBytes=_LARGEST_FILE_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(FactFormatter())
    root = logging.getLogger()
    former_level = root.level
    root.addHandler(handler)
    root.setLevel(level)
    no_core_dumps()
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

    def on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None = None) -> None:
        if issubclass(kind, (KeyboardInterrupt, SystemExit)):
            former_sys(kind, error, trace)
            return
        tell(report_unexpected(error, trace))

    def on_thread_exception(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    sys.excepthook = on_exception
    threading.excepthook = on_thread_exception

    def undo() -> None:
        sys.excepthook, threading.excepthook = former_sys, former_thread

    return undo


def report_unexpected(error: BaseException, trace: TracebackType | None = None) -> str:
    """Logs a fault of ours with a number, and returns the sentence for the person in front of it."""
    number = f"{time.strftime('%d%H%M', time.gmtime())}-{next(_incident_numbers)}"
    logging.getLogger("desktop.unexpected").error(
        "incident %s", number, exc_info=(type(error), error, trace or error.__traceback__)
    )
    return (
        f"Something went wrong that should not (note {number} in the log). "
        "What was saved is safe; try again, and tell us the note if it happens again."
    )
