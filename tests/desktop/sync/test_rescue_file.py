"""A file of waiting operations that somebody edited, or that a newer program wrote, is refused with a sentence."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.sync.desk import Desk
from desktop.sync.rescue_file import export_waiting, import_waiting
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, new_id
from shared_models.library.operations import CheckOutCopy
from tests.builders.desk import WINSLOW, make_desk

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    desk.record(
        CheckOutCopy(
            loan_id=LoanId(new_id()),
            copy_id=CopyId("copy-chevron"),
            designer_id=DesignerId(WINSLOW),
            due_on=date(2026, 12, 24),
        )
    )
    yield desk
    desk.close()


def edited(desk: Desk, folder: Path, edit: Edit) -> Path:
    file = folder / "waiting.json"
    assert export_waiting(desk, file) == 1
    content = json.loads(file.read_text(encoding="utf-8"))
    edit(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_file_that_was_only_laid_out_anew_comes_in(desk: Desk, tmp_path: Path) -> None:
    assert import_waiting(desk, edited(desk, tmp_path, lambda _content: None)) == (0, 1)


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content["operations"][0]["payload"].update(due_on="2027-12-24"),
        lambda content: content["operations"][0].update(after=["somebody"]),
        lambda content: content["operations"][0].update(person_id="somebody"),
        lambda content: content.update(server_url="https://elsewhere.example"),
        lambda content: content["operations"].clear(),
    ],
    ids=["what was done", "what it builds on", "who did it", "which server", "left out"],
)
def test_a_file_that_was_edited_by_hand_is_refused(desk: Desk, tmp_path: Path, edit: Edit) -> None:
    with pytest.raises(DomainError) as refused:
        import_waiting(desk, edited(desk, tmp_path, edit))
    assert refused.value.code == "not_a_rescue_file"
    assert "was changed or damaged since it was written. Nothing was brought in." in refused.value.sentence


def test_a_file_of_a_newer_program_is_refused_and_says_so(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refused:
        import_waiting(desk, edited(desk, tmp_path, lambda content: content.update(version=2)))
    assert refused.value.code == "newer_file"
    assert "Update this program first; nothing was brought in." in refused.value.sentence
