"""Key slots: a keyring is convenient, the password always works, and no wrong try changes anything."""

import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from desktop.cache.key_file import KEY_FILE
from desktop.cache.key_holders import LinuxKernelKeyring, SystemKeyring
from desktop.cache.keys import KeyRing
from desktop.cache.wrong_tries import WrongTries
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from tests.builders.key_holders import MemoryHolder

PASSWORD = "a long walk home"


def test_a_keyring_opens_the_profile_without_a_question(tmp_path: Path) -> None:
    holder = MemoryHolder()
    made = KeyRing(tmp_path, holders=[holder]).create(PASSWORD)
    opened = KeyRing(tmp_path, holders=[holder]).unlock()
    assert opened is not None
    assert (opened.key, opened.kind) == (made.key, "keyring")


def test_without_any_keyring_the_password_opens_it(tmp_path: Path) -> None:
    made = KeyRing(tmp_path, holders=[MemoryHolder(works=False)]).create(PASSWORD)
    keys = KeyRing(tmp_path, holders=[MemoryHolder(works=False)])
    assert keys.unlock() is None
    assert keys.unlock_with_password(PASSWORD).key == made.key


def test_an_emptied_keyring_falls_back_to_the_password_and_gets_its_part_again(tmp_path: Path) -> None:
    holder = MemoryHolder()
    made = KeyRing(tmp_path, holders=[holder]).create(PASSWORD)
    holder.parts.clear()
    keys = KeyRing(tmp_path, holders=[holder])
    assert keys.unlock() is None
    key = keys.unlock_with_password(PASSWORD).key
    assert keys.renew_held_slot(key) == "keyring"
    again = keys.unlock()
    assert again is not None
    assert again.key == made.key
    assert keys.unlock_with_password(PASSWORD).key == made.key


def test_a_locked_profile_opens_with_the_password_only_whatever_the_keyring_still_holds(tmp_path: Path) -> None:
    holder = MemoryHolder()
    made = KeyRing(tmp_path, holders=[holder]).create(PASSWORD)
    kept = dict(holder.parts)
    KeyRing(tmp_path, holders=[holder]).lock()
    assert holder.parts == {}
    holder.parts.update(kept)
    again = KeyRing(tmp_path, holders=[holder])
    assert again.unlock() is None
    assert again.unlock_with_password(PASSWORD).key == made.key


def test_renewing_leaves_no_old_part_in_the_keyring(tmp_path: Path) -> None:
    holder = MemoryHolder()
    keys = KeyRing(tmp_path, holders=[holder])
    key = keys.create(PASSWORD).key
    keys.renew_held_slot(key)
    assert len(holder.parts) == 1
    assert keys.unlock() is not None


def test_a_key_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    KeyRing(tmp_path, holders=[]).create(PASSWORD)
    file = tmp_path / KEY_FILE
    newer = file.read_text().replace('"format": 2', '"format": 3')
    file.write_text(newer)
    with pytest.raises(DomainError, match="newer Order-Track"):
        KeyRing(tmp_path, holders=[]).set_password(bytes(32), "another long walk")
    assert file.read_text() == newer


def test_forgetting_destroys_every_way_to_the_key_even_without_its_file(tmp_path: Path) -> None:
    holder = MemoryHolder()
    keys = KeyRing(tmp_path, holders=[holder])
    keys.set_pin(keys.create(PASSWORD).key, "402917")
    keys.forget()
    assert holder.parts == {}
    assert list(tmp_path.iterdir()) == []
    keys.forget()


def test_wrong_passwords_alter_no_file_and_take_longer_and_longer(tmp_path: Path) -> None:
    KeyRing(tmp_path, holders=[]).create(PASSWORD)
    now = [100.0]
    keys = KeyRing(tmp_path, holders=[], tries=WrongTries(lambda: now[0]))
    before = (tmp_path / KEY_FILE).read_bytes()
    for _ in range(3):
        with pytest.raises(DomainError, match=r"does not open the profile\. Nothing was changed"):
            keys.unlock_with_password("guess")
    with pytest.raises(DomainError, match="Wait 1 second "):
        keys.unlock_with_password(PASSWORD)
    now[0] += 1
    with pytest.raises(DomainError, match="does not open"):
        keys.unlock_with_password("another guess")
    with pytest.raises(DomainError, match="Wait 2 seconds"):
        keys.unlock_with_password(PASSWORD)
    now[0] += 2
    assert len(keys.unlock_with_password(PASSWORD).key) == 32
    assert (tmp_path / KEY_FILE).read_bytes() == before


def test_a_missing_key_file_is_said_and_nothing_is_made_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"keys\.json\) is missing. The data was not touched"):
        KeyRing(tmp_path, holders=[]).unlock()
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_key_file_is_said(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("{")
    with pytest.raises(DomainError, match=r"cannot be read\. Nothing was changed"):
        KeyRing(tmp_path, holders=[]).unlock_with_password(PASSWORD)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    KeyRing(tmp_path, holders=[]).create(PASSWORD)
    with pytest.raises(DomainError, match="has a key already"):
        KeyRing(tmp_path, holders=[]).create(PASSWORD)


def test_a_new_password_replaces_the_old_one(tmp_path: Path) -> None:
    keys = KeyRing(tmp_path, holders=[])
    key = keys.create(PASSWORD).key
    keys.set_password(key, "another long walk")
    assert keys.unlock_with_password("another long walk").key == key
    with pytest.raises(DomainError, match="does not open"):
        keys.unlock_with_password(PASSWORD)


def test_the_key_file_shows_neither_key_nor_password_and_is_private(tmp_path: Path) -> None:
    made = KeyRing(tmp_path, holders=[]).create(PASSWORD)
    content = (tmp_path / KEY_FILE).read_bytes()
    assert made.key.hex().encode() not in content
    assert PASSWORD.encode() not in content
    if sys.platform != "win32":
        assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0


class Forgetful(KeyringBackend):
    """Accepts everything and keeps nothing, under a harmless name."""

    priority = 1

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing."""

    def get_password(self, service: str, username: str) -> str | None:
        """Nothing."""
        return None

    def delete_password(self, service: str, username: str) -> None:
        """Nothing."""


class Honest(Forgetful):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.mark.parametrize("backend", [null.Keyring, fail.Keyring, Forgetful])
def test_a_keyring_that_keeps_nothing_is_not_used(backend: type[KeyringBackend]) -> None:
    former = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        assert not SystemKeyring().put("x", bytes(32))
        assert SystemKeyring().get("x") is None
    finally:
        keyring.set_keyring(former)


def test_a_real_keyring_holds_and_forgets() -> None:
    former = keyring.get_keyring()
    keyring.set_keyring(Honest())
    try:
        assert SystemKeyring().put("x", bytes(range(32)))
        assert SystemKeyring().get("x") == bytes(range(32))
        SystemKeyring().delete("x")
        assert SystemKeyring().get("x") is None
    finally:
        keyring.set_keyring(former)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Linux kernel's keyring is on Linux only")
def test_the_kernels_keyring_holds_for_another_process_and_forgets() -> None:
    import subprocess

    holder, name = LinuxKernelKeyring(), f"order-track-test:{new_id()}"
    if not holder.put(name, bytes(range(32))):
        pytest.skip("this sandbox forbids the kernel's keyring")
    try:
        ask = f"from desktop.cache.key_holders import LinuxKernelKeyring as L; print(L().get('{name}').hex())"
        told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=30)
        assert told.stdout.strip() == bytes(range(32)).hex()
    finally:
        holder.delete(name)
    assert holder.get(name) is None
