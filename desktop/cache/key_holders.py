"""Who may hold half of a profile's key between two starts: the system's keyring, or the Linux kernel's.

See docs/decisions/0012-keys-without-a-keyring.md for why the second one exists.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import logging
import platform
import sys
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

SERVICE = "Order-Track"
ANSWER_SECONDS = 5.0
"""How long the system's keyring may take: it may want to ask somebody who is not there."""
_REFUSED_BACKENDS = ("keyring.backends.null", "keyring.backends.fail", "keyrings.alt", "keyring.backends.chainer")

T = TypeVar("T")


class KeyHolder(Protocol):
    """Holds 32 bytes under a name. Nothing here ever raises for what the system does."""

    @property
    def kind(self) -> str:
        """The kind of slot."""
        ...

    def put(self, name: str, part: bytes) -> bool:
        """Hold `part`; False when it cannot, or cannot give it back."""
        ...

    def get(self, name: str) -> bytes | None:
        """What is held under the name, or None."""
        ...

    def delete(self, name: str) -> None:
        """Hold it no longer."""
        ...


class SystemKeyring:
    """The keyring of the operating system: Windows Credential Locker, macOS Keychain, Secret Service."""

    kind = "keyring"

    def __init__(self, answer_seconds: float = ANSWER_SECONDS) -> None:
        """`answer_seconds` is how long a call may take."""
        self._answer_seconds = answer_seconds

    def put(self, name: str, part: bytes) -> bool:
        """Hold it, and read it back: there are backends that accept everything and keep nothing."""

        def store() -> bool:
            import keyring

            if not _may_be_trusted():
                return False
            keyring.set_password(SERVICE, name, base64.b64encode(part).decode())
            return keyring.get_password(SERVICE, name) == base64.b64encode(part).decode()

        return self._within_time(store) or False

    def get(self, name: str) -> bytes | None:
        """What it holds; None when it is locked, emptied, replaced or does not answer."""

        def load() -> bytes | None:
            import keyring

            text = keyring.get_password(SERVICE, name) if _may_be_trusted() else None
            return base64.b64decode(text, validate=True) if text else None

        return self._within_time(load)

    def delete(self, name: str) -> None:
        """Forget it, if it was there."""

        def remove() -> None:
            import keyring

            if _may_be_trusted() and keyring.get_password(SERVICE, name) is not None:
                keyring.delete_password(SERVICE, name)

        self._within_time(remove)

    def _within_time(self, work: Callable[[], T]) -> T | None:
        """The result; None when it failed or took too long: a prompt that nobody sees must not hold the program."""
        result: list[T] = []

        def run() -> None:
            from keyring.errors import KeyringError

            try:
                result.append(work())
            except (KeyringError, binascii.Error, OSError, RuntimeError) as error:
                logging.getLogger(__name__).info("system keyring not usable: %s", type(error).__name__)

        thread = threading.Thread(target=run, name="system-keyring", daemon=True)
        thread.start()
        thread.join(self._answer_seconds)
        return result[0] if result else None


def _may_be_trusted() -> bool:
    """Whether the backend is a real one: some keep nothing, some keep it as plain text."""
    import keyring

    backend = keyring.get_keyring()
    # Several real keyrings come as a chain; one that keeps plain text among them spoils it.
    chained = list(getattr(backend, "backends", ())) or [backend]
    return not any(type(one).__module__.startswith(_REFUSED_BACKENDS) for one in chained)


_SYSTEM_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219)}
"""Numbers of add_key and keyctl on each machine."""
_USER_KEYRING = -4
_KEYCTL_SETPERM, _KEYCTL_UNLINK, _KEYCTL_SEARCH, _KEYCTL_READ, _KEYCTL_SET_TIMEOUT = 5, 9, 10, 11, 15
HELD_SECONDS = 14 * 24 * 3600
"""How long a station may go on without anybody giving the password; each use begins it anew."""
_OWNER_MAY_ALL = 0x3F3F0000


class LinuxKernelKeyring:
    """The Linux kernel's keyring of this user: in memory only, gone after a restart, never on the disk."""

    kind = "kernel"

    def __init__(self) -> None:
        """Usable on Linux only, and there unless a sandbox forbids the calls."""
        self._numbers = _SYSTEM_CALLS.get(platform.machine()) if sys.platform.startswith("linux") else None

    def put(self, name: str, part: bytes) -> bool:
        """Hold it, and read it back."""
        key = self._add_key(name, part)
        if key is None:
            return False
        # Another session of the same user must be able to read it: the station commands run in many.
        self._keyctl(_KEYCTL_SETPERM, key, _OWNER_MAY_ALL)
        # A user may hold few keys: those of profiles that nobody uses any more must go by themselves.
        self._keyctl(_KEYCTL_SET_TIMEOUT, key, HELD_SECONDS)
        return self.get(name) == part

    def get(self, name: str) -> bytes | None:
        """What it holds; None after a restart of the machine."""
        key = self._find(name)
        if key is None:
            return None
        self._keyctl(_KEYCTL_SET_TIMEOUT, key, HELD_SECONDS)
        room = ctypes.create_string_buffer(64)
        length = self._keyctl(_KEYCTL_READ, key, room, ctypes.c_size_t(len(room)))
        return room.raw[:length] if 0 < length <= len(room) else None

    def delete(self, name: str) -> None:
        """Forget it, if it was there."""
        key = self._find(name)
        if key is not None:
            self._keyctl(_KEYCTL_UNLINK, key, _USER_KEYRING)

    def _find(self, name: str) -> int | None:
        key = self._keyctl(_KEYCTL_SEARCH, _USER_KEYRING, b"user", name.encode(), 0)
        return key if key > 0 else None

    def _add_key(self, name: str, part: bytes) -> int | None:
        if self._numbers is None:
            return None
        key = _libc().syscall(
            ctypes.c_long(self._numbers[0]), b"user", name.encode(), part, ctypes.c_size_t(len(part)), _USER_KEYRING
        )
        return int(key) if key > 0 else None

    def _keyctl(self, operation: int, *arguments: object) -> int:
        if self._numbers is None:
            return -1
        return int(_libc().syscall(ctypes.c_long(self._numbers[1]), operation, *arguments))


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
