"""The PIN: together with the keyring only, a few tries, and never instead of the password."""

from pathlib import Path

import pytest

from desktop.cache.key_file import KEY_FILE, derived, read_key_file, unwrap
from desktop.cache.keys import KeyRing
from desktop.cache.pin_slot import MOST_WRONG_PINS
from desktop.cache.wrong_tries import WrongTries
from shared_models.kernel.errors import DomainError
from tests.builders.key_holders import MemoryHolder

PASSWORD, PIN = "a long walk home", "402917"


class Desk:
    """A profile with a PIN, and a hand on its keyring and on the clock of its tries."""

    def __init__(self, profile: Path) -> None:
        self.holder = MemoryHolder()
        self.now = 0.0
        self.profile = profile
        self.tries = WrongTries(lambda: self.now)
        self.key = self.keys().create(PASSWORD).key
        self.keys().set_pin(self.key, PIN)

    def keys(self) -> KeyRing:
        """As the next start of the program finds them."""
        return KeyRing(self.profile, holders=[self.holder], tries=self.tries)

    def try_pin(self, pin: str) -> str:
        """`open`, or the code of the refusal; the delay between tries has passed."""
        self.now += 1000
        try:
            return "open" if self.keys().unlock_with_pin(pin).key == self.key else "another key"
        except DomainError as refusal:
            return refusal.code


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_pin_opens_a_locked_desk(desk: Desk) -> None:
    desk.keys().lock()
    assert desk.keys().unlock() is None
    assert desk.keys().has_pin
    assert desk.try_pin(PIN) == "open"


def test_the_pin_opens_nothing_without_the_keyring(desk: Desk) -> None:
    desk.holder.parts.clear()
    assert not desk.keys().has_pin
    assert desk.try_pin(PIN) == "pin_unavailable"
    assert desk.keys().unlock_with_password(PASSWORD).key == desk.key


def test_what_the_pin_alone_gives_does_not_unwrap_the_key(desk: Desk) -> None:
    slot = next(slot for slot in read_key_file(desk.profile / KEY_FILE).slots if slot.kind == "pin")
    assert unwrap(slot, derived(PIN, slot)) is None


def test_a_keyring_that_is_locked_for_a_moment_costs_neither_try_nor_pin(desk: Desk) -> None:
    desk.holder.works = False
    assert [desk.try_pin(PIN) for _ in range(MOST_WRONG_PINS + 1)] == ["pin_unavailable"] * (MOST_WRONG_PINS + 1)
    desk.holder.works = True
    assert desk.try_pin(PIN) == "open"


def test_after_the_last_wrong_pin_only_the_password_opens(desk: Desk) -> None:
    assert [desk.try_pin("402918") for _ in range(MOST_WRONG_PINS)] == ["wrong_pin"] * (MOST_WRONG_PINS - 1) + [
        "pin_gone"
    ]
    assert desk.try_pin(PIN) == "pin_gone"
    assert not any(slot.kind == "pin" for slot in read_key_file(desk.profile / KEY_FILE).slots)
    assert desk.keys().unlock_with_password(PASSWORD).key == desk.key


def test_an_older_copy_of_the_profile_wins_no_further_tries(desk: Desk) -> None:
    before = (desk.profile / KEY_FILE).read_bytes()
    for _ in range(MOST_WRONG_PINS):
        desk.try_pin("402918")
    (desk.profile / KEY_FILE).write_bytes(before)
    assert desk.try_pin(PIN) == "pin_unavailable"


def test_wrong_pins_alter_no_file_and_the_right_one_begins_the_count_anew(desk: Desk) -> None:
    before = (desk.profile / KEY_FILE).read_bytes()
    for _ in range(3):
        assert [desk.try_pin("402918") for _ in range(MOST_WRONG_PINS - 1)] == ["wrong_pin"] * (MOST_WRONG_PINS - 1)
        assert desk.try_pin(PIN) == "open"
    assert (desk.profile / KEY_FILE).read_bytes() == before


def test_wrong_pins_take_longer_and_longer(desk: Desk) -> None:
    for _ in range(3):
        with pytest.raises(DomainError, match="wrong"):
            desk.keys().unlock_with_pin("402918")
    with pytest.raises(DomainError, match="Wait 1 second "):
        desk.keys().unlock_with_pin(PIN)


def test_a_new_pin_replaces_the_old_one_and_its_part(desk: Desk) -> None:
    parts = set(desk.holder.parts)
    desk.keys().set_pin(desk.key, "830164")
    assert desk.try_pin(PIN) == "wrong_pin"
    assert desk.try_pin("830164") == "open"
    assert len(desk.holder.parts) == len(parts)


def test_a_pin_can_be_taken_away(desk: Desk) -> None:
    desk.keys().remove_pin()
    assert not desk.keys().has_pin
    assert desk.try_pin(PIN) == "pin_gone"


def test_after_the_lease_neither_keyring_nor_pin_opens(desk: Desk) -> None:
    desk.keys().lock_for_good()
    assert desk.keys().unlock() is None
    assert desk.try_pin(PIN) == "pin_gone"
    assert desk.holder.parts == {}


@pytest.mark.parametrize("pin", ["", "12345", "1234567890123", "40291x", "４０２９１７", "000000", "456789", "987654"])
def test_a_pin_that_is_too_short_or_too_easy_is_refused(desk: Desk, pin: str) -> None:
    with pytest.raises(DomainError) as refusal:
        desk.keys().set_pin(desk.key, pin)
    assert refusal.value.code == "pin_unfit"
    assert desk.try_pin(PIN) == "open"


def test_without_a_keyring_there_is_no_pin(tmp_path: Path) -> None:
    keys = KeyRing(tmp_path, holders=[MemoryHolder(works=False)])
    key = keys.create(PASSWORD).key
    with pytest.raises(DomainError, match="no keyring that works"):
        keys.set_pin(key, PIN)
