"""Paper goes to the system's print queues and ZPL to a label printer's port, or a sentence says why it did not."""

import os
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.cache.keys import KeyRing
from desktop.foundation.papers_folder import papers_folder, sweep_papers
from desktop.foundation.paths import open_profile
from desktop.printing import printers
from desktop.printing.papers import Paper
from desktop.printing.printers import (
    PrintingError,
    PrintQueue,
    list_queues,
    print_pdf,
    print_zpl,
    send_zpl,
)
from desktop.sync.leaving import wipe

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="queues are CUPS's: Linux and macOS")

NOWHERE = Path("no paper goes through a folder here")

InstallCommand = Callable[[str, str], None]


@pytest.fixture
def spooler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallCommand:
    """Puts small real commands on an otherwise empty PATH; `$OUT` is a folder they may write to."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("OUT", str(tmp_path))

    def install(name: str, script: str) -> None:
        path = programs / name
        path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return install


RECORDING_LP = """for each in "$@"; do printf '%s\\n' "$each"; done > "$OUT/arguments"
cat > "$OUT/document"
echo 'request id is Bench-Laser-12 (0 file(s))'"""


def test_a_pdf_reaches_the_queue_whole_and_at_its_true_size(spooler: InstallCommand, tmp_path: Path) -> None:
    spooler("lp", RECORDING_LP)
    document = bytes(range(256)) * 4_000

    job = print_pdf(
        document, title="Ticket\nKRA-1042", media=Paper.A5.media, queue="Bench-Laser", copies=2, folder=NOWHERE
    )

    assert job == "Bench-Laser-12"
    assert (tmp_path / "document").read_bytes() == document
    assert (tmp_path / "arguments").read_text().splitlines() == [
        *("-d", "Bench-Laser"),
        *("-t", "Ticket KRA-1042"),
        *("-n", "2"),
        *("-o", "media=A5"),
        *("-o", "print-scaling=none"),
    ]


def test_without_a_queue_the_systems_own_default_is_used(spooler: InstallCommand, tmp_path: Path) -> None:
    spooler("lp", RECORDING_LP)

    print_pdf(b"%PDF", title="Ticket", folder=NOWHERE)

    assert "-d" not in (tmp_path / "arguments").read_text().splitlines()


def test_zpl_goes_to_a_label_queue_untouched(spooler: InstallCommand, tmp_path: Path) -> None:
    spooler("lp", RECORDING_LP)

    assert print_zpl(b"^XA^XZ", title="Labels", queue="Zebra") == "Bench-Laser-12"

    assert (tmp_path / "document").read_bytes() == b"^XA^XZ"
    assert (tmp_path / "arguments").read_text().splitlines()[-2:] == ["-o", "raw"]


def test_what_the_spooler_refuses_is_said_in_its_words(spooler: InstallCommand) -> None:
    spooler("lp", "cat > /dev/null; echo 'lp: The printer or class does not exist.' >&2; exit 1")

    with pytest.raises(PrintingError, match=r"refused the document: lp: The printer or class does not exist"):
        print_pdf(b"%PDF", title="Ticket", queue="Gone", folder=NOWHERE)


def test_a_computer_without_a_print_system_is_told_so(spooler: InstallCommand) -> None:
    with pytest.raises(PrintingError, match="has no print system"):
        print_pdf(b"%PDF", title="Ticket", folder=NOWHERE)
    with pytest.raises(PrintingError, match="has no print system"):
        list_queues()


def test_a_spooler_that_hangs_is_given_up(spooler: InstallCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    spooler("lp", "exec sleep 30")
    monkeypatch.setattr(printers, "_SPOOLER_SECONDS", 0.2)

    with pytest.raises(PrintingError, match=r"did not answer within 0\.2 seconds"):
        print_pdf(b"%PDF", title="Ticket", folder=NOWHERE)


def test_a_queue_name_with_control_characters_is_refused(spooler: InstallCommand) -> None:
    spooler("lp", RECORDING_LP)

    with pytest.raises(PrintingError, match="unprintable"):
        print_pdf(b"%PDF", title="Ticket", queue="Bench\nLaser", folder=NOWHERE)


def test_queues_are_listed_with_the_default_first(spooler: InstallCommand) -> None:
    spooler(
        "lpstat", 'case "$1" in -e) printf "Attic\\nBench\\n";; -d) echo "system default destination: Bench";; esac'
    )

    assert list_queues() == (PrintQueue("Bench", True), PrintQueue("Attic", False))


def test_no_queues_is_an_empty_list(spooler: InstallCommand) -> None:
    spooler("lpstat", "echo 'lpstat: No destinations added.' >&2; exit 1")

    assert list_queues() == ()


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The parts of Windows that printing asks for; what was handed to its shell, file and verb."""
    handed: list[tuple[str, str]] = []

    def start_file(path: str, verb: str) -> None:
        if b"refuse me" in Path(path).read_bytes():
            raise OSError("no application is associated")
        handed.append((path, verb))

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "startfile", start_file, raising=False)
    return handed


