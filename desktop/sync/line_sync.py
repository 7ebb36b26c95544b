"""The lines of a round: each to its head by whichever way is soonest, resumed where an earlier round was cut off."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

from desktop.cache.catalogue import Catalogue
from desktop.cache.line_file import Agreed
from desktop.cache.line_files import is_line_stream
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.station_db import StationDatabase
from desktop.sync.client import ServerClient, Trouble
from desktop.sync.line_plan import UNKNOWN_BYTES_PER_SECOND, Way, best_way
from desktop.sync.progress import Progress
from shared_models.accounts.records import Organisation
from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import LineManifest, NamedFile, Patch
from shared_models.sync.line_parts import unpack
from shared_models.sync.streams import parse_stream

ASK_AGAIN_SECONDS = 0.5
"""Between two looks at a manifest whose files the server is still making."""
PATIENCE_SECONDS = 300.0
"""How long a round waits for that."""
_MEASURED_FROM_BYTES = 200_000
_MEMORY = 0.7
"""How much of what was measured before stays in the average."""
_SPEED = "bytes_per_second"
_TRIES = 3
_AGAIN = ("digest_differs", "line_differs", "file_unreadable", "file_unfit", "part_unreadable", "page_out_of_order")
"""Faults after which a line is fetched once more, from the whole file."""


class LinesReport(NamedTuple):
    """What a round did for the lines."""

    kinds: frozenset[str] = frozenset()
    refetched: tuple[str, ...] = ()
    pending: bool = False
    """Whether somebody wanted the next round before all lines were at their heads."""
    sentence: str = ""
    """Why a line could not be brought to its head; empty when all were."""


class _Errand(NamedTuple):
    stream: str
    head: int
    manifest: LineManifest
    way: Way


class _Interrupted(Exception):
    """Somebody wants the next round now."""


class LineSync:
    """Fetches and patches line files; in the thread that runs the rounds."""

    def __init__(
        self,
        database: StationDatabase,
        catalogue: Catalogue,
        client: ServerClient,
        *,
        tell: Callable[[Progress], None],
        changed: Callable[[frozenset[str]], None],
        interrupted: Callable[[], bool],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`changed` is told the dataset after each line; `interrupted` is asked whether the round should end."""
        self._database = database
        self._catalogue = catalogue
        self._files = catalogue.files
        self._client = client
        self._tell = tell
        self._changed = changed
        self._interrupted = interrupted
        self._wait = wait
        self._kinds: set[str] = set()
        self._refetched: list[str] = []
        self._done = 0
        self._total = 0
        self._began = 0.0
        self._what = ""

    def round(self, heads: Mapping[str, int], history: str) -> LinesReport:
        """Bring the lines among `heads` there. Raises `Trouble`; what has come by then is kept."""
        self._kinds, self._refetched, self._done, self._total = set(), [], 0, 0
        self._began = time.monotonic()
        positions = self._files.positions(history)
        left = {
            stream: positions.get(stream, 0)
            for stream, head in heads.items()
            if is_line_stream(stream) and head != positions.get(stream, 0)
        }
        sentences: list[str] = []
        waited = 0.0
        try:
            while left:
                for errand in self._errands(left, heads, history):
                    del left[errand.stream]
                    sentences += self._try(errand, history)
                if not left:
                    break
                if waited >= PATIENCE_SECONDS:
                    sentences.append(f"The server is still preparing the {self._name_of(min(left))}.")
                    break
                self._tell(Progress(f"The server is preparing the {self._name_of(min(left))}"))
                self._require_time()
                self._wait(ASK_AGAIN_SECONDS)
                waited += ASK_AGAIN_SECONDS
        except _Interrupted:
            return LinesReport(frozenset(self._kinds), tuple(self._refetched), pending=True)
        return LinesReport(frozenset(self._kinds), tuple(self._refetched), sentence=next(iter(sentences), ""))

    def verify_next(self, already: set[str]) -> str | None:
        """Read one shown file whole, one that is not in `already`, and gives its stream; None when all are."""
        for card in self._files.shown():
            if card.stream not in already:
                self._tell(Progress(f"Comparing the {self._name_of(card.stream)}"))
                self._files.verify(card)
                return card.stream
        return None

    def _errands(self, left: Mapping[str, int], heads: Mapping[str, int], history: str) -> list[_Errand]:
        """What can be done now, the quick ones first: a small change must not stand behind a first fetch."""
        errands: list[_Errand] = []
        for stream, position in left.items():
            self._require_time()
            errand = self._errand(stream, heads[stream], position, history)
            if errand is not None:
                errands.append(errand)
        self._total += sum(errand.way.bytes for errand in errands)
        return sorted(errands, key=lambda errand: errand.way.seconds)

    def _errand(self, stream: str, head: int, position: int, history: str) -> _Errand | None:
        """None while the server is still making what leads to the head."""
        manifest = self._client.manifest(stream)
        if manifest.history_id != history:
            raise Trouble("busy", "The server was just restored; everything is compared again in a moment.")
        if manifest.being_made or manifest.upto < head:
            return None
        way = best_way(manifest, position, self._speed())
        return _Errand(stream, head, manifest, way) if way is not None else None

    # --- one line ----------------------------------------------------------------------------------------

    def _try(self, errand: _Errand, history: str) -> list[str]:
        """Go the errand; gives why it could not be done, at most one sentence. Other lines are not held up by it."""
        try:
            self._run(errand, history)
        except DomainError as error:
            logging.getLogger(__name__).warning("%s could not be fetched: %s", errand.stream, error.code)
            return [error.sentence]
        return []

    def _run(self, errand: _Errand, history: str) -> None:
        """Go the way; where it turns out to be a wrong one, once more with the whole file."""
        for attempt in range(_TRIES):
            try:
                self._go(errand, history)
                return
            except DomainError as error:
                if error.code not in _AGAIN or attempt == _TRIES - 1:
                    raise
                logging.getLogger(__name__).info("%s is fetched anew: %s", errand.stream, error.code)
            except Trouble as trouble:
                if trouble.code != "not_found" or attempt == _TRIES - 1:
                    raise
                # The files were made anew since the manifest was read.
            again = self._errand(errand.stream, errand.head, 0, history)
            if again is None:
                raise DomainError("being_made", f"The server is still preparing the {self._name_of(errand.stream)}.")
            errand = again
            self._total += errand.way.bytes
            if errand.stream not in self._refetched:
                self._refetched.append(errand.stream)

    def _go(self, errand: _Errand, history: str) -> None:
        name = self._name_of(errand.stream)
        self._what = name[:1].upper() + name[1:]
        if errand.way.begin == "snapshot":
            self._take_snapshot(errand)
        elif errand.way.begin == "base":
            self._take_base(errand, history)
        for patch in errand.way.patches:
            self._take_patch(errand.stream, patch)
        self._note(errand.stream)

    def _take_snapshot(self, errand: _Errand) -> None:
        snapshot = errand.manifest.snapshot
        if snapshot is None:
            raise ValueError("a way through a file that is not there")
        card = self._files.begin(errand.stream, snapshot.digest)
        with self._files.making(card, snapshot) as making:
            self._done += making.come
            if making.come < snapshot.bytes:
                self._fetch_into(errand.stream, snapshot, making.come, making.take, making.begin_anew)
            self._tell(self._progress())
            making.finish()
        self._files.show(card)
        self._note(errand.stream)

    def _take_base(self, errand: _Errand, history: str) -> None:
        base = errand.manifest.base
        if base is None:
            raise ValueError("a way through parts that are not there")
        made_of = sha256(" ".join((str(base.position), *(part.digest for part in base.parts))).encode()).hexdigest()
        card = self._files.begin(errand.stream, made_of)
        for number in range(self._files.filled(card, made_of, history), len(base.parts)):
            self._files.fill(card, unpack(self._fetched(errand.stream, base.parts[number])), part=number)
        self._files.finish(card, base)
        self._note(errand.stream)

    def _take_patch(self, stream: str, patch: Patch) -> None:
        body = self._fetched(stream, patch)
        agreed = Agreed(patch.upto, patch.rows, patch.checksum)
        self._files.patch(stream, unpack(body), after=patch.after, agreed=agreed)

    # --- files over the line -----------------------------------------------------------------------------

    def _fetched(self, stream: str, file: NamedFile) -> bytes:
        """A small file whole. Raises `DomainError("digest_differs")`."""
        pieces: list[bytes] = []
        self._fetch_into(stream, file, 0, pieces.append, pieces.clear)
        body = b"".join(pieces)
        if sha256(body).hexdigest() != file.digest:
            raise DomainError("digest_differs", "A catalogue did not arrive as it was sent and is fetched again.")
        return body

    def _fetch_into(
        self, stream: str, file: NamedFile, start: int, keep: Callable[[bytes], None], discard: Callable[[], None]
    ) -> None:
        began, come = time.monotonic(), 0
        with self._client.file(stream, file.digest, start) as answer:
            if answer.start != start:
                discard()
                start = answer.start
            for piece in self._no_more_than(answer.pieces, file.bytes - start):
                keep(piece)
                come += len(piece)
                self._done += len(piece)
                self._tell(self._progress())
                self._require_time()
        if start + come < file.bytes:
            raise Trouble("cut", "A catalogue broke off while it came; the next try goes on from there.")
        self._measure(come, time.monotonic() - began)

    @staticmethod
    def _no_more_than(pieces: Iterable[bytes], most: int) -> Iterable[bytes]:
        for piece in pieces:
            most -= len(piece)
            if most < 0:
                raise DomainError("digest_differs", "A catalogue did not arrive as it was sent and is fetched again.")
            yield piece

    def _require_time(self) -> None:
        if self._interrupted():
            raise _Interrupted

    def _speed(self) -> float:
        return float(get_meta(self._database.read(), _SPEED, str(UNKNOWN_BYTES_PER_SECOND)))

    def _measure(self, come: int, seconds: float) -> None:
        if come < _MEASURED_FROM_BYTES or seconds <= 0:
            return
        measured = come / seconds
        known = get_meta(self._database.read(), _SPEED)
        average = _MEMORY * float(known) + (1 - _MEMORY) * measured if known else measured
        with self._database.write() as records:
            set_meta(records, **{_SPEED: f"{average:.0f}"})

    # --- what is told ------------------------------------------------------------------------------------

    def _note(self, stream: str) -> None:
        kind = stream.rpartition(":")[2]
        self._kinds.add(kind)
        self._changed(frozenset({kind}))

    def _progress(self) -> Progress:
        """The time that is left, by how it went so far in this round."""
        spent = time.monotonic() - self._began
        seconds = spent * (self._total - self._done) / self._done if spent > 1 and self._done else None
        return Progress(self._what, self._done, self._total, None if seconds is None else max(0.0, seconds))

    def _name_of(self, stream: str) -> str:
        name = parse_stream(stream)
        if name is None:
            return "catalogue"
        house = self._database.read().get(Organisation, name.owner_id)
        what = {"products": "catalogue", "inventory": "stock"}.get(name.what, name.what)
        return f"{what} of {house.name}" if house is not None else what
