"""Whose file of waiting operations is believed, and with which sentence any other one is refused."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.cache.meta import set_meta
from desktop.sync.desk import Desk
from desktop.sync.rescue_file import VERSION, export_waiting, import_waiting
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, new_id
from shared_models.library.operations import CheckOutCopy
from shared_models.sync.certificates import new_signing_key
from tests.builders.desk import WINSLOW, certified, make_desk

Edit = Callable[[dict[str, Any]], None]


def lend(desk: Desk) -> None:
    desk.record(
        CheckOutCopy(
            loan_id=LoanId(new_id()),
            copy_id=CopyId("copy-chevron"),
            designer_id=DesignerId(WINSLOW),
            due_on=date(2026, 12, 24),
        )
    )


@contextmanager
def made(folder: Path, role: str = "clerk") -> Iterator[Desk]:
    folder.mkdir()
    with closing(make_desk(folder, role)) as desk:
        yield desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A certified desk with one loan that waits."""
    with made(tmp_path / "desk") as desk:
        lend(certified(desk))
        yield desk


@pytest.fixture
def colleague(tmp_path: Path) -> Iterator[Desk]:
    """Another desk of the same showroom at the same server."""
    with made(tmp_path / "colleague", "rep") as other:
        yield certified(other, name="Front desk")


def written(desk: Desk, folder: Path) -> Path:
    file = folder / "waiting.json"
    assert export_waiting(desk, file) == 1
    return file


def edited(desk: Desk, folder: Path, edit: Edit) -> Path:
    file = written(desk, folder)
    content = json.loads(file.read_text(encoding="utf-8"))
    edit(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def refused(desk: Desk, file: Path) -> DomainError:
    """Why the desk does not take the file; nothing has come of it."""
    before = desk.outbox.waiting_count()
    with pytest.raises(DomainError) as refusal:
        import_waiting(desk, file)
    assert desk.outbox.waiting_count() == before
    assert "othing was brought in" in refusal.value.sentence
    return refusal.value


# --- what is believed ------------------------------------------------------------------------------------


def test_a_colleague_brings_it_in_without_a_network_and_reads_who_wrote_it(
    desk: Desk, colleague: Desk, tmp_path: Path
) -> None:
    assert import_waiting(colleague, written(desk, tmp_path)) == (1, 0, "Marisol Vega at Library desk")
    assert [entry.name for entry in colleague.outbox.operations("waiting")] == ["CheckOutCopy"]


def test_the_file_can_be_read_by_a_person(desk: Desk, tmp_path: Path) -> None:
    content = json.loads(written(desk, tmp_path).read_text(encoding="utf-8"))
    assert content["station_name"] == "Library desk"
    assert content["operations"][0]["payload"]["due_on"] == "2026-12-24"


def test_a_file_that_was_only_laid_out_anew_comes_in(desk: Desk, tmp_path: Path) -> None:
    taken = import_waiting(desk, edited(desk, tmp_path, lambda _content: None))
    assert (taken.new, taken.known) == (0, 1)


def test_the_address_of_the_server_may_have_changed(desk: Desk, colleague: Desk, tmp_path: Path) -> None:
    colleague.server_url = "https://orders.halloran.example"
    assert import_waiting(colleague, written(desk, tmp_path)).new == 1


def test_who_came_to_the_house_after_signing_in_is_known_from_the_directory(
    desk: Desk, colleague: Desk, tmp_path: Path
) -> None:
    certified(desk, houses=[])
    assert import_waiting(colleague, written(desk, tmp_path)).new == 1


def test_where_the_server_certifies_nothing_the_station_takes_its_own_file_back(tmp_path: Path) -> None:
    with made(tmp_path / "alone") as alone:
        lend(alone)
        assert import_waiting(alone, written(alone, tmp_path)) == (0, 1, "this desk, Library desk")


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content["operations"][0]["payload"].update(due_on="2027-12-24"),
        lambda content: content["operations"][0].update(after=["somebody"]),
        lambda content: content["operations"][0].update(person_id="somebody"),
        lambda content: content.update(server_url="https://elsewhere.example"),
        lambda content: content["operations"].clear(),
        lambda content: content.update(written_at="2027-01-01T00:00:00Z"),
    ],
    ids=["what was done", "what it builds on", "who did it", "which server", "left out", "when"],
)
def test_a_file_that_was_edited_by_hand_is_refused(desk: Desk, tmp_path: Path, edit: Edit) -> None:
    refusal = refused(desk, edited(desk, tmp_path, edit))
    assert refusal.code == "not_a_rescue_file"
    assert "was changed or damaged since it was written" in refusal.sentence


def test_a_file_of_a_newer_program_is_refused_and_says_so(desk: Desk, tmp_path: Path) -> None:
    refusal = refused(desk, edited(desk, tmp_path, lambda content: content.update(version=VERSION + 1)))
    assert refusal.code == "newer_file"
    assert "Update this program first" in refusal.sentence


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content.update(signature=""),
        lambda content: content.update(certificate=""),
        lambda content: content.update(version=1),
    ],
    ids=["no signature", "no certificate", "from before there were signatures"],
)
def test_a_file_that_is_not_signed_is_refused_and_says_what_to_do(
    desk: Desk, colleague: Desk, tmp_path: Path, edit: Edit
) -> None:
    refusal = refused(colleague, edited(desk, tmp_path, edit))
    assert refusal.code == "not_signed"
    assert "Sign in again at the station that wrote it, and write the file anew." in refusal.sentence


def test_a_file_of_another_server_is_refused_by_name(desk: Desk, tmp_path: Path) -> None:
    file = written(desk, tmp_path)
    with made(tmp_path / "elsewhere") as other:
        certified(other, server=new_signing_key())
        other.server_url = "https://elsewhere.example"
        refusal = refused(other, file)
    assert refusal.code == "other_server"
    assert "belongs to http://127.0.0.1:9, this desk to https://elsewhere.example" in refusal.sentence


def test_a_stranger_at_the_same_server_cannot_slip_work_in(desk: Desk, colleague: Desk, tmp_path: Path) -> None:
    certified(desk, houses=["showroom-rival"], name="Rival desk", person="person-rival")
    refusal = refused(colleague, written(desk, tmp_path))
    assert refusal.code == "foreign_writer"
    assert "was written by Marisol Vega at Rival desk, who does not work for the organisation" in refusal.sentence


def test_another_key_than_the_certified_one_signs_nothing(desk: Desk, colleague: Desk, tmp_path: Path) -> None:
    with desk.database.write() as records:
        set_meta(records, signing_key=new_signing_key())
    assert refused(colleague, written(desk, tmp_path)).code == "not_a_rescue_file"


def test_a_certificate_that_somebody_wrote_himself_is_refused(desk: Desk, colleague: Desk, tmp_path: Path) -> None:
    certified(desk, server=new_signing_key())
    assert refused(colleague, written(desk, tmp_path)).code == "not_a_rescue_file"


def test_operations_of_a_house_that_one_does_not_work_for_are_refused(desk: Desk, tmp_path: Path) -> None:
    file = written(desk, tmp_path)
    with made(tmp_path / "warehouse", "picker") as warehouse:
        refusal = refused(certified(warehouse), file)
    assert refusal.code == "not_a_member"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{}", b"\xff\xfe", b'{"format": 7}', b'{"format": "order-track-operations", "version": 2}'],
)
def test_any_bytes_are_no_file_of_operations(desk: Desk, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.json"
    file.write_bytes(content)
    assert refused(desk, file).code == "not_a_rescue_file"
