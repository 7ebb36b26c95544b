"""A watched folder for distributors that can only drop files: each file is taken in, answered and laid away.

`DIR/<CODE>/<dataset>….csv` is a whole file of that distributor's, `DIR/<CODE>/<dataset>….delta.csv` one of changes;
what stands between the dataset and the ending is free (`inventory_2026-11-25.csv`). A file is as of when it was last
written. It goes to `landed`, `held` or `refused` beside it; what was answered lies there under its name.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.errors_csv import errors_csv
from sync_server.features.feeds.history import Run
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.feeds.sender import require_module
from sync_server.features.sync.records import ServerRecords

logger = logging.getLogger(__name__)

ANSWERED = ("landed", "held", "refused")
_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".jsonl", ".ndjson", ".x12", ".edi")
_PARTIAL = (".part", ".tmp", ".crdownload", ".filepart")


class Look(NamedTuple):
    """A file as it was when it was looked at: who changes it writes on it still."""

    size: int
    changed_ns: int


class Answered(NamedTuple):
    """What became of a file: where it lies now, and the sentence."""

    file: Path
    status: str
    sentence: str


class FolderWatch:
    """One watched folder. `round` looks once; a file is taken when two looks in a row find it the same."""

    def __init__(self, folder: Path, desk: FeedDesk) -> None:
        """`folder` must be there; a folder a distributor's code is made by whoever drops files."""
        self._folder = folder
        self._desk = desk
        self._seen: dict[Path, Look] = {}

    def round(self) -> list[Answered]:
        """Take in every file that lies still, in the order of their names."""
        answered: list[Answered] = []
        seen: dict[Path, Look] = {}
        for file in self._waiting():
            look = _look(file)
            if look is None:
                continue
            if self._seen.get(file) == look:
                answered.append(self._take(file, look))
            else:
                seen[file] = look
        self._seen = seen
        return answered

    def _waiting(self) -> Iterator[Path]:
        for house in sorted(one for one in self._folder.iterdir() if one.is_dir()):
            for file in sorted(one for one in house.iterdir() if one.is_file() and not one.name.startswith(".")):
                if not file.name.lower().endswith(_PARTIAL):
                    yield file

    def _take(self, file: Path, look: Look) -> Answered:
        try:
            run = self._post(file, look)
        except DomainError as refusal:
            return _laid_away(file, "refused", refusal.sentence, None)
        status = {"landed": "landed", "held": "held"}.get(run.status, "refused")
        return _laid_away(file, status, run.sentence, run)

    def _post(self, file: Path, look: Look) -> Run:
        dataset, is_delta = _meaning(file.name)
        with self._desk.database.reading() as connection:
            house = _house(connection, file.parent.name)
            require_module(connection, house, dataset, self._desk.clock.now().date())
        written = datetime.fromtimestamp(look.changed_ns / 1e9, UTC)
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()[:24]
        posting = Posting(
            house.id,
            house.code,
            dataset,
            "delta" if is_delta else "full",
            min(written, self._desk.clock.now()),
            # Broken off between landing and laying away, the file is answered like the first time.
            f"folder-{look.changed_ns}-{digest}",
            posted_by="folder",
        )
        return self._desk.post(posting, file)


def _look(file: Path) -> Look | None:
    """None for a file that has gone, or that cannot be looked at yet."""
    try:
        found = file.stat()
    except OSError:
        return None
    return Look(found.st_size, found.st_mtime_ns)


def _meaning(name: str) -> tuple[str, bool]:
    """The dataset of a file's name, and whether it holds changes only. Raises `DomainError("file_name_unclear")`."""
    stem, ending = os.path.splitext(name.lower())
    is_delta = stem.endswith((".delta", "_delta", "-delta"))
    plain = stem.replace("-", "_").replace(" ", "_")
    likely = [dataset for dataset in DATASETS if plain == dataset or plain.startswith((f"{dataset}_", f"{dataset}."))]
    if ending not in _ENDINGS or not likely:
        raise DomainError(
            "file_name_unclear",
            f"“{name}” does not say what it is. Name it after its dataset ({', '.join(DATASETS)}), such as "
            "inventory_2026-11-25.csv, or inventory.delta.csv for changes only. Nothing was changed.",
        )
    return max(likely, key=len), is_delta


def _house(connection: Connection, code: str) -> Organisation:
    found = ServerRecords(connection).find(Organisation, code=code.strip().upper(), kind="distributor")
    if not found:
        raise DomainError(
            "not_found",
            f"The folder {code} is named after no distributor; its name must be a code. Nothing was changed.",
        )
    return found[0]


def _laid_away(file: Path, status: str, sentence: str, run: Run | None) -> Answered:
    """Move the file and write the answer beside it; one that cannot be moved yet is answered again at the next look."""
    folder = file.parent / status
    folder.mkdir(exist_ok=True)
    target = _free(folder / file.name)
    try:
        os.replace(file, target)
    except OSError as error:
        logger.warning("a file of %s cannot be moved yet: %s", file.parent.name, type(error).__name__)
        return Answered(file, status, sentence)
    target.with_name(f"{target.name}.answer.txt").write_text(f"{status}: {sentence}\n", encoding="utf-8")
    if run is not None and run.errors:
        target.with_name(f"{target.name}.errors.csv").write_text(errors_csv(run.errors), encoding="utf-8", newline="")
    return Answered(target, status, sentence)


def _free(target: Path) -> Path:
    """The path itself, or one with a number where a file of that name was answered before."""
    number, free = 2, target
    while free.exists():
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
        number += 1
    return free


def watch(folder: FolderWatch, wait: Callable[[], bool], tell: Callable[[Answered], None]) -> None:
    """Look until `wait`, which pauses between two looks, says that it is enough."""
    while True:
        for answered in folder.round():
            tell(answered)
        if wait():
            return
