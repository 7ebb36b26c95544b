"""A process of its own that turns one workbook into CSV text, within limits of memory and time that it sets itself.

`python -m sync_server.features.feeds.workbook_child SOURCE TARGET DATASET`: exit 0, or 1 with a JSON object
of `code` and `sentence` on standard output.
"""

import csv
import json
import sys
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from sync_server.features.feeds.workbook_sheet import Sheet, Workbook, WorkbookFault

MOST_MEMORY_BYTES = 1 << 30
MOST_CPU_SECONDS = 30
_MOST_NAMED = 6


def main(source: str, target: str, dataset: str) -> int:
    """Convert; gives the exit code."""
    _limit_itself()
    try:
        with zipfile.ZipFile(source) as archive:
            _write(Workbook(archive), Path(target), dataset)
    except WorkbookFault as fault:
        return _refuse(fault.code, fault.sentence)
    except zipfile.BadZipFile as error:
        return _refuse("workbook_damaged", f"The workbook is damaged or cut: {error}.")
    except MemoryError:
        return _refuse("workbook_too_large", "The workbook takes more memory than one file may.")
    return 0


def _limit_itself() -> None:
    """Where the system has such limits; elsewhere the parent's time limit and the checks before must do."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS + 1))


def _refuse(code: str, sentence: str) -> int:
    json.dump({"code": code, "sentence": sentence}, sys.stdout)
    return 1


def _write(workbook: Workbook, target: Path, dataset: str) -> None:
    """A line a row of the sheet, blank ones for those that are not there: line n + 1 is row n."""
    written, width = 0, 0
    with target.open("w", encoding="utf-8", errors="strict", newline="") as file:
        file.write("sep=,\n")
        writer = csv.writer(file, lineterminator="\n")
        for number, cells in _chosen_rows(workbook, dataset):
            if number <= written:
                raise WorkbookFault("workbook_damaged", f"The workbook is damaged: row {number} comes out of order.")
            file.write("\n" * (number - written - 1))
            width = width or len(cells)
            try:
                writer.writerow(cells + [""] * (width - len(cells)))
            except UnicodeEncodeError:
                raise WorkbookFault("encoding", f"Row {number} holds half a character.") from None
            written = number


def _chosen_rows(workbook: Workbook, dataset: str) -> Iterator[tuple[int, list[str]]]:
    """Of the one sheet that has rows, or the one that is named like the dataset."""
    filled: list[tuple[Sheet, Iterator[tuple[int, list[str]]]]] = []
    for sheet in workbook.sheets:
        rows = workbook.rows(sheet)
        first = next(rows, None)
        if first is not None:
            filled.append((sheet, chain([first], rows)))
    named = [one for one in filled if one[0].title.strip().casefold().replace(" ", "_") == dataset]
    chosen = named if len(filled) > 1 else filled
    if len(chosen) == 1:
        return chosen[0][1]
    if not filled:
        raise WorkbookFault("empty_file", "The workbook has no cell with anything in it.")
    titles = ", ".join(f"“{sheet.title}”" for sheet, _ in filled[:_MOST_NAMED])
    raise WorkbookFault(
        "several_sheets",
        f"The workbook has several sheets with rows: {titles}. Name one of them {dataset}, or leave only that one.",
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
