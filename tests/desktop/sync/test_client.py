"""What may answer in the server's place, and how a person reads of it: TLS, names, and answers without measure."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from desktop.sync.client import ServerClient, Trouble

Talk = Callable[[socket.socket], None]


@contextmanager
def listener(talk: Talk) -> Iterator[int]:
    """A port of this machine where `talk` has a word with whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    guest, _ = door.accept()
                except OSError:
                    return
                with guest:
                    guest.settimeout(10)
                    try:
                        talk(guest)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, name="listener")
        thread.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def trouble_at(url: str, *, trusted: Path | None = None) -> Trouble:
    """What a station hears when it asks there."""
    session = requests.Session()
    # The machine's own settings must not lead elsewhere.
    session.trust_env = False
    if trusted is not None:
        session.verify = str(trusted)
    with closing(ServerClient(url, "token", session=session)) as client, pytest.raises(Trouble) as trouble:
        client.list_streams()
    assert "verything is kept here" in trouble.value.sentence or "nothing is lost" in trouble.value.sentence
    return trouble.value


# --- TLS and names ---------------------------------------------------------------------------------------


class Authority:
    """Somebody who vouches for servers, whom a machine trusts or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Halloran Pryce test authority")])
        certificate = (
            self._builder(self._key.public_key(), self._name, datetime.now(UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, *, address: str = "127.0.0.1", since: timedelta = timedelta(0)) -> Talk:
        """A server that greets with a certificate for this address, which began to hold `since` ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "orders")])
        certificate = (
            self._builder(key.public_key(), name, datetime.now(UTC) - since)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self.folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)

        def talk(guest: socket.socket) -> None:
            with context.wrap_socket(guest, server_side=True) as safe:
                safe.recv(65536)
                safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]")

        return talk

    def _builder(self, key: ec.EllipticCurvePublicKey, subject: x509.Name, since: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since - timedelta(hours=1))
            .not_valid_after(since + timedelta(days=30))
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_a_trusted_server_is_heard(authority: Authority) -> None:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(authority.file)
    with (
        listener(authority.server()) as port,
        closing(ServerClient(f"https://127.0.0.1:{port}", session=session)) as client,
    ):
        assert client.list_streams() == []


def test_a_certificate_that_nobody_vouches_for_names_the_likely_cause(authority: Authority) -> None:
    with listener(authority.server()) as port:
        trouble = trouble_at(f"https://127.0.0.1:{port}")
    assert "does not trust the certificate of 127.0.0.1; perhaps this network looks into connections" in str(trouble)
    assert "Nothing was sent" in trouble.sentence


@pytest.mark.parametrize("since", [timedelta(days=60), timedelta(days=-60)], ids=["expired", "not valid yet"])
def test_a_certificate_out_of_its_time_points_to_the_clock(authority: Authority, since: timedelta) -> None:
    with listener(authority.server(since=since)) as port:
        trouble = trouble_at(f"https://127.0.0.1:{port}", trusted=authority.file)
    assert "does not hold today. If this machine's clock is wrong, set it" in trouble.sentence


def test_a_certificate_for_another_name_points_to_the_address(authority: Authority) -> None:
    with listener(authority.server(address="127.0.0.2")) as port:
        trouble = trouble_at(f"https://127.0.0.1:{port}", trusted=authority.file)
    assert "has a certificate for another name. Check the address" in trouble.sentence


def test_a_server_without_https_is_said_to_be_one() -> None:
    with listener(answer_with(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) as port:
        trouble = trouble_at(f"https://127.0.0.1:{port}")
    assert "does not answer in https. Check the address, and whether it begins with http." in trouble.sentence


def test_a_name_that_is_not_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    trouble = trouble_at("https://orders.halloran.example")
    assert trouble.kind == "offline"
    assert "The name orders.halloran.example is not known in this network." in trouble.sentence


# --- answers without measure -----------------------------------------------------------------------------


def answer_with(*pieces: bytes, again: int = 1) -> Talk:
    """Says the last piece over and over."""

    def talk(guest: socket.socket) -> None:
        guest.recv(65536)
        for piece in pieces[:-1]:
            guest.sendall(piece)
        for _ in range(again):
            guest.sendall(pieces[-1])

    return talk


def packed(body: bytes, *more: bytes) -> bytes:
    """An answer of the right kind that travels as gzip."""
    headers = [b"HTTP/1.1 200 OK", b"Content-Type: application/json", b"Content-Encoding: gzip", *more]
    return b"\r\n".join([*headers, b"Content-Length: " + str(len(body)).encode(), b"", body])


def test_an_answer_that_never_ends_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.sync.client.LARGEST_ANSWER_BYTES", 3_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n["
    with listener(answer_with(head, b" " * 65536, again=1_000_000)) as port:
        trouble = trouble_at(f"http://127.0.0.1:{port}")
    assert trouble.kind == "not_order_track"
    assert "would not end" in trouble.sentence


def test_an_answer_that_unfolds_without_measure_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.sync.client.LARGEST_ANSWER_BYTES", 3_000_000)
    bomb = gzip.compress(b"[" + b" " * 200_000_000, 1)
    with listener(answer_with(packed(bomb))) as port:
        assert "would not end" in trouble_at(f"http://127.0.0.1:{port}").sentence


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.sync.client.LONGEST_ANSWER_SECONDS", -1.0)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    with listener(answer_with(head, b"[]")) as port:
        assert trouble_at(f"http://127.0.0.1:{port}").kind == "slow"


@pytest.mark.parametrize("told", ["short", "whole"], ids=["the length is of what came", "the length is of all"])
def test_a_gzip_that_breaks_off_is_asked_again(told: str) -> None:
    body = gzip.compress(b"[" + b" " * 5000 + b"]")
    half = body[: len(body) // 2]
    length = len(half if told == "short" else body)
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: "
        + str(length).encode()
        + b"\r\n\r\n"
    )
    with listener(answer_with(head + half)) as port:
        trouble = trouble_at(f"http://127.0.0.1:{port}")
    assert trouble.kind in ("cut", "not_order_track")


def test_what_is_said_to_be_gzip_and_is_none_is_a_broken_answer() -> None:
    with listener(answer_with(packed(b"no gzip at all"))) as port:
        assert trouble_at(f"http://127.0.0.1:{port}").kind == "cut"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x01\x02",
        b"HTTP/1.1 999 odd\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["nothing", "noise", "odd status", "another protocol"],
)
def test_whatever_answers_there_is_a_sentence(answer: bytes) -> None:
    with listener(answer_with(answer)) as port:
        assert trouble_at(f"http://127.0.0.1:{port}").sentence
