#!/usr/bin/env python3
"""The one list of commands of this repository; needs Python 3.11 or newer and nothing else.

Every command first brings `.venv` in line with the lock files, so that it works in a fresh clone on a bare
machine. What follows the command's name is handed on as it stands.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "order-track-stamp"

# Everything that mypy reads with the same strictness.
TYPED = ("shared_models", "desktop", "sync_server", "benchmarks", "tests", "run.py")

# What each command may need; a larger set also serves the commands that need a smaller one.
PACKAGE_SETS: Mapping[str, Sequence[str]] = {
    "run": ("requirements.lock",),
    "dev": ("requirements-dev.lock",),
    "build": ("requirements-dev.lock", "requirements-build.lock"),
}
SERVED_BY: Mapping[str, Sequence[str]] = {
    "run": ("run", "dev", "build"),
    "dev": ("dev", "build"),
    "build": ("build",),
}
TOOLS_LOCK = "requirements-tools.lock"

# The file Qt loads -> the Debian package that brings it. fonts-dejavu-core comes with libfontconfig1.
LIBRARIES_WITHOUT_SCREEN: Mapping[str, str] = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
LIBRARIES_FOR_WINDOWS: Mapping[str, str] = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

# The program the tests look for -> the Debian package that brings it.
BROWSER_FOR_TESTS: Mapping[str, str] = {"chromium": "chromium", "chromedriver": "chromium-driver"}
WITHOUT_BROWSER = "ORDER_TRACK_TESTS_WITHOUT_CHROMIUM"

NO_SCREEN = (
    "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open. "
    "To play the whole working day without one: python3 run.py demo --headless --out DIR"
)


class Refused(Exception):
    """The command cannot go on; its text is the sentence for the person at the keyboard."""


class WrongUsage(Refused):
    """The command was not given what it takes."""


# --- what is said ------------------------------------------------------------------------------------


def say(sentence: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(f"[run] {sentence}", flush=True)


# --- the machine -------------------------------------------------------------------------------------


def missing_libraries(wanted: Mapping[str, str]) -> list[str]:
    """The Debian packages whose library the loader does not find; empty off Linux."""
    return [package for library, package in wanted.items() if not _can_load(library)]


def _can_load(library: str) -> bool:
    if not sys.platform.startswith("linux"):
        return True
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_venv_package() -> list[str]:
    """Debian keeps the part of Python that makes virtual environments in a package of its own."""
    if importlib.util.find_spec("ensurepip") is not None:
        return []
    return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]


def install_system_packages(packages: Sequence[str]) -> None:
    """Install Debian packages when root; else refuse with the one line to type. Does nothing for none."""
    if not packages:
        return
    line = "apt-get install --no-install-recommends -y " + " ".join(packages)
    if shutil.which("apt-get") is None:
        raise Refused(
            "Some system libraries are missing. Install what your system calls these Debian packages, "
            f"then run the same command again: {' '.join(packages)}"
        )
    if not _is_root():
        raise Refused(f"Some system libraries are missing. Type this once: sudo {line}")
    say(f"installing system packages: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    waiting = ["-o", "DPkg::Lock::Timeout=120"]
    _quietly(["apt-get", *waiting, "update"], environment)
    _quietly(shlex.split(line)[:2] + waiting + shlex.split(line)[2:], environment)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def has_screen() -> bool:
    """True where a window can open, or where the caller chose a Qt platform by name."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


# --- the virtual environment -------------------------------------------------------------------------


def venv_program(name: str) -> Path:
    """Where a program of the virtual environment lies on this system."""
    if os.name == "nt":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def set_up(package_set: str, *, libraries: Mapping[str, str] = LIBRARIES_WITHOUT_SCREEN) -> Path:
    """Make the machine and `.venv` ready for a package set; returns the environment's Python.

    Installs only what the lock files name, each file checked against its hash, and only when the lock
    files, the interpreter or the place of this folder changed since the last time.
    """
    install_system_packages(missing_libraries(libraries))
    python = venv_program("python")
    if python.exists() and _stamped() in {_fingerprint(name) for name in SERVED_BY[package_set]}:
        return python
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    _make_venv(python)
    _install(python, PACKAGE_SETS[package_set])
    STAMP.write_text(_fingerprint(package_set), encoding="utf-8")
    say(f"ready after {time.monotonic() - started:.0f} s")
    return python


def _stamped() -> str:
    try:
        return STAMP.read_text(encoding="utf-8")
    except OSError:
        return ""


