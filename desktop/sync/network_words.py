"""What is wrong with a connection, in a sentence: which name is unknown, and why a certificate is not accepted."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
import urllib3

_KEPT = "Everything is kept here and sent later."
_NOTHING_SENT = "Nothing was sent; everything is kept here."
_OUT_OF_DATE = frozenset({9, 10})
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and _CERT_HAS_EXPIRED."""
_OTHER_NAME = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH."""


def unsafe_sentence(error: requests.exceptions.SSLError, server_url: str) -> str:
    """Why the connection is not safe, and what to look at first."""
    host = urlsplit(server_url).hostname or server_url
    refused = next((one for one in _causes(error) if isinstance(one, ssl.SSLCertVerificationError)), None)
    if refused is None:
        return f"{host} does not answer in https. Check the address, and whether it begins with http. {_NOTHING_SENT}"
    if refused.verify_code in _OUT_OF_DATE:
        return (
            f"The certificate of {host} does not hold today. If this machine's clock is wrong, set it; else the "
            f"operator must renew it. {_NOTHING_SENT}"
        )
    if refused.verify_code in _OTHER_NAME:
        return (
            f"What answers at {host} has a certificate for another name. Check the address; if it is right, something "
            f"stands between this machine and the server. {_NOTHING_SENT}"
        )
    return (
        f"This machine does not trust the certificate of {host}; perhaps this network looks into connections. Ask "
        f"the operator. {_NOTHING_SENT}"
    )


def away_sentence(error: requests.exceptions.RequestException, server_url: str) -> str:
    """Why nobody answers at all."""
    if any(isinstance(one, urllib3.exceptions.NameResolutionError) for one in _causes(error)):
        host = urlsplit(server_url).hostname or server_url
        return f"The name {host} is not known in this network. Check the network and the address. {_KEPT}"
    return f"The server cannot be reached. {_KEPT}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it was made of, each once."""
    seen: set[int] = set()
    left: list[object] = [error]
    while left:
        one = left.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            left += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
