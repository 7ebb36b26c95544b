"""Where papers lie that another program prints: in the profile, private to this account, and not for long.

They hold names and addresses in the clear, which nothing else in a profile does.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

PAPERS_FOLDER = "papers"
READ_WITHIN_SECONDS = 600.0
"""The program that prints reads a paper some time after it was handed over; nobody tells when."""


def papers_folder(profile: Path) -> Path:
    """The profile's folder for them; made when the first one is put there."""
    return profile / PAPERS_FOLDER


def sweep_papers(folder: Path, *, older_than_seconds: float = READ_WITHIN_SECONDS) -> None:
    """Delete the papers that have been printed by now; one that is still open elsewhere goes the next time."""
    printed_before = time.time() - older_than_seconds
    for paper in folder.glob("*.pdf"):
        try:
            if paper.stat().st_mtime <= printed_before:
                paper.unlink()
        except OSError as error:
            logging.getLogger(__name__).info("a printed paper stays for now: %s", error.strerror)