def _fingerprint(package_set: str) -> str:
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n".encode())
    for name in (TOOLS_LOCK, *PACKAGE_SETS[package_set]):
        digest.update((ROOT / name).read_bytes())
    digest.update(_project_table().encode())
    return f"{package_set} {digest.hexdigest()}\n"


def _project_table() -> str:
    """The part of pyproject.toml that decides which commands are installed."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return repr((project["build-system"], project["project"]["version"], project["project"]["scripts"]))


def _make_venv(python: Path) -> None:
    same = python.exists() and _answers_as_us(python)
    if same:
        return
    install_system_packages(missing_venv_package())
    say(f"making {VENV.name} with Python {platform.python_version()}")
    _quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _answers_as_us(python: Path) -> bool:
    with contextlib.suppress(OSError):
        asked = [str(python), "-c", "import pip, sys; print(sys.version, sys.base_prefix, sys.prefix)"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        return answer.stdout.strip() == f"{sys.version} {sys.base_prefix} {VENV}"
    return False


def _install(python: Path, locks: Sequence[str]) -> None:
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    say("installing the installer")
    _quietly([*pip, "--require-hashes", "-r", str(ROOT / TOOLS_LOCK)])
    names = [str(ROOT / lock) for lock in (*locks, TOOLS_LOCK)]
    say(f"installing {_count_pinned(locks)} packages from {' and '.join(locks)}")
    try:
        uv = [str(venv_program("uv")), "pip"]
        # Compiled once here, or every start of every program would compile its libraries again.
        _quietly([*uv, "sync", "--quiet", "--compile-bytecode", "--python", str(python), "--require-hashes", *names])
    except Refused as refusal:
        say(f"the fast installer gave up, taking pip instead: {str(refusal).splitlines()[-1]}")
        for name in names:
            _quietly([*pip, "--require-hashes", "-r", name])
    _quietly(
        [
            *pip,
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--config-settings",
            "editable_mode=compat",
            "-e",
            str(ROOT),
        ]
    )


def _count_pinned(locks: Iterable[str]) -> int:
    texts = [(ROOT / lock).read_text(encoding="utf-8") for lock in locks]
    return sum(line[0].isalnum() for text in texts for line in text.splitlines() if line)


def _quietly(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run to the end and say nothing unless it fails: then what it said last is part of the refusal."""
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise Refused(f"{command[0]} could not be started: {error.strerror}.") from error
    if done.returncode != 0:
        last = "\n".join(done.stdout.decode(errors="replace").strip().splitlines()[-15:])
        raise Refused(f"This did not work: {shlex.join(command)}\n{last}")


# --- the commands ------------------------------------------------------------------------------------


def demo(arguments: Sequence[str]) -> int:
    """Server with sample data and a signed-in desktop; with --headless --out DIR a whole day is played."""
    return _start_program("desktop.demo", arguments, shows_window="--headless" not in arguments)


def desktop(arguments: Sequence[str]) -> int:
    """The desktop program; `desktop station …` is the same station without a window."""
    return _start_program("desktop", arguments, shows_window=not {"station", "--help", "-h"} & set(arguments))


def server(arguments: Sequence[str]) -> int:
    """The server's commands: init, serve, organisation, person, module, feed, mail, status and more."""
    return _hand_over([str(set_up("run", libraries={})), "-m", "sync_server", *arguments])


def _start_program(module: str, arguments: Sequence[str], *, shows_window: bool) -> int:
    libraries = dict(LIBRARIES_WITHOUT_SCREEN)
    if shows_window and not {"--help", "-h"} & set(arguments):
        if not has_screen():
            raise Refused(NO_SCREEN)
        libraries.update(LIBRARIES_FOR_WINDOWS)
    return _hand_over([str(set_up("run", libraries=libraries)), "-m", module, *arguments])


def test(arguments: Sequence[str]) -> int:
    """Every test, or those named: `run.py test tests/shared_models -k lot`."""
    python = set_up("dev")
    if not arguments:
        get_browser_for_tests()
    os.chdir(ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return _hand_over([str(python), "-m", "pytest", *(arguments or _side_by_side())])


def get_browser_for_tests() -> None:
    """A browser for the tests of web pages, where it can be had without asking; else they are skipped and say so."""
    missing = [package for program, package in BROWSER_FOR_TESTS.items() if shutil.which(program) is None]
    try:
        install_system_packages(missing)
    except Refused as refusal:
        say(f"without a browser its tests are skipped. {str(refusal).splitlines()[-1]}")
        os.environ[WITHOUT_BROWSER] = "1"


def _side_by_side() -> list[str]:
    """How the whole suite runs: half of it waits for servers and windows, so one more at once than there are cores."""
    return ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]


