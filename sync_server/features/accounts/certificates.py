"""The server's word for stations' keys: certificates that stations check without asking again."""

import logging
import threading
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared_models.sync.certificates import StationCertificate, certify, public_key_of
from sync_server.foundation.secret_file import server_secret

logger = logging.getLogger(__name__)

_PURPOSE = b"order-track station certificates 1"


class Certified(NamedTuple):
    """A certificate, and the key by which this server's certificates are known; both empty when none can be given."""

    certificate: str = ""
    server_key: str = ""


class Certifier:
    """Signs with a key drawn from the server's secret file, which is made when first needed."""

    def __init__(self, secret_file: Path) -> None:
        """Nothing is read yet."""
        self._file = secret_file
        self._lock = threading.Lock()
        self._key = ""

    def certify(self, certificate: StationCertificate) -> Certified:
        """Sign it. Where the secret file can be neither read nor made, people get in all the same, uncertified."""
        try:
            key = self._private_key()
        except OSError as error:
            logger.warning("stations get no certificates: %s cannot be used (%s)", self._file, error.strerror)
            return Certified()
        return Certified(certify(certificate, key), public_key_of(key))

    def _private_key(self) -> str:
        with self._lock:
            if not self._key:
                drawn = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(server_secret(self._file))
                self._key = b64encode(drawn).decode()
            return self._key
