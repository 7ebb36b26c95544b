"""Where the files of one line stream lie on the server: a manifest, what it names, and the builders' own files.

A file is written under another name and moved into place when it is whole; one that no manifest names any more is
kept for those who are fetching it, then removed.
"""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from shared_models.kernel.file_lock import FileLock
from shared_models.sync.line_manifest import LineManifest, NamedFile
from sync_server.features.sync.line_rows import LineStream

KEPT_SECONDS = 24 * 3600.0
"""How long a file is kept that the manifest no longer names."""
_MANIFEST = "manifest.json"
_TRIES = 50
_PAUSE_SECONDS = 0.02
T = TypeVar("T")


class LineFolder:
    """The folder of one stream. Several processes may use it at once: who changes it holds `patching`."""

    def __init__(self, root: Path, line: LineStream) -> None:
        """`root` holds the folders of all streams; this one is made when missing."""
        self.line = line
        self.path = root / f"{line.distributor_id}-{line.shape.name}"
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def patching(self) -> FileLock:
        """Held while manifest and work file change: for a moment, or while the work file is filled."""
        return FileLock(self.path / "patching.lock")

    def rebuilding(self) -> FileLock:
        """Held by the one who makes a new snapshot; patches go on meanwhile."""
        return FileLock(self.path / "rebuilding.lock")

    @property
    def work(self) -> Path:
        """The rows as the last patch left them: what the next one is compared with."""
        return self.path / "work.db"

    def scratch(self, purpose: str) -> Path:
        """A name for something unfinished; what an earlier builder left there is removed."""
        path = self.path / f"{purpose}.new"
        for ending in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return path

    def manifest(self) -> LineManifest | None:
        """What there is; None when there is nothing, or nothing that can be read."""
        try:
            return msgspec.json.decode(_patiently((self.path / _MANIFEST).read_bytes), type=LineManifest)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def publish(self, manifest: LineManifest) -> None:
        """From here on, this is what there is. The caller holds `patching`."""
        before = self.manifest()
        body = msgspec.json.encode(manifest)
        self._written(lambda file: file.write(body), lambda: self.path / _MANIFEST)
        for digest in _named(before) - _named(manifest):
            # Its time of grace begins now.
            with suppress(FileNotFoundError):
                os.utime(self._place(digest))

    def keep(self, body: bytes) -> NamedFile:
        """Store a file under the digest of its bytes."""
        digest = sha256(body).hexdigest()
        self._written(lambda file: file.write(body), lambda: self._place(digest))
        return NamedFile(digest=digest, bytes=len(body))

    def keep_written(self, write: Callable[[BinaryIO], str]) -> NamedFile:
        """As `keep` for a file too large to be held: `write` writes it and gives its digest."""
        digest = ""

        def written(file: BinaryIO) -> None:
            nonlocal digest
            digest = write(file)

        path = self._written(written, lambda: self._place(digest))
        return NamedFile(digest=digest, bytes=path.stat().st_size)

    def file(self, digest: str) -> Path | None:
        """The file of that name, or None."""
        path = self._place(digest)
        return path if path.is_file() else None

    def sweep(self) -> int:
        """Remove what no manifest has named for a day, and what a killed builder left; gives how many files."""
        named = _named(self.manifest())
        gone = 0
        for path in self.path.iterdir():
            is_stray = path.suffix == ".part" or (path.suffix == ".zst" and path.stem not in named)
            if is_stray and time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _place(self, digest: str) -> Path:
        return self.path / f"{digest}.zst"

    def _written(self, write: Callable[[BinaryIO], object], place: Callable[[], Path]) -> Path:
        """Under another name first: nobody ever reads half a file, and two writers cannot mix."""
        handle, unfinished = tempfile.mkstemp(dir=self.path, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            path = place()
            _patiently(lambda: os.replace(unfinished, path))
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return path


def _patiently(move: Callable[[], T]) -> T:
    """Windows refuses for the moment that somebody else reads or replaces the same file."""
    for _ in range(_TRIES):
        try:
            return move()
        except PermissionError:
            time.sleep(_PAUSE_SECONDS)
    return move()


def _named(manifest: LineManifest | None) -> set[str]:
    if manifest is None:
        return set()
    named = {patch.digest for patch in manifest.patches}
    if manifest.snapshot is not None:
        named.add(manifest.snapshot.digest)
    if manifest.base is not None:
        named |= {part.digest for part in manifest.base.parts}
    return named