def check(arguments: Sequence[str]) -> int:
    """Format, lint, types, import contracts, architecture tests; goes through all of them and says each."""
    _takes_nothing("check", arguments)
    python = str(set_up("dev"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    typed = [name for name in TYPED if (ROOT / name).exists()]
    steps = {
        "format": [str(venv_program("ruff")), "format", "--check", "--quiet", "."],
        "lint": [str(venv_program("ruff")), "check", "--quiet", "."],
        "types": [python, "-m", "mypy", "--no-error-summary", *typed],
        "imports": [str(venv_program("lint-imports")), "--no-logo"],
        "architecture": [python, "-m", "pytest", "-q", "tests/architecture"],
    }
    failed = [name for name, command in steps.items() if not _step_passes(name, command)]
    if failed:
        raise Refused(f"Not in order: {', '.join(failed)}. Each one's reasons stand above.")
    say("everything is in order")
    return 0


def _step_passes(name: str, command: Sequence[str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    passed = done.returncode == 0
    if not passed:
        sys.stdout.write(done.stdout.decode(errors="replace"))
    say(f"{name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - started:.1f} s)")
    return passed


def bench(arguments: Sequence[str]) -> int:
    """The benchmarks, or the one named; writes benchmarks/results.json."""
    python = set_up("dev")
    os.chdir(ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return _hand_over([str(python), "-m", "benchmarks", *arguments])


def torture(arguments: Sequence[str]) -> int:
    """Power cuts, kills and bad networks, or the one named: [NAME] [--long] [--times N] [--seed S]."""
    python = set_up("dev")
    os.chdir(ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return _hand_over([str(python), "-m", "tests.torture", *arguments])


def build(arguments: Sequence[str]) -> int:
    """The desktop program for this system, made from build.spec into dist/."""
    python = set_up("build")
    if sys.platform.startswith("linux") and shutil.which("objdump") is None:
        install_system_packages(["binutils"])
    os.chdir(ROOT)
    return _hand_over([str(python), "-m", "PyInstaller", "--noconfirm", *arguments, "build.spec"])


def lock(arguments: Sequence[str]) -> int:
    """Write the lock files anew from pyproject.toml; `lock --upgrade` also takes newer versions."""
    unknown = set(arguments) - {"--upgrade"}
    if unknown:
        raise WrongUsage(f"lock knows only --upgrade, not {' '.join(sorted(unknown))}.")
    set_up("dev")
    wanted = {
        "requirements.lock": ["pyproject.toml"],
        "requirements-dev.lock": ["pyproject.toml", "--extra", "dev", "-c", "requirements.lock"],
        TOOLS_LOCK: ["requirements-tools.in"],
        "requirements-build.lock": ["requirements-build.in", "-c", "requirements-dev.lock", "-c", TOOLS_LOCK],
    }
    style = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    for name, sources in wanted.items():
        say(f"writing {name}")
        command = [str(venv_program("uv")), "pip", "compile", "--quiet", "--no-annotate", "--no-header"]
        os.chdir(ROOT)
        _quietly([*command, *style, *arguments, *sources, "--output-file", name])
    return 0


def _takes_nothing(command: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise WrongUsage(f"{command} takes no arguments; given: {' '.join(arguments)}")


def _hand_over(command: Sequence[str]) -> int:
    """Become the command where the system can, so that signals and the exit code are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    # A day starts a dozen processes; without kept bytecode each of them would compile this program again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if os.name == "posix":
        os.execv(command[0], list(command))
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 130


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "desktop": desktop,
    "server": server,
    "test": test,
    "check": check,
    "bench": bench,
    "torture": torture,
    "build": build,
    "lock": lock,
}


def usage() -> str:
    """One line a command."""
    lines = [f"  {name:8} {(function.__doc__ or '').splitlines()[0]}" for name, function in COMMANDS.items()]
    return "\n".join(["python3 run.py COMMAND [ARGUMENTS]", "", *lines])


def main(arguments: Sequence[str]) -> int:
    """Exit codes: 0 done, 1 refused with a sentence on standard error, 2 wrong usage."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be told so in a sentence
        print(f"Order-Track needs Python 3.11 or newer; this is {platform.python_version()}.", file=sys.stderr)
        return 1
    if arguments and arguments[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    if not arguments or arguments[0] not in COMMANDS:
        print(usage(), file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2 if isinstance(refusal, WrongUsage) else 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