def test_on_windows_the_file_goes_to_the_program_that_prints_pdfs(
    windows: list[tuple[str, str]], tmp_path: Path
) -> None:
    path = print_pdf(b"%PDF ticket", title="Ticket", copies=2, folder=tmp_path)

    assert windows == [(path, "print"), (path, "print")]
    assert Path(path).read_bytes() == b"%PDF ticket"
    assert list_queues() == ()


def test_on_windows_a_refused_document_is_kept_and_named(windows: list[tuple[str, str]], tmp_path: Path) -> None:
    with pytest.raises(PrintingError, match="The document was kept as") as refused:
        print_pdf(b"%PDF refuse me", title="Ticket", folder=tmp_path)

    assert Path(str(refused.value.facts["path"])).read_bytes() == b"%PDF refuse me"
    assert windows == []


def test_on_windows_a_folder_that_cannot_be_written_is_told(windows: list[tuple[str, str]], tmp_path: Path) -> None:
    with pytest.raises(PrintingError, match="could not be written to the disk"):
        print_pdf(b"%PDF", title="Ticket", folder=tmp_path / "gone" / "papers")

    assert windows == []


def test_on_windows_the_papers_of_earlier_prints_are_deleted_and_the_newest_are_not(
    windows: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder = papers_folder(tmp_path)
    printed, waiting = (Path(print_pdf(b"%PDF", title="Ticket", folder=folder)) for _ in range(2))
    os.utime(printed, (0, 0))
    last = Path(print_pdf(b"%PDF", title="Ticket", folder=folder))
    assert set(folder.iterdir()) == {waiting, last}


def test_a_paper_that_is_still_open_elsewhere_goes_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = tmp_path / "order-track-1.pdf"
    paper.write_bytes(b"%PDF")

    def in_use(_paper: Path) -> None:
        raise PermissionError(13, "The process cannot access the file")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", in_use)
        sweep_papers(tmp_path, older_than_seconds=0.0)
    assert paper.exists()
    sweep_papers(tmp_path, older_than_seconds=0.0)
    assert not paper.exists()


def test_a_start_and_a_sign_out_leave_no_printed_paper(tmp_path: Path) -> None:
    folder = papers_folder(open_profile(tmp_path).root)
    folder.mkdir()
    old, new = folder / "order-track-old.pdf", folder / "order-track-new.pdf"
    for paper in (old, new):
        paper.write_bytes(b"%PDF with an address")
    os.utime(old, (0, 0))
    open_profile(tmp_path)
    assert set(folder.iterdir()) == {new}
    wipe(tmp_path, KeyRing(tmp_path, holders=()))
    assert list(folder.iterdir()) == []


def test_on_windows_a_label_queue_points_to_the_printers_address(windows: list[tuple[str, str]]) -> None:
    with pytest.raises(PrintingError, match="reached by their network address"):
        print_zpl(b"^XA^XZ", title="Labels", queue="Zebra")

    assert windows == []


@pytest.fixture
def label_printer() -> Iterator[tuple[int, list[bytes], threading.Thread]]:
    """A listener that takes one connection to its end and closes, as label printers do; its port and what it took."""
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                while piece := connection.recv(65_536):
                    taken.append(piece)

        listener = threading.Thread(target=take)
        listener.start()
        yield server.getsockname()[1], taken, listener
        listener.join(timeout=10)


def test_zpl_arrives_whole_at_the_printers_port(
    label_printer: tuple[int, list[bytes], threading.Thread],
) -> None:
    port, taken, listener = label_printer
    zpl = "^XA^FDΚυκλάδες^FS^XZ\n".encode() * 50_000

    send_zpl(zpl, "127.0.0.1", port=port)

    listener.join(timeout=10)
    assert b"".join(taken) == zpl


def test_a_printer_that_takes_nothing_is_reported_after_the_time_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as never_accepting:
        port = never_accepting.getsockname()[1]
        with pytest.raises(PrintingError, match=r"did not take all of the labels within 0\.2 seconds"):
            send_zpl(b"^XA" * 10_000_000, "127.0.0.1", port=port, timeout_seconds=0.2)


def test_a_printer_that_is_off_is_told_with_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(PrintingError, match=r"at 127\.0\.0\.1 cannot be reached") as refused:
        send_zpl(b"^XA^XZ", "127.0.0.1", port=port)

    assert refused.value.code == "printer_away"


def test_an_address_that_is_no_address_is_told_too() -> None:
    with pytest.raises(PrintingError, match="cannot be reached"):
        send_zpl(b"^XA^XZ", "." * 300)
