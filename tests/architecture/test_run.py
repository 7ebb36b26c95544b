"""`run.py` as the person at the keyboard meets it: sentences, exit codes, and no work done twice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run
from tests.architecture.sources import ROOT

NO_SCREEN = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"), "")


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command() -> None:
    answer = call("--help")
    assert answer.returncode == 0
    assert all(f"\n  {name} " in answer.stdout for name in run.COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["serve"]])
def test_an_unknown_command_is_wrong_usage(arguments: list[str]) -> None:
    answer = call(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("python3 run.py COMMAND")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can be without a screen")
@pytest.mark.parametrize("command", ["demo", "desktop"])
def test_without_a_screen_the_way_without_one_is_named_before_anything_is_installed(command: str) -> None:
    answer = call(command, **NO_SCREEN)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "run.py demo --headless --out DIR" in answer.stderr


def test_check_refuses_arguments_instead_of_ignoring_them() -> None:
    answer = call("check", "tests/architecture")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "check takes no arguments; given: tests/architecture\n"


def test_torture_lists_what_there_is_and_refuses_what_there_is_not() -> None:
    listed = call("torture", "--help")
    assert listed.returncode == 0
    assert "\n  power_cut " in listed.stdout
    answer = call("torture", "spanish_inquisition")
    assert answer.returncode == 2
    assert "there is no torture spanish_inquisition; there are: power_cut" in answer.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere Qt brings all its libraries")
def test_a_library_that_does_not_load_is_asked_for_by_its_package() -> None:
    wanted = {"libc.so.6": "libc6", "libdrapery-0.so.7": "libdrapery7"}
    assert run.missing_libraries(wanted) == ["libdrapery7"]


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="the line to type is a Debian one")
def test_who_is_not_root_gets_the_one_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(run.Refused, match=r"sudo apt-get install --no-install-recommends -y libegl1 libgl1$"):
        run.install_system_packages(["libegl1", "libgl1"])


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="the line to type is a Debian one")
def test_tests_go_on_without_a_browser_that_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(run, "BROWSER_FOR_TESTS", {"no-such-program": "no-such-package"})
    monkeypatch.setenv(run.WITHOUT_BROWSER, "")
    run.get_browser_for_tests()
    assert "sudo apt-get install --no-install-recommends -y no-such-package" in capsys.readouterr().out
    assert os.environ[run.WITHOUT_BROWSER] == "1"
    monkeypatch.setenv(run.WITHOUT_BROWSER, "")
    monkeypatch.setattr(run, "BROWSER_FOR_TESTS", {"sh": "dash"})
    run.get_browser_for_tests()
    assert os.environ[run.WITHOUT_BROWSER] == ""


def test_a_changed_lock_is_installed_and_an_unchanged_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyproject.toml", *(lock.name for lock in ROOT.glob("requirements*.lock"))):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    before = run._fingerprint("dev")
    assert run._fingerprint("dev") == before
    with (tmp_path / "requirements-dev.lock").open("a", encoding="utf-8") as lock:
        lock.write("# another version\n")
    assert run._fingerprint("dev") != before


def test_every_entry_point_is_one_of_the_packages() -> None:
    for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("order-track"):
            module = line.split('"')[1].split(":")[0]
            assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), line
