"""The key wrapped for the organisation: what the server keeps of it opens nothing without this station's file.

It is wrapped under the random number at the start of station.db, which never leaves the machine and lies there even
when the key file is lost. Who has only the disk lacks the wrapped key, who has only the server lacks the number.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from desktop.cache.key_file import KEY_BYTES, file_id_of, key_id_of, salt_of
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import RecoveryDeposit

_NONCE_BYTES = 12
_PURPOSE = b"order-track recovery 1"


def deposit_for(database: Path, key: bytes) -> RecoveryDeposit:
    """What the server is to keep for the organisation."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    wrapped = AESGCM(_wrapping_key(database)).encrypt(nonce, key, _PURPOSE)
    return RecoveryDeposit(
        file_id=file_id_of(database), key_id=key_id_of(key), wrapped=base64.b64encode(nonce + wrapped).decode()
    )


def recovered_key(database: Path, deposit: RecoveryDeposit) -> bytes:
    """The key of the file. Raises `DomainError("wrong_deposit")` when the deposit belongs to another file."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = base64.b64decode(deposit.wrapped, validate=True)
        key = AESGCM(_wrapping_key(database)).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _PURPOSE)
    except (InvalidTag, ValueError):
        key = b""
    if len(key) != KEY_BYTES or key_id_of(key) != deposit.key_id:
        raise DomainError("wrong_deposit", f"What the server keeps does not open {database.name}. Nothing was changed.")
    return key


def _wrapping_key(database: Path) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt=None, info=_PURPOSE).derive(salt_of(database))
