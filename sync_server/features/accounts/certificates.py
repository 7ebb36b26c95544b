"""The server's word for stations' keys: certificates that stations check without asking again."""

import logging
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared_models.sync.certificates import StationCertificate, certify, public_key_of
from sync_server.foundation.secret_file import SecretFile

logger = logging.getLogger(__name__)

_PURPOSE = b"order-track station certificates 1"


class Certified(NamedTuple):
    """A certificate, and the key by which this server's certificates are known; both empty when none can be given."""

    certificate: str = ""
    server_key: str = ""


class Certifier:
    """Signs with a key drawn from the server's newest secret."""

    def __init__(self, secret_file: Path) -> None:
        """Nothing is read yet."""
        self._file = secret_file
        self._secrets = SecretFile(secret_file)

    def certify(self, certificate: StationCertificate) -> Certified:
        """Sign it. Where the secret file can be neither read nor made, people get in all the same, uncertified."""
        try:
            secret = self._secrets.newest()
        except OSError as error:
            logger.warning("stations get no certificates: %s cannot be used (%s)", self._file, error.strerror)
            return Certified()
        key = b64encode(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret)).decode()
        return Certified(certify(certificate, key), public_key_of(key))
