"""Who wrote a file: stations sign what leaves them, and the server certifies whose key it was.

A certificate holds without asking the server again, so that a file can be brought in where there is no network.
"""

import base64
from datetime import datetime

import msgspec

_CERTIFICATE = b"order-track certificate 1\0"
_OPERATIONS = b"order-track operations 1\0"


class StationCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What the server says about the key of a station, when a person signs in there."""

    station_id: str
    station_name: str
    person_id: str
    person_name: str
    organisation_ids: list[str]
    """For which the person worked then."""
    public_key: str
    issued_at: datetime


def new_signing_key() -> str:
    """A fresh private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return _text(Ed25519PrivateKey.generate().private_bytes_raw())


def public_key_of(private_key: str) -> str:
    """What others check signatures of this key with."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return _text(Ed25519PrivateKey.from_private_bytes(_bytes(private_key)).public_key().public_bytes_raw())


def is_public_key(text: str) -> bool:
    """Whether it may be one."""
    try:
        return len(_bytes(text)) == 32
    except ValueError:
        return False


def sign_operations(data: bytes, private_key: str) -> str:
    """The station's signature under a file of operations."""
    return _sign(_OPERATIONS + data, private_key)


def holds(signature: str, data: bytes, public_key: str) -> bool:
    """Whether the station with this key signed these operations."""
    return _holds(signature, _OPERATIONS + data, public_key)


def certify(certificate: StationCertificate, server_key: str) -> str:
    """The certificate as it travels, signed with the server's private key."""
    said = msgspec.json.encode(certificate)
    return f"{_text(said)}.{_sign(_CERTIFICATE + said, server_key)}"


def read_certificate(text: str, server_public_key: str) -> StationCertificate | None:
    """What the certificate says; None when it is not this server's, or was changed."""
    said, _, signature = text.partition(".")
    try:
        data = _bytes(said)
        if not _holds(signature, _CERTIFICATE + data, server_public_key):
            return None
        return msgspec.json.decode(data, type=StationCertificate)
    except (ValueError, msgspec.MsgspecError):
        return None


def _sign(data: bytes, private_key: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return _text(Ed25519PrivateKey.from_private_bytes(_bytes(private_key)).sign(data))


def _holds(signature: str, data: bytes, public_key: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public_key)).verify(_bytes(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
