"""Routes, assets, profile folders, logs and remembered views."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.foundation import paths
from desktop.foundation.assets import resource
from desktop.foundation.logs import LOG_FILE, catch_unexpected, report_unexpected, set_up_logs, without_secrets
from desktop.foundation.paths import folder_warning, open_profile, why_no_profile
from desktop.foundation.routes import Routes, UnknownRoute
from desktop.foundation.turns import take_short_turns
from desktop.foundation.view_state import ViewState
from shared_models.kernel.errors import DomainError


def test_a_route_opens_with_its_arguments() -> None:
    routes, opened = Routes(), list[dict[str, object]]()
    routes.register("sample_orders", lambda **arguments: opened.append(arguments))
    routes.open("sample_orders", item="1354.08")
    assert opened == [{"item": "1354.08"}]


def test_an_unknown_route_is_said_by_name() -> None:
    with pytest.raises(UnknownRoute, match="picking"):
        Routes().open("picking")


def test_shipped_fonts_are_found() -> None:
    assert resource("fonts", "DejaVuSans.ttf").stat().st_size > 100_000


def test_a_missing_resource_is_said_in_a_sentence() -> None:
    with pytest.raises(FileNotFoundError, match=r"resources/fonts/Nothing\.ttf is missing"):
        resource("fonts", "Nothing.ttf")


def test_a_profile_is_made_private_and_complete(tmp_path: Path) -> None:
    paths = open_profile(tmp_path / "deep" / "profile")
    assert paths.logs.is_dir()
    assert paths.scratch.is_dir()
    if sys.platform != "win32":
        assert paths.root.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["OneDrive - Harbour Textiles", "Dropbox", "Google Drive"])
def test_a_profile_inside_a_copying_folder_is_warned_of(tmp_path: Path, place: str) -> None:
    warning = folder_warning(tmp_path / place / "order-track")
    assert warning is not None
    assert place in warning
    assert "--profile" in warning


def test_a_profile_on_a_network_mount_is_refused_with_the_reason() -> None:
    mounts = "/dev/sda1 / ext4 rw 0 0\nfiles:/home /srv/shared\\040homes nfs4 rw 0 0\n"
    refusal = why_no_profile(Path("/srv/shared homes/dana"), mounts=mounts) or ""
    assert "network drive" in refusal
    assert "Nothing was changed" in refusal
    assert why_no_profile(Path("/srv/local/dana"), mounts=mounts) is None


def test_a_later_mount_on_the_same_place_counts() -> None:
    mounts = "files:/home /srv/home nfs4 rw 0 0\n/dev/sdb1 /srv/home ext4 rw 0 0\n"
    assert why_no_profile(Path("/srv/home/dana"), mounts=mounts) is None


@pytest.fixture
def log_folder(tmp_path: Path) -> Iterator[Path]:
    take_down = set_up_logs(tmp_path)
    yield tmp_path
    take_down()


def test_the_log_keeps_ids_and_blots_names_and_tokens(log_folder: Path) -> None:
    logging.getLogger("desktop.sync").info("operation %s for dana@harbour.example token=abcdef123456", "0197-af")
    text = (log_folder / LOG_FILE).read_text(encoding="utf-8")
    assert "operation 0197-af for [address] token=[hidden]" in text


def test_plain_words_are_left_as_they_are() -> None:
    assert without_secrets("2 keys held, 5 rows") == "2 keys held, 5 rows"


def test_an_exception_nobody_caught_is_logged_once_and_told_in_a_sentence(
    log_folder: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("ERROR desktop.unexpected: incident")
    told: list[str] = []
    undo = catch_unexpected(told.append)

    def broken() -> None:
        raise RuntimeError("bin 14 vanished")

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    undo()
    text = (log_folder / LOG_FILE).read_text(encoding="utf-8")
    assert text.count("RuntimeError: bin 14 vanished") == 1
    assert len(told) == 1
    assert "RuntimeError" not in told[0]


def test_remembered_views_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "view-state.json"
    state = ViewState(file)
    state.keep("window", {"page": "library"})
    state.save()
    assert ViewState(file).mapping("window") == {"page": "library"}


@pytest.mark.parametrize("damage", ["", "[1, 2]", "{", "\x00"])
def test_a_damaged_view_file_is_as_good_as_none(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "view-state.json"
    file.write_text(damage, encoding="utf-8")
    state = ViewState(file)
    assert state.mapping("window") == {}
    state.keep("page", "kits")
    state.save()
    assert json.loads(file.read_text(encoding="utf-8")) == {"page": "kits"}


def test_the_foundation_without_qt_stays_without_qt() -> None:
    names = ("changes", "jobs", "routes", "assets", "paths", "logs", "view_state")
    imports = "\n".join(f"import desktop.foundation.{name}" for name in names)
    script = f"{imports}\nimport sys\nassert not [name for name in sys.modules if name.startswith('PySide6')]"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])


def test_what_an_exception_quotes_does_not_reach_the_log(log_folder: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("ERROR desktop.unexpected: incident")
    # Out of the lines that raise: a traceback shows those, and there they are code.
    typed, sentence = "Paloma Winslow", "Copy 4471 is with Dana Weiss."
    try:
        try:
            raise KeyError(typed)
        except KeyError as error:
            raise DomainError("copy_lent", sentence) from error
    except DomainError as error:
        report_unexpected(error)
    text = (log_folder / LOG_FILE).read_text(encoding="utf-8")
    assert "Winslow" not in text
    assert "Weiss" not in text
    assert "KeyError" in text
    assert "DomainError (copy_lent)" in text
    assert "test_small_things.py" in text


def test_a_thread_that_computes_gives_way_before_a_frame_is_late() -> None:
    """Thirty statements of a check-out, each of which may have to wait once, take less than a frame more."""
    before = sys.getswitchinterval()
    try:
        take_short_turns()
        assert 30 * sys.getswitchinterval() < 0.016
    finally:
        sys.setswitchinterval(before)


def test_a_folder_too_long_for_windows_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long, short = tmp_path / ("x" * 180), tmp_path / "x"
    assert why_no_profile(long, mounts="") is None
    monkeypatch.setattr(paths, "_has_short_paths", lambda: True)
    refusal = why_no_profile(long, mounts="") or ""
    assert "choose a shorter folder with --profile" in refusal
    assert not long.exists()
    assert why_no_profile(short, mounts="") is None
