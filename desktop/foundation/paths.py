"""The profile folder, where a station keeps its files, and whether it is a safe place for them."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from desktop.foundation.papers_folder import papers_folder, sweep_papers

# Folder names that sync programs give their roots; files there are copied behind our back while open.
_SYNC_FOLDERS = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud")
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "afpfs", "webdav"})
_MAC_MOUNT = re.compile(r"^.* on (/.*) \((\w+).*\)$", re.MULTILINE)

LONGEST_WINDOWS_PATH = 259
LONGEST_NAME_IN_PROFILE = 90
"""Of a file below the profile's folder, its folders included; a line file with its log is the longest."""


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
    sweep_papers(papers_folder(paths.root))
    if os.name == "posix":
        paths.root.chmod(0o700)
    return paths


def folder_warning(folder: Path) -> str | None:
    """A sentence when `folder` lies where a program that copies files behind our back may get at it, else None."""
    for part in folder.expanduser().absolute().parts:
        if any(part.lower().startswith(name) for name in _SYNC_FOLDERS):
            return (
                f"The profile lies in “{part}”, which copies files while they are in use. "
                "Nothing is lost, but choose a folder outside of it with --profile."
            )
    return None


def why_no_profile(folder: Path, *, mounts: str | None = None) -> str | None:
    """The sentence that forbids `folder`: on a network drive the write-ahead log has no shared memory. None if fit.

    `mounts` is what the system says of its mounts (/proc/mounts, or `mount` on macOS), which is asked when not given.
    """
    if sentence := _too_long(folder.expanduser().absolute()):
        return sentence
    folder = Path(os.path.realpath(folder.expanduser()))
    if str(folder).startswith("\\\\") or _is_remote_drive(folder):
        return _network_sentence(str(folder))
    if mounts is None:
        mounts = _read_mounts()
    if mounts and _file_system_of(folder, mounts) in _NETWORK_FILE_SYSTEMS:
        return _network_sentence(str(folder))
    return None


def _too_long(folder: Path) -> str | None:
    """Windows opens no file whose whole path is longer, unless its administrator has allowed it."""
    room = LONGEST_WINDOWS_PATH - LONGEST_NAME_IN_PROFILE - 1
    if not _has_short_paths() or len(str(folder)) <= room:
        return None
    return (
        f"The profile's folder has a name of {len(str(folder))} characters, and Windows opens files there only up to "
        f"{room}. Nothing was made or changed; choose a shorter folder with --profile, or have your administrator "
        "switch on “Enable Win32 long paths”."
    )


def _network_sentence(place: str) -> str:
    return (
        f"The profile lies on a network drive ({place}). Two machines could write there at once, and what is saved "
        "could be lost, so it is not opened. Nothing was changed; choose a folder on this machine with --profile."
    )


if sys.platform == "win32":
    import ctypes

    _DRIVE_REMOTE = 4

    def _has_short_paths() -> bool:
        """Whether this system still has the old limit: Windows says so itself since 10, version 1607."""
        try:
            return not ctypes.WinDLL("ntdll").RtlAreLongPathsEnabled()
        except (AttributeError, OSError):
            return True

    def _is_remote_drive(folder: Path) -> bool:
        return bool(ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _DRIVE_REMOTE)

else:

    def _has_short_paths() -> bool:
        return False

    def _is_remote_drive(_folder: Path) -> bool:
        return False


def _read_mounts() -> str:
    if sys.platform == "darwin":
        import subprocess  # only where there is no file to read

        said = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False).stdout
        # "//dana@files/home on /Volumes/home (smbfs, nodev)" in the order of /proc/mounts.
        return _MAC_MOUNT.sub(lambda found: f"mac {found[1].replace(' ', chr(92) + '040')} {found[2]}", said)
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
        # A later mount on the same place covers the earlier one.
        if (point == folder or point in folder.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
