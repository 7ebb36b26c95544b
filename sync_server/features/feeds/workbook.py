"""From an Excel workbook to the CSV text that every file becomes: cheap checks first, then a limited process."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from shared_models.kernel.errors import DomainError

MOST_MEMBERS = 2_000
MOST_UNPACKED_BYTES = 300 << 20
MOST_RATIO = 200
RATIO_COUNTS_ABOVE_BYTES = 1 << 20
LONGEST_SECONDS = 120


def csv_of_workbook(source: Path, folder: Path, dataset: str) -> Path:
    """The sheet as UTF-8 CSV in `folder`; line n + 1 is row n of the sheet.

    Raises `DomainError` with the cell or part that is at fault: `workbook_hostile`, `workbook_damaged`,
    `workbook_too_large`, `formula_without_value`, `cell_error`, `several_sheets`, `too_many_columns`, `too_many_rows`,
    `empty_file`, `not_csv`.
    """
    _check_archive(source)
    copy = folder / "as-csv"
    command = [sys.executable, "-m", "sync_server.features.feeds.workbook_child", str(source), str(copy), dataset]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refusal("workbook_too_large", f"Reading the workbook took longer than {LONGEST_SECONDS} s.") from None
    if done.returncode == 0:
        return copy
    try:
        said = json.loads(done.stdout)
        code, sentence = str(said["code"]), str(said["sentence"])
    except (ValueError, KeyError, TypeError):
        # The system ended it at one of its limits before it could say anything.
        code, sentence = "workbook_too_large", "The workbook takes more memory or time than one file may."
    raise _refusal(code, sentence)


def _refusal(code: str, sentence: str) -> DomainError:
    return DomainError(
        code, f"{sentence} Nothing was changed; correct the workbook, or save the sheet as CSV and post it."
    )


def _check_archive(source: Path) -> None:
    """Everything that can be told without unpacking."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise _refusal("workbook_damaged", "The workbook is damaged or cut.") from None
    if len(members) > MOST_MEMBERS:
        raise _refusal("workbook_hostile", f"The workbook has more than {MOST_MEMBERS:,} parts.")
    if sum(member.file_size for member in members) > MOST_UNPACKED_BYTES:
        raise _refusal("workbook_too_large", f"Unpacked, the workbook is larger than {MOST_UNPACKED_BYTES >> 20} MiB.")
    for member in members:
        if ".." in member.filename.replace("\\", "/").split("/"):
            raise _refusal("workbook_hostile", "A part of the workbook is named so that it would land elsewhere.")
        if member.flag_bits & 1:
            raise _refusal("workbook_locked", "The workbook is protected with a password.")
        is_large = member.file_size > RATIO_COUNTS_ABOVE_BYTES
        if is_large and member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise _refusal(
                "workbook_hostile", f"{member.filename[-60:]} unpacks to more than {MOST_RATIO} times its size."
            )
