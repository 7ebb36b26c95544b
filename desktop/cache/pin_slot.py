"""The PIN: a short number that opens the profile only together with a keyring, and only for a few tries.

The keyring holds a random part; the key is wrapped under that part and the PIN together. The count of wrong tries
stands in the keyring as well, so that a copied profile cannot begin anew (docs/decisions/0013-keys-at-rest.md).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import blake2b

from desktop.cache.key_file import KEY_BYTES, KeySlot, derived, unwrap, with_salt, wrap
from desktop.cache.key_holders import KeyHolder
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id

SHORTEST_PIN, LONGEST_PIN = 6, 12
MOST_WRONG_PINS = 5
_DIGITS_UP, _DIGITS_DOWN = "01234567890123456789", "98765432109876543210"


def require_fit(pin: str) -> None:
    """Raises `DomainError("pin_unfit")` for what is no number of 6 to 12 digits, or one that anybody tries first."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise DomainError("pin_unfit", f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits and nothing else.")
    if len(set(pin)) == 1 or pin in _DIGITS_UP or pin in _DIGITS_DOWN:
        raise DomainError("pin_unfit", "This PIN is tried first by anybody. Choose digits in no order.")


def new_pin_slot(key: bytes, pin: str, holders: Sequence[KeyHolder]) -> KeySlot:
    """A slot for the PIN, its part given to the first keyring that keeps it.

    Raises `DomainError`: `pin_unfit`, `no_keyring` where no keyring works: a PIN alone protects nothing.
    """
    require_fit(pin)
    part, name = os.urandom(KEY_BYTES), f"order-track:{new_id()}"
    for holder in holders:
        if holder.put(name, part):
            slot = with_salt(KeySlot(kind="pin", name=name, held_by=holder.kind))
            return wrap(key, _both(pin, part, slot), slot)
    raise DomainError(
        "no_keyring", "This machine has no keyring that works, and a PIN alone protects nothing. Use the password."
    )


def is_usable(slot: KeySlot, holders: Sequence[KeyHolder]) -> bool:
    """Whether the keyring still has its part."""
    holder = _holder_of(slot, holders)
    return holder is not None and holder.get(slot.name) is not None


def open_pin_slot(slot: KeySlot, pin: str, holders: Sequence[KeyHolder]) -> bytes:
    """The key. Each try is counted before it is made; after the last wrong one the keyring's part is destroyed.

    Raises `DomainError`: `pin_unavailable` while the keyring does not answer, `wrong_pin` with `left` tries,
    `pin_gone` when it opens nothing any more.
    """
    holder = _holder_of(slot, holders)
    part = holder.get(slot.name) if holder is not None else None
    if holder is None or part is None or len(part) != KEY_BYTES:
        raise DomainError("pin_unavailable", "The keyring does not give the PIN's part. Your password opens this desk.")
    wrong = int.from_bytes(holder.get(_count_name(slot)) or b"", "big")
    if wrong < MOST_WRONG_PINS and not holder.put(_count_name(slot), bytes([wrong + 1])):
        raise DomainError("pin_unavailable", "The keyring cannot count this try. Your password opens this desk.")
    key = unwrap(slot, _both(pin, part, slot)) if wrong < MOST_WRONG_PINS else None
    if key is not None:
        holder.delete(_count_name(slot))
        return key
    left = MOST_WRONG_PINS - wrong - 1
    if left <= 0:
        destroy(slot, holders)
        raise DomainError(
            "pin_gone",
            f"The PIN was wrong {MOST_WRONG_PINS} times and is switched off. Your password opens this desk; "
            "then set a new PIN.",
        )
    tries = "One try is" if left == 1 else f"{left} tries are"
    raise DomainError("wrong_pin", f"This PIN is wrong. {tries} left; the password always opens.", left=left)


def destroy(slot: KeySlot, holders: Sequence[KeyHolder]) -> None:
    """Take the part out of its keyring: the PIN opens nothing any more."""
    holder = _holder_of(slot, holders)
    if holder is not None:
        holder.delete(slot.name)
        holder.delete(_count_name(slot))


def _holder_of(slot: KeySlot, holders: Sequence[KeyHolder]) -> KeyHolder | None:
    return next((holder for holder in holders if holder.kind == slot.held_by), None)


def _count_name(slot: KeySlot) -> str:
    return f"{slot.name}:wrong"


def _both(pin: str, part: bytes, slot: KeySlot) -> bytes:
    return blake2b(derived(pin, slot), key=part, digest_size=KEY_BYTES, person=b"order-track-pin").digest()
