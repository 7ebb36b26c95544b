"""The designers' page: finding one, her card, what is out to her, and the way to the library desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.designers.columns import designer_chip
from desktop.features.designers.rows import DesignerRow
from desktop.sync.desk import Desk
from shared_models.designers.records import Designer
from shared_models.library.records import Loan
from tests.builders.desk import IVERSON, NINE, SHOWROOM, WINSLOW, make_context, make_desk, put
from tests.screens.designers import DesignersScreen

TODAY = date(2026, 11, 16)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    put(
        desk.database,
        [
            Loan(
                id="loan-1", showroom_id=SHOWROOM, copy_id="copy-chevron", designer_id=WINSLOW,
                lent_at=NINE - timedelta(days=20), lent_by="person-marisol", due_on=TODAY - timedelta(days=6),
            ),
            Designer(id="d-cel", showroom_id=SHOWROOM, name="Çelik Winter", phone="(205) 555-0134"),
            Designer(id="d-elsewhere", showroom_id="showroom-other", name="Paloma Elsewhere"),
        ],
    )  # fmt: skip
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> Iterator[DesignersScreen]:
    screen = DesignersScreen(qtbot, context)
    yield screen
    screen.page.hide()


def test_the_first_designer_is_in_sight_and_only_our_own_are_listed(screen: DesignersScreen) -> None:
    assert screen.names == ["Anjali Iverson", "Paloma Winslow", "Çelik Winter"]
    assert screen.chosen == "Anjali Iverson"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cel", ["Çelik Winter"]),
        ("mayf", ["Paloma Winslow"]),
        ("0134", ["Çelik Winter"]),
        ("hpsd1002", ["Anjali Iverson"]),
        ("nobody", []),
    ],
)
def test_name_firm_telephone_and_card_find_her(screen: DesignersScreen, text: str, names: list[str]) -> None:
    screen.searches(text)
    assert screen.names == names
    assert screen.chosen == (names[0] if names else "")


def test_her_memos_stand_beside_the_list(screen: DesignersScreen) -> None:
    screen.searches("winsl")
    assert screen.memos == ["Chevron Sea Glass"]


def test_enter_begins_her_visit_at_the_library_desk(screen: DesignersScreen) -> None:
    screen.searches("winsl")
    screen.presses_enter()
    assert screen.opened == [("library", {"designer": WINSLOW})]


def test_a_new_designer_is_saved_and_chosen(screen: DesignersScreen, desk: Desk) -> None:
    screen.presses("new_designer")
    screen.saves_card()
    assert screen.dialog.left.errors() == {"name": "A designer needs a name."}
    screen.dialog.left.show_values({"name": "Beatriz McBride", "card_barcode": "HPSD1001"})
    screen.saves_card()
    assert screen.dialog.left.errors() == {"card_barcode": "Card HPSD1001 belongs to Paloma Winslow."}
    screen.dialog.left.show_values({"card_barcode": "HPSD1050", "resale_expires_on": "soon"})
    screen.saves_card()
    assert "Write the day" in screen.dialog.left.errors()["resale_expires_on"]
    screen.dialog.left.show_values({"resale_expires_on": "3/31/2027"})
    screen.saves_card()
    assert screen.page.dialog is None
    assert screen.chosen == "Beatriz McBride"
    (saved,) = desk.database.read().records(Designer, "WHERE card_barcode = 'HPSD1050'")
    assert (saved.country, saved.resale_expires_on) == ("US", date(2027, 3, 31))
    assert desk.outbox.waiting_count() == 1


def test_a_card_opened_from_the_desk_goes_back_there(
    screen: DesignersScreen, context: FeatureContext, desk: Desk
) -> None:
    context.routes.open("designers.card", designer=IVERSON, back="library")
    screen.dialog.right.show_values({"notes": "Collects on Thursdays"})
    screen.dialog.left.show_values({"blocked": True})
    screen.saves_card()
    assert screen.opened == [("library", {})]
    card = desk.database.read().get(Designer, IVERSON)
    assert card is not None
    assert (card.notes, card.blocked, card.card_barcode) == ("Collects on Thursdays", True, "HPSD1002")


def test_another_page_can_show_her_or_ask_for_a_new_one(screen: DesignersScreen, context: FeatureContext) -> None:
    context.routes.open("designers", designer=WINSLOW)
    assert screen.chosen == "Paloma Winslow"
    context.routes.open("designers.new", card="HPSD2000")
    assert screen.dialog.left.text("card_barcode") == "HPSD2000"
    screen.dialog.reject()


def test_the_one_thing_to_look_at_is_the_worst() -> None:
    row = DesignerRow("d", "Ann", "", "", "", "", "", "", TODAY - timedelta(days=1), "", True, 3, 2)
    chips = [
        designer_chip(one, TODAY) for one in (row, row._replace(blocked=False), row._replace(blocked=False, overdue=0))
    ]
    assert [chip.word for chip in chips if chip] == ["Blocked", "2 overdue", "Certificate expired"]
    assert designer_chip(row._replace(blocked=False, overdue=0, resale_expires_on=None), TODAY) is None
