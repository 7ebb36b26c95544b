"""Leaving a station: signing out and wiping. Keys go before files, so that what is left half-way opens nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from desktop.cache.keys import WITNESS_FILE, KeyRing
from desktop.cache.line_files import LINES_FOLDER
from desktop.cache.reserve import RESERVE_FILE
from desktop.cache.station_db import STATION_FILE
from desktop.foundation.papers_folder import papers_folder, sweep_papers
from desktop.sync.desk import Desk
from shared_models.kernel.errors import DomainError


def sign_out(desk: Desk, profile: Path, keys: KeyRing, *, end_token: Callable[[], None], rescued: bool = False) -> None:
    """End the sign-in and take every file and key of the profile's cache away.

    Raises `DomainError("unsent")` while anything would be lost, unless it was just written to a file (`rescued`).
    `end_token` is tried and may fail: the token dies with the file.
    """
    unsent = desk.outbox.unsettled_count()
    if unsent and not rescued:
        raise DomainError("unsent", unsent_sentence(unsent), unsent=unsent)
    try:
        end_token()
    except Exception as error:  # noqa: BLE001 - whatever the network does, the person may leave
        logging.getLogger(__name__).info("token not ended on the server: %s", type(error).__name__)
    desk.close()
    wipe(profile, keys)


def unsent_sentence(unsent: int) -> str:
    """Why one must not leave just now, and what to do."""
    noun = "operation of this desk has" if unsent == 1 else "operations of this desk have"
    return f"{unsent} {noun} not reached the server. Sync first, or write them to a file; then sign out."


def wipe(profile: Path, keys: KeyRing, *, kept_files_too: bool = False) -> None:
    """Destroy the key and delete what it opened. The files must be closed.

    Older files that were set aside stay unless `kept_files_too`. What another program holds open on Windows stays
    until it lets go, and nobody can read it.
    """
    keys.forget()
    sweep_papers(papers_folder(profile), older_than_seconds=0.0)
    patterns = [f"{STATION_FILE}*", f"{LINES_FOLDER}/*", "station.before-*", RESERVE_FILE, WITNESS_FILE]
    if kept_files_too:
        patterns += ["station.damaged-*", "station.kept-*"]
    for pattern in patterns:
        for file in profile.glob(pattern):
            try:
                file.unlink()
            except OSError as error:
                logging.getLogger(__name__).info("%s stays: %s", file.name, error.strerror)
