"""Keeps the files of all lines in step with the database: patches at once, whole files in the background.

Any number of processes may keep the same folder: every step holds the folder's lock, which the system lets go of when
a builder is killed, and leaves what there is in place until the new is whole.
"""

import logging
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec
import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import Connection, select

from shared_models.catalogue.line_file_form import FORM
from shared_models.kernel.errors import DomainError
from shared_models.sync.checksums import checksum_text
from shared_models.sync.line_manifest import LineManifest, Patch
from shared_models.sync.line_parts import ROWS_A_PART, pack, unpack
from sync_server.features.sync.history import history_id
from sync_server.features.sync.line_folder import LineFolder
from sync_server.features.sync.line_patches import blocks_of, merged
from sync_server.features.sync.line_rows import LineStream, changed_rows, line_stream
from sync_server.features.sync.line_snapshot import Made, make_snapshot
from sync_server.features.sync.line_work import RowChange, WorkFile, WorkState
from sync_server.features.sync.pages import floor_of
from sync_server.features.sync.stream_log import Head, read_heads
from sync_server.features.sync.tables import STREAM_HEADS
from sync_server.foundation.database import Database

logger = logging.getLogger(__name__)

LOCK_SECONDS = 60.0
SMALLEST_REBUILD_BYTES = 64 * 1024
"""Patches that come to less than this are no reason to make a small file anew."""
REBUILD_SHARE = 0.1
"""A file is made anew when its patches exceed this share of it."""
KEPT_PATCH_SHARE = 0.5
"""Patches older than the file are kept up to this share of it: for stations that have not been here for a while."""
MERGE_BYTES = 1_000_000

Advanced = Literal["current", "needs_filling", "busy"]


class LineKeeper:
    """Makes patches, work files and snapshots of the lines of one database in one folder."""

    def __init__(self, database: Database, root: Path) -> None:
        """`root` is made when there is something to keep in it."""
        self._database = database
        self._root = root

    def folder(self, line: LineStream) -> LineFolder:
        """Where the files of a line are."""
        return LineFolder(self._root, line)

    def manifest(self, line: LineStream, history: str) -> LineManifest | None:
        """What there is of this history in this form; None when everything must be made."""
        manifest = self.folder(line).manifest()
        is_fit = manifest is not None and manifest.history_id == history and manifest.snapshot is not None
        return manifest if is_fit and manifest and manifest.snapshot and manifest.snapshot.form == FORM else None

    def lines_behind(self) -> list[LineStream]:
        """The lines whose files do not reach their heads, or that should be made anew."""
        with self._database.reading() as connection:
            history = history_id(connection)
            heads = connection.execute(
                select(STREAM_HEADS.c.stream, STREAM_HEADS.c.head).where(STREAM_HEADS.c.stream.like("line:%"))
            ).all()
        found: list[LineStream] = []
        for stream, head in heads:
            line = line_stream(stream)
            if line is None or head == 0:
                continue
            manifest = self.manifest(line, history)
            if manifest is None or manifest.upto < head or rebuild_is_due(manifest):
                found.append(line)
        return found

    def tend(self, line: LineStream) -> None:
        """Bring the line's files to its head, make the snapshot anew when that is due, remove what nobody needs."""
        folder = self.folder(line)
        if self.advance(line) == "needs_filling":
            self._begin(folder)
        self.join_patches(line)
        with self._database.reading() as connection:
            history = history_id(connection)
        manifest = self.manifest(line, history)
        if manifest is not None and rebuild_is_due(manifest):
            self._rebuild(folder)
        folder.sweep()

    def sweep(self) -> int:
        """Remove from every folder what nobody needs any more; gives how many files."""
        with self._database.reading() as connection:
            streams = connection.execute(
                select(STREAM_HEADS.c.stream).where(STREAM_HEADS.c.stream.like("line:%"))
            ).scalars()
            lines = [line for stream in streams if (line := line_stream(stream)) is not None]
        return sum(self.folder(line).sweep() for line in lines)

    def advance(
        self, line: LineStream, *, wait_seconds: float = LOCK_SECONDS, published: Callable[[], None] = lambda: None
    ) -> Advanced:
        """Make the patches that lead to the stream's head; `busy` when another builder does it for too long.

        `published` is called as soon as stations can have them; the work file follows after that.
        """
        folder = self.folder(line)
        with folder.patching() as lock:
            if not lock.acquire(wait_seconds=wait_seconds):
                return "busy"
            with self._database.reading() as connection:
                manifest = self.manifest(line, history_id(connection))
                head = read_heads(connection, [line.stream])[line.stream]
                if manifest is None:
                    return "needs_filling"
                if manifest.upto >= head.head:
                    return "current"
                return self._patched(folder, manifest, connection, head, published)

    # --- patches -----------------------------------------------------------------------------------------

    def _patched(
        self,
        folder: LineFolder,
        manifest: LineManifest,
        connection: Connection,
        head: Head,
        published: Callable[[], None],
    ) -> Advanced:
        if manifest.upto < floor_of(connection, folder.line.stream):
            # What left the stream meanwhile has been forgotten here.
            return "needs_filling"
        try:
            work = WorkFile(folder.work, folder.line.shape)
        except sqlite.DatabaseError as error:
            logger.warning("the work file of %s cannot be read and is made anew: %s", folder.line.stream, error)
            return "needs_filling"
        with closing(work):
            state = work.state()
            if (state.position, state.history_id) != (manifest.upto, manifest.history_id):
                return "needs_filling"
            at = state.position
            while at < head.head:
                moved = changed_rows(connection, folder.line, at, head.head, ROWS_A_PART)
                at = moved[-1].position if len(moved) == ROWS_A_PART else head.head
                changes = work.changes(moved)
                after = work.state_after(changes, at)
                if at == head.head and not _agree(after, head):
                    logger.error("the files of %s differ from its rows and are made anew", folder.line.stream)
                    return "needs_filling"
                manifest = _with_patch(folder, manifest, changes, after)
                if at == head.head:
                    published()
                # Stations need not wait for this.
                work.take_over(changes, after)
        return "current"

    def join_patches(self, line: LineStream) -> None:
        """Join the newest patches while the one before is not much larger, so that many small ones stay few."""
        folder = self.folder(line)
        with folder.patching() as lock:
            manifest = folder.manifest()
            if manifest is None or not lock.acquire():
                return
            manifest = folder.manifest() or manifest
            patches = _joined(folder, list(manifest.patches))
            if len(patches) < len(manifest.patches):
                folder.publish(msgspec.structs.replace(manifest, patches=tuple(patches)))

    # --- whole files -------------------------------------------------------------------------------------

    def _begin(self, folder: LineFolder) -> None:
        """Make everything from the database: the work file, then the snapshot."""
        with folder.rebuilding() as rebuilding:
            if not rebuilding.acquire():
                return
            with folder.patching() as patching:
                if not patching.acquire(wait_seconds=LOCK_SECONDS):
                    return
                with self._database.reading() as connection:
                    history = history_id(connection)
                    head = read_heads(connection, [folder.line.stream])[folder.line.stream]
                    path = folder.scratch("work")
                    WorkFile.make(path, connection, folder.line, head, history)
                for ending in ("-wal", "-shm"):
                    folder.work.with_name(folder.work.name + ending).unlink(missing_ok=True)
                os.replace(path, folder.work)
                made = make_snapshot(folder)
                folder.publish(
                    LineManifest(
                        stream=folder.line.stream,
                        history_id=history,
                        snapshot=made.snapshot,
                        base=made.base,
                    )
                )
        logger.info("the files of %s were made at %d", folder.line.stream, made.snapshot.position)
        self.advance(folder.line)

    def _rebuild(self, folder: LineFolder) -> None:
        """Make the snapshot anew from the work file; patches go on meanwhile."""
        with folder.rebuilding() as rebuilding:
            if not rebuilding.acquire():
                return
            made = make_snapshot(folder)
            with folder.patching() as patching:
                if not patching.acquire(wait_seconds=LOCK_SECONDS):
                    return
                manifest = folder.manifest()
                if manifest is None or manifest.history_id != made.history_id:
                    return
                folder.publish(_with_made(manifest, made))
        logger.info("the file of %s was made anew at %d", folder.line.stream, made.snapshot.position)


