"""The first look at a posted file: size, what it really is, encoding, line ends; then UTF-8 bytes to read on from."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from shared_models.kernel.errors import DomainError

CHUNK_BYTES = 1 << 20
MOST_BYTES = 100 << 20
"""Of one CSV file: 200,000 products with every column filled take 64 MiB."""

_UTF8_MARK = codecs.BOM_UTF8
_OTHER_THINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old or a locked Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"<", "a web page or an XML file"),
    (b"[", "a JSON array"),
)

Form = Literal["csv", "json_lines", "workbook", "x12"]
_WORKBOOK = b"PK\x03\x04"
_X12 = re.compile(rb"ISA[^A-Za-z0-9_ ]|(GS|ST)\*")
"""An interchange, or one whose ISA is missing."""


class Survey(NamedTuple):
    """What a file turned out to be. `sha256` is of the bytes as they were posted."""

    size: int
    sha256: str
    encoding: str
    ends_lines_with_cr: bool
    """Neither LF nor CRLF anywhere: old spreadsheet exports."""
    form: Form = "csv"


def survey(path: Path, most_bytes: int = MOST_BYTES) -> Survey:
    """Look through the file once, in pieces. Raises `DomainError` for what cannot be a feed file."""
    size = path.stat().st_size
    if size > most_bytes:
        raise file_too_large(most_bytes)
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(_WORKBOOK):
        return Survey(size, _sha256(path), "", False, "workbook")
    encoding = _marked_encoding(head)
    form = _form_of(head)
    look = _Look(encoding)
    for chunk in _chunks(path):
        look.take(chunk)
    if not look.has_content:
        raise DomainError("empty_file", "The file is empty. Nothing was changed; check the export and post it again.")
    return Survey(size, look.sha256.hexdigest(), look.settled_encoding(), look.has_cr and not look.has_lf, form)


def file_too_large(most_bytes: int) -> DomainError:
    """The refusal of a file that is larger than `most_bytes`."""
    return DomainError(
        "file_too_large",
        f"The file is larger than {most_bytes >> 20} MiB. Nothing was changed; post it in parts with mode delta, or "
        "ask the operator to raise the limit.",
        most_bytes=most_bytes,
    )


def as_utf8(path: Path, found: Survey, folder: Path) -> Path:
    """The file itself when it is UTF-8, else a copy in UTF-8 in `folder`. Raises `DomainError("encoding")`."""
    if found.encoding == "utf-8":
        return path
    copy = folder / "in-utf-8"
    decoder = codecs.getincrementaldecoder(found.encoding)()
    try:
        with copy.open("wb") as file:
            for chunk in _chunks(path):
                file.write(decoder.decode(chunk).encode())
            file.write(decoder.decode(b"", final=True).encode())
    except UnicodeError:
        raise DomainError(
            "encoding",
            f"The file says that it is {found.encoding.upper()}, but it is cut or damaged. Nothing was changed; "
            "save it as UTF-8 and post it again.",
        ) from None
    return copy


def _marked_encoding(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise DomainError("encoding", "The file is in UTF-32. Nothing was changed; save it as UTF-8 and post it again.")
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def _form_of(head: bytes) -> Form:
    start = head.removeprefix(_UTF8_MARK).lstrip()
    for sign, thing in _OTHER_THINGS:
        if start.startswith(sign):
            raise DomainError(
                "not_csv",
                f"This is {thing}, no CSV, Excel (.xlsx), JSON Lines or X12. Nothing was changed; save the data as CSV "
                "and post that.",
                looks_like=thing,
            )
    if _X12.match(start):
        return "x12"
    return "json_lines" if start.startswith(b"{") else "csv"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


class _Look:
    """What was seen so far of a file."""

    def __init__(self, marked: str | None) -> None:
        self.sha256 = hashlib.sha256()
        self.has_cr = self.has_lf = self.has_content = False
        self._encoding = marked
        self._decoder: codecs.IncrementalDecoder | None = None if marked else codecs.getincrementaldecoder("utf-8")()
        self._saw_utf8 = False
        self._lines = 0
        self._not_in_cp1252 = False

    def take(self, chunk: bytes) -> None:
        self.sha256.update(chunk)
        if self._encoding != "utf-16" and b"\0" in chunk:
            line = self._lines + chunk[: chunk.index(b"\0")].count(b"\n") + 1
            raise DomainError(
                "nul_in_file",
                f"Line {line} holds a NUL byte, which no text has. Nothing was changed; save the file as CSV in UTF-8 "
                "and post it again.",
                line=line,
            )
        self._check_utf8(chunk)
        if self._encoding == "cp1252":
            self._not_in_cp1252 = self._not_in_cp1252 or any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d")
        self.has_lf = self.has_lf or b"\n" in chunk
        self.has_cr = self.has_cr or b"\r" in chunk
        self.has_content = self.has_content or bool(chunk.removeprefix(_UTF8_MARK).strip(b" \t\r\n\0\xff\xfe"))
        self._lines += chunk.count(b"\n")

    def settled_encoding(self) -> str:
        if self._decoder is not None and self._encoding is None:
            self._check_utf8(b"", final=True)
        if self._encoding == "cp1252" and self._not_in_cp1252:
            return "iso-8859-1"
        return self._encoding or "utf-8"

    def _check_utf8(self, chunk: bytes, *, final: bool = False) -> None:
        if self._decoder is None:
            return
        try:
            self._saw_utf8 = not self._decoder.decode(chunk, final).isascii() or self._saw_utf8
        except UnicodeDecodeError as error:
            before: bytes = error.object[: error.start]
            if self._saw_utf8 or not before.isascii():
                line = self._lines + before.count(b"\n") + 1
                raise DomainError(
                    "encoding",
                    f"The file is UTF-8 up to line {line} and something else there. Nothing was changed; save it as "
                    "UTF-8 and post it again.",
                    line=line,
                ) from None
            self._encoding, self._decoder = "cp1252", None
