"""Operations to bytes and back, for every version that was ever released.

The server reads old payloads by lifting them one version at a time; a station never rewrites a waiting operation.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Operation
from shared_models.sync.registry import OPERATIONS

Lift = Callable[[dict[str, Any]], dict[str, Any]]

LIFTS: dict[tuple[str, int], Lift] = {}
"""(name, version) to the function that makes the payload of the next version from it."""


def encode(operation: Operation) -> msgspec.Raw:
    """The payload as JSON, fields in their declared order."""
    return msgspec.Raw(msgspec.json.encode(operation))


def decode(name: str, version: int, payload: bytes | msgspec.Raw) -> Operation:
    """The operation from its wire form.

    Raises `DomainError`: `unknown_operation`, `newer_operation` (this program is older than the one that made it)
    or `malformed_operation`, which names the field.
    """
    kind = OPERATIONS.get(name)
    if kind is None:
        raise DomainError("unknown_operation", f"This version does not know the operation “{name}”.", name=name)
    if version > kind.VERSION:
        raise DomainError(
            "newer_operation",
            f"“{name}” was made by a newer program; please update this one.",
            version=version,
        )
    if b"\\u0000" in bytes(payload):
        # PostgreSQL stores no NUL in text; found here it is a refusal, found there it would be retried for ever.
        raise DomainError("malformed_operation", f"“{name}” cannot be read: it holds a NUL character.", name=name)
    try:
        if version == kind.VERSION:
            return msgspec.json.decode(payload, type=kind)
        fields = msgspec.json.decode(payload, type=dict[str, Any])
        for step in range(version, kind.VERSION):
            fields = LIFTS[name, step](fields)
        return msgspec.convert(fields, kind)
    except (msgspec.DecodeError, KeyError) as error:
        raise DomainError("malformed_operation", f"“{name}” cannot be read: {error}.", name=name) from None