def rebuild_is_due(manifest: LineManifest) -> bool:
    """Whether the patches that follow the snapshot have grown too large for it."""
    snapshot = manifest.snapshot
    if snapshot is None:
        return True
    later = sum(patch.bytes for patch in manifest.patches if patch.upto > snapshot.position)
    return later > max(SMALLEST_REBUILD_BYTES, REBUILD_SHARE * snapshot.bytes)


def require_file(folder: LineFolder, digest: str) -> Path:
    """A file that a manifest named. Raises `DomainError("not_found")`."""
    is_name = len(digest) == 64 and all(character in "0123456789abcdef" for character in digest)
    path = folder.file(digest) if is_name else None
    if path is None:
        raise DomainError("not_found", "There is no such file here any more; ask for the manifest again.")
    return path


def _with_patch(folder: LineFolder, manifest: LineManifest, changes: list[RowChange], after: WorkState) -> LineManifest:
    """Publish one more patch."""
    file = folder.keep(pack(blocks_of(folder.line.shape, changes)))
    patch = Patch(
        digest=file.digest,
        bytes=file.bytes,
        after=manifest.upto,
        upto=after.position,
        changed=len(changes),
        rows=after.rows,
        checksum=checksum_text(after.checksum),
    )
    manifest = msgspec.structs.replace(manifest, patches=(*manifest.patches, patch))
    folder.publish(manifest)
    return manifest


def _joined(folder: LineFolder, patches: list[Patch]) -> list[Patch]:
    while len(patches) >= 2 and _are_to_join(*patches[-2:]):
        first, second = patches[-2:]
        files = [folder.file(one.digest) for one in (first, second)]
        said = [list(unpack(file.read_bytes())) for file in files if file is not None]
        if len(said) < len(files):
            break
        blocks = merged(folder.line.shape, *said)
        file = folder.keep(pack(blocks))
        patches[-2:] = [
            msgspec.structs.replace(
                second,
                digest=file.digest,
                bytes=file.bytes,
                after=first.after,
                changed=sum(len(block.steps) for block in blocks),
            )
        ]
    return patches


def _are_to_join(first: Patch, second: Patch) -> bool:
    return first.bytes < 2 * second.bytes and first.bytes + second.bytes < MERGE_BYTES


def _agree(state: WorkState, head: Head) -> bool:
    return (state.rows, checksum_text(state.checksum)) == (head.rows, checksum_text(head.checksum))


def _with_made(manifest: LineManifest, made: Made) -> LineManifest:
    """The new snapshot, and of the patches those that follow it and the newest of those before."""
    left = KEPT_PATCH_SHARE * made.snapshot.bytes
    kept: list[Patch] = []
    for patch in reversed(manifest.patches):
        if patch.upto <= made.snapshot.position:
            left -= patch.bytes
            if left < 0:
                break
        kept.append(patch)
    return msgspec.structs.replace(manifest, snapshot=made.snapshot, base=made.base, patches=tuple(kept[::-1]))
