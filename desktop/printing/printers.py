"""The way to a printer: PDF through the system's print queues, ZPL raw to a label printer's port or its queue."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.foundation.papers_folder import sweep_papers
from desktop.printing.words import clean
from shared_models.kernel.errors import DomainError

ZPL_PORT = 9100
_SPOOLER_SECONDS = 20.0
_CLOSING_SECONDS = 2.0


class PrintingError(DomainError):
    """The paper did not leave; the sentence says what to look at. The document can be printed again."""


@dataclass(frozen=True)
class PrintQueue:
    """A queue of the system's spooler; `is_default` where the system prints when no queue is named."""

    name: str
    is_default: bool


def list_queues() -> tuple[PrintQueue, ...]:
    """The print queues of this computer, the default one first; empty when there is none.

    On Windows queues belong to the system's print dialog, so the list is empty there and `print_pdf` takes no queue.
    Raises `PrintingError` when the spooler cannot be asked.
    """
    if sys.platform == "win32":
        return ()
    listed = _run(["lpstat", "-e"], b"", none_is_fine=True)
    standard = _run(["lpstat", "-d"], b"", none_is_fine=True).rpartition(":")[2].strip()
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    return tuple(PrintQueue(name, name == standard) for name in sorted(names, key=lambda name: name != standard))


def print_pdf(pdf: bytes, *, title: str, folder: Path, media: str = "", queue: str = "", copies: int = 1) -> str:
    """Hand a PDF to a print queue at its true size; returns the spooler's name for the job.

    `media` is the sheet's name (`Paper.media` or `LabelLayout.media`), `queue` empty the system's default.
    True size matters: a spooler that scales an A5 ticket to A4 also scales its barcodes and moves labels.
    On Windows the file is given to the program that prints PDFs there, by way of `folder`, which must be private to
    this account; what lies there from earlier prints is deleted, and the answer is the file's path. Raises
    `PrintingError`.
    """
    if sys.platform == "win32":
        return _print_on_windows(pdf, folder, copies)
    options = ["-o", "print-scaling=none"]
    if media:
        options = ["-o", f"media={media}", *options]
    return _submit(pdf, title, queue, ["-n", str(copies), *options])


def print_zpl(zpl: bytes, *, title: str, queue: str) -> str:
    """Hand ZPL to the queue of a label printer, unchanged; returns the spooler's name for the job."""
    if sys.platform == "win32":
        raise PrintingError(
            "no_raw_queue",
            "Labels were not printed: on Windows label printers are reached by their network address. "
            "Enter the printer's address in the settings.",
        )
    return _submit(zpl, title, queue, ["-o", "raw"])


def send_zpl(zpl: bytes, host: str, *, port: int = ZPL_PORT, timeout_seconds: float = 10.0) -> None:
    """Write ZPL to a label printer on the network; raises `PrintingError` when it cannot be reached or stops taking it.

    Each step may take `timeout_seconds`.
    """
    try:
        with socket.create_connection((host, port), timeout=timeout_seconds) as connection:
            connection.sendall(zpl)
            connection.shutdown(socket.SHUT_WR)
            _wait_for_closing(connection)
    except TimeoutError as error:
        raise PrintingError(
            "printer_silent",
            f"The label printer at {host} did not take all of the labels within {timeout_seconds:g} seconds. "
            "Look whether it is out of labels or paused; print the missing ones again.",
            host=host,
        ) from error
    except (OSError, UnicodeError) as error:
        raise PrintingError(
            "printer_away",
            f"The label printer at {host} cannot be reached, so labels may be missing. "
            "Check that it is switched on and its address is right, then print again.",
            host=host,
        ) from error


def _wait_for_closing(connection: socket.socket) -> None:
    """Give the printer a moment to close: it does so after the last byte, but some print servers never do."""
    connection.settimeout(_CLOSING_SECONDS)
    with contextlib.suppress(TimeoutError):
        while connection.recv(4096):
            pass


def _submit(document: bytes, title: str, queue: str, options: Sequence[str]) -> str:
    """`lp` reads the document from its standard input, so no file with addresses is left on the disk."""
    if any(not sign.isprintable() for sign in queue):
        raise PrintingError(
            "no_such_queue", "The name of the print queue holds unprintable characters. Choose another queue."
        )
    to_queue = ["-d", queue] if queue else []
    said = _run(["lp", *to_queue, "-t", clean(title)[:120] or "Order-Track", *options], document)
    # "request id is Bench-12 (1 file(s))": the words may be translated, the job is the one with a dash and a number.
    for word in said.split():
        name, dash, number = word.rpartition("-")
        if name and dash and number.isdecimal():
            return word
    return said.strip()


def _run(command: Sequence[str], given: bytes, *, none_is_fine: bool = False) -> str:
    program = shutil.which(command[0])
    if program is None:
        raise PrintingError(
            "no_spooler",
            f"This computer has no print system (the command {command[0]} is missing), so nothing was printed. "
            "Install CUPS, or save the PDF and print it elsewhere.",
        )
    try:
        done = subprocess.run(
            [program, *command[1:]],
            input=given,
            capture_output=True,
            timeout=_SPOOLER_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise PrintingError(
            "spooler_silent",
            f"The print system did not answer within {_SPOOLER_SECONDS:g} seconds. "
            "Look at the print queue before you print again: the job may already be there.",
        ) from error
    except OSError as error:
        raise PrintingError("no_spooler", "The print system could not be started, so nothing was printed.") from error
    if done.returncode != 0 and not none_is_fine:
        reason = clean(done.stderr.decode(errors="replace")) or f"it ended with code {done.returncode}"
        raise PrintingError(
            "not_printed",
            f"The print system refused the document: {reason}. Nothing was printed. Choose another printer.",
        )
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def _print_on_windows(pdf: bytes, folder: Path, copies: int) -> str:
    """Give a file to the program registered for printing PDFs; it reads it later, so the file has to stay a while."""
    try:
        folder.mkdir(exist_ok=True)
        sweep_papers(folder)
        handle, path = tempfile.mkstemp(prefix="order-track-", suffix=".pdf", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(pdf)
    except OSError as error:
        raise PrintingError(
            "not_printed",
            "The document could not be written to the disk, so nothing was printed. "
            "Make room on the disk and print again.",
        ) from error
    try:
        if sys.platform == "win32":
            for _ in range(copies):
                os.startfile(path, "print")
    except OSError as error:
        raise PrintingError(
            "not_printed",
            "Windows has no program that prints PDF files, or it refused this one. "
            f"The document was kept as {path}: open it and print it there.",
            path=path,
        ) from error
    return path
