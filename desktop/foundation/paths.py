"""The profile folder, where a station keeps its files, and whether it is a safe place for them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

# Folder names that sync programs give their roots; files there are copied behind our back while open.
_SYNC_FOLDERS = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud")
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "9p", "webdav"})


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """The places inside one profile. The folders exist when this came from `open_profile`."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """What the person chose, readable text, without secrets."""
        return self.root / "settings.toml"

    @property
    def view_state_file(self) -> Path:
        """Window places, column widths and the like; may be deleted at any time."""
        return self.root / "view-state.json"

    @property
    def logs(self) -> Path:
        """Rotating log files and crash notes."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """Files that can be made again, such as the tones."""
        return self.root / "scratch"


def default_profile_folder() -> Path:
    """The operating system's own place for this person's program data; not created yet."""
    from platformdirs import user_data_path  # costs import time that most starts with --profile never need

    return user_data_path("Order-Track", appauthor=False)


def open_profile(folder: Path | None = None) -> ProfilePaths:
    """Makes the profile's folders, private to this account, and returns the places in it.

    `folder` is the one the person named, else the default. Raises OSError when it cannot be made.
    """
    paths = ProfilePaths((folder or default_profile_folder()).expanduser().absolute())
    for place in (paths.root, paths.logs, paths.scratch):
        place.mkdir(parents=True, exist_ok=True)
    if os.name == "posix":
        paths.root.chmod(0o700)
    return paths


def folder_warning(folder: Path, *, mounts: str | None = None) -> str | None:
    """A sentence when `folder` lies where another program may copy or lock its files, else None.

    `mounts` is the text of /proc/mounts and is read from there on Linux when not given.
    """
    folder = folder.expanduser().absolute()
    for part in folder.parts:
        if any(part.lower().startswith(name) for name in _SYNC_FOLDERS):
            return (
                f"The profile lies in “{part}”, which copies files while they are in use. "
                "Nothing is lost, but choose a folder outside of it with --profile."
            )
    if str(folder).startswith("\\\\"):
        return _network_sentence(str(folder))
    if mounts is None and sys.platform.startswith("linux"):
        mounts = _read_mounts()
    if mounts and _file_system_of(folder, mounts) in _NETWORK_FILE_SYSTEMS:
        return _network_sentence(str(folder))
    return None


def _network_sentence(place: str) -> str:
    return (
        f"The profile lies on a network drive ({place}), where a saved scan cannot be guaranteed. "
        "Choose a folder on this machine with --profile."
    )


def _read_mounts() -> str:
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _file_system_of(folder: Path, mounts: str) -> str:
    """The file system type of the longest mount point that holds `folder`; "" when unknown."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if (point == folder or point in folder.parents) and len(point.parts) > best:
            best, kind = len(point.parts), fields[2]
    return kind
