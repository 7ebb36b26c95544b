"""The repository's own files as the architecture tests read them."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared_models", "desktop", "sync_server")
LEFT_OUT = {".git", ".venv", "build", "dist", "__pycache__"}
LEFT_OUT |= {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "order_track.egg-info"}


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the repository's root, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def package(self) -> str:
        return PurePosixPath(self.path).parts[0]

    def is_in(self, *folders: str) -> bool:
        """True when the file is one of these, or lies in one of these folders."""
        return any(self.path == folder or self.path.startswith(f"{folder}/") for folder in folders)


def modules(*folders: str) -> list[Module]:
    """Every Python file below these top folders, in order of path; a folder that is not there has none."""
    return [
        Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


def tracked_files() -> Iterator[Path]:
    """What git would hand to somebody else; without git, every file that no tool made."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        found = [ROOT / name for name in listed.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not LEFT_OUT & set(path.relative_to(ROOT).parts)]
    return (path for path in found if path.is_file())
