"""Encrypts a finished SQLite file page by page as SQLCipher does, so that no row of it has to be read and written anew.

The pages must have `RESERVED_BYTES` free at their ends. A page becomes: its content in AES-256-CBC, the vector, and
the HMAC-SHA-256 of both with the page's number. The first 16 bytes of the file are the salt of the HMAC's key.
"""

from __future__ import annotations

import hashlib
import os
import struct
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from shared_models.catalogue.line_file_form import PAGE_BYTES, RESERVED_BYTES
from shared_models.kernel.errors import DomainError

_SALT_BYTES = 16
_VECTOR_BYTES = 16
_CONTENT_BYTES = PAGE_BYTES - RESERVED_BYTES
_SEALED_BYTES = _CONTENT_BYTES + _VECTOR_BYTES
_SALT_MASK = 0x3A
_HMAC_KEY_ROUNDS = 2
_PAGES_AT_ONCE = 256
_NUMBER = struct.Struct("<I")
_HEADER = b"SQLite format 3\0"


class PageCipher:
    """Takes a plain file piece by piece and writes it encrypted. Nothing plain is ever written.

    Many pages go through one call of AES-CBC: what the cipher makes of the free end of a page is as good as random
    and becomes the next page's vector.
    """

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        """`key` is the raw 256-bit key with which the file will be opened."""
        self._target = target
        salt = os.urandom(_SALT_BYTES)
        hmac_salt = bytes(byte ^ _SALT_MASK for byte in salt)
        hmac_key = hashlib.pbkdf2_hmac("sha512", key, hmac_salt, _HMAC_KEY_ROUNDS, len(key))
        self._seal = HMAC(hmac_key, SHA256())
        self._salt = salt
        self._key = key
        self._vector = os.urandom(_VECTOR_BYTES)
        self._chain: Any = Cipher(algorithms.AES(key), modes.CBC(self._vector)).encryptor()
        self._page = 0
        self._rest = b""
        self._room = bytearray(_PAGES_AT_ONCE * PAGE_BYTES + _VECTOR_BYTES)

    def write(self, plain: bytes) -> None:
        """The next piece of the plain file, of any length. Raises `DomainError("file_unreadable")`."""
        data = self._rest + plain if self._rest else plain
        whole = len(data) - len(data) % PAGE_BYTES
        view = memoryview(data)
        start = 0
        if whole and not self._page:
            self._first_page(bytes(view[:PAGE_BYTES]))
            start = PAGE_BYTES
        for at in range(start, whole, _PAGES_AT_ONCE * PAGE_BYTES):
            self._pages(view[at : min(whole, at + _PAGES_AT_ONCE * PAGE_BYTES)])
        self._rest = bytes(view[whole:])

    def finish(self) -> int:
        """The end of the plain file; gives its pages. Raises `DomainError("file_unreadable")` for half a page."""
        if self._rest or not self._page:
            raise _no_database()
        return self._page

    def _first_page(self, plain: bytes) -> None:
        """Its first 16 bytes, the same in every database, are not encrypted but give way to the salt."""
        if not plain.startswith(_HEADER) or plain[20] != RESERVED_BYTES:
            raise _no_database()
        vector = os.urandom(_VECTOR_BYTES)
        cipher: Any = Cipher(algorithms.AES(self._key), modes.CBC(vector)).encryptor()
        sealed = cipher.update(plain[_SALT_BYTES:_CONTENT_BYTES]) + vector
        self._page = 1
        seal = self._seal.copy()
        seal.update(sealed + _NUMBER.pack(self._page))
        self._target.write(self._salt + sealed + seal.finalize())

    def _pages(self, plain: memoryview) -> None:
        room = self._room
        length = self._chain.update_into(plain, room)
        view = memoryview(room)
        vector = self._vector
        for at in range(0, length, PAGE_BYTES):
            next_vector = bytes(view[at + PAGE_BYTES - _VECTOR_BYTES : at + PAGE_BYTES])
            room[at + _CONTENT_BYTES : at + _SEALED_BYTES] = vector
            self._page += 1
            # Where the seal goes, the page's number stands for a moment: then all that is sealed is one piece.
            _NUMBER.pack_into(room, at + _SEALED_BYTES, self._page)
            seal = self._seal.copy()
            seal.update(view[at : at + _SEALED_BYTES + _NUMBER.size])
            room[at + _SEALED_BYTES : at + PAGE_BYTES] = seal.finalize()
            vector = next_vector
        self._vector = vector
        self._target.write(view[:length])


def _no_database() -> DomainError:
    return DomainError("file_unreadable", "What was fetched is no line file; it is fetched again.")
