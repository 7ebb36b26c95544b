"""What there is of one line stream: a finished file, the same rows as parts, and the patches that lead to the head.

The manifest is small and changes; everything that it names is named by the SHA-256 of its bytes and never changes.
"""

from shared_models.sync.wire import WireMessage


class NamedFile(WireMessage, frozen=True, kw_only=True):
    """A file as it travels: `digest` is its name, 64 hex digits."""

    digest: str
    bytes: int


class Snapshot(NamedFile, frozen=True, kw_only=True):
    """A whole line file, zstd: the stream at `position`."""

    form: int
    """`line_file_form.FORM` of the file; a station takes only its own."""
    position: int
    rows: int
    plain_bytes: int
    """The size of the file once it is unpacked."""


class Base(WireMessage, frozen=True, kw_only=True):
    """The same rows as `parts`, in the order of their keys, for who has a slow line: smaller, but slower to take in."""

    position: int
    rows: int
    checksum: str
    parts: list[NamedFile]


class Patch(NamedFile, frozen=True, kw_only=True):
    """What changed after position `after`, up to `upto`; may be laid over any state in between just as well."""

    after: int
    upto: int
    changed: int
    """How many rows it changes or takes away."""
    rows: int
    """How many rows the stream has at `upto` …"""
    checksum: str
    """… and the sum of their row hashes, as 16 hex digits."""


class LineManifest(WireMessage, frozen=True, kw_only=True):
    """`GET /v1/streams/{id}/manifest`. `patches` follow one upon the other and end where the server stands."""

    stream: str
    history_id: str
    snapshot: Snapshot | None = None
    base: Base | None = None
    patches: tuple[Patch, ...] = ()
    being_made: bool = False
    """Whether the server is at work on what is missing to the stream's head: ask again in a moment."""

    @property
    def upto(self) -> int:
        """The position that a station reaches with what is here; -1 when there is nothing."""
        ends = [patch.upto for patch in self.patches[-1:]]
        ends += [one.position for one in (self.snapshot, self.base) if one is not None]
        return max(ends, default=-1)
