"""Which way a line gets to its head soonest: patches, the whole file, or its parts; sums only."""

from __future__ import annotations

from typing import Literal, NamedTuple

from shared_models.catalogue.line_file_form import FORM
from shared_models.sync.line_manifest import LineManifest, Patch

UNKNOWN_BYTES_PER_SECOND = 5_000_000.0
"""What a line is taken to carry before anything was measured."""
_SECONDS_A_FILE_BYTE = 1.5e-8
"""Unpacking, encrypting and looking through a finished file, for each byte of it unpacked."""
_SECONDS_A_PART_ROW = 1.5e-5
_SECONDS_A_PATCHED_ROW = 6e-5


class Way(NamedTuple):
    """How to get there: first `begin`, then the patches in their order."""

    begin: Literal["here", "snapshot", "base"]
    patches: tuple[Patch, ...]
    bytes: int
    """What has to come over the line."""
    seconds: float
    """About how long it takes."""


def best_way(manifest: LineManifest, position: int, bytes_per_second: float) -> Way | None:
    """The quickest way from `position` (0: there is no file) as far as the manifest leads; None when there is none."""
    ways = [way for way in _ways(manifest, position, bytes_per_second) if way is not None]
    return min(ways, key=lambda way: way.seconds, default=None)


def _ways(manifest: LineManifest, position: int, bytes_per_second: float) -> list[Way | None]:
    ways: list[Way | None] = []
    if position > 0:
        ways.append(_way("here", manifest, position, 0, 0.0, bytes_per_second))
    snapshot, base = manifest.snapshot, manifest.base
    if snapshot is not None and snapshot.form == FORM:
        work = snapshot.plain_bytes * _SECONDS_A_FILE_BYTE
        ways.append(_way("snapshot", manifest, snapshot.position, snapshot.bytes, work, bytes_per_second))
    if base is not None:
        size = sum(part.bytes for part in base.parts)
        ways.append(_way("base", manifest, base.position, size, base.rows * _SECONDS_A_PART_ROW, bytes_per_second))
    return ways


def _way(
    begin: Literal["here", "snapshot", "base"],
    manifest: LineManifest,
    position: int,
    size: int,
    work: float,
    bytes_per_second: float,
) -> Way | None:
    patches = tuple(patch for patch in manifest.patches if patch.upto > position)
    if patches and patches[0].after > position:
        return None
    if not patches and begin == "here" and manifest.upto != position:
        return None
    size += sum(patch.bytes for patch in patches)
    work += sum(patch.changed for patch in patches) * _SECONDS_A_PATCHED_ROW
    return Way(begin, patches, size, size / bytes_per_second + work)
