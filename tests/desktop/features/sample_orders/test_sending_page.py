"""Sending the basket at the screen, and what becomes of each line of it."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from desktop.features.sample_orders.actions import Sent
from desktop.features.sample_orders.order_panel import sent_sentence
from desktop.sync.desk import Desk
from shared_models.sample_orders.records import RequestLine, SampleRequest
from tests.builders.desk import BARCODES, TIDEWATER
from tests.screens.sample_orders import SampleOrdersScreen


def requests_of(desk: Desk) -> list[SampleRequest]:
    return desk.database.read().records(SampleRequest, "ORDER BY distributor_id")


# --- sending -----------------------------------------------------------------------------------------


def test_send_says_how_many_requests_and_who_gets_only_an_email(screen: SampleOrdersScreen, desk: Desk) -> None:
    screen.scans("400012304009", BARCODES["copy-velours"])
    screen.adds_by_hand(TIDEWATER, "6001-01", "Foxglove")
    assert screen.button_text("send_basket") == "Send 3 requests"
    assert screen.text("send_summary") == "Tidewater & Vogel by e-mail only."
    screen.says_for("win")
    screen.fills("sidemark", "Goldfarb Penthouse")
    screen.chooses("ship_method", "Second day")
    screen.clicks("send_basket")
    assert screen.answer == (
        "3 requests, one by e-mail only to Tidewater & Vogel Kept here, and sent as soon as the server answers."
    )
    assert screen.basket == []
    assert {(one.designer_name, one.sidemark, one.ship_method) for one in requests_of(desk)} == {
        ("Paloma Winslow", "Goldfarb Penthouse", "Second day")
    }
    assert desk.outbox.waiting_count() == 1
    assert screen.page.order.sending.sidemark.text() == ""
    assert not screen.page.can_undo()


def test_nothing_can_be_sent_from_an_empty_basket(screen: SampleOrdersScreen) -> None:
    assert not screen.page.order.sending.send.isEnabled()


def test_what_cannot_be_sent_says_why_below_the_form_and_stays(screen: SampleOrdersScreen, desk: Desk) -> None:
    screen.scans("400012304009")
    with desk.database.write() as records:
        records.connection.execute("DELETE FROM module_grants WHERE module = 'sample_orders'")
    screen.clicks("send_basket")
    assert screen.text("send_error") == "Your organisation does not have Sample Orders today."
    assert screen.basket[1] == "1 0123-04"
    assert screen.page.order.sending.send.isEnabled()


def test_a_likely_duplicate_is_told_before_sending(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", "HPSD1001")
    assert screen.text("duplicate_warning") == ""
    screen.clicks("send_basket")
    screen.scans("400012304009")
    assert screen.text("duplicate_warning") == ""
    screen.scans("HPSD1001")
    warning = screen.text("duplicate_warning")
    assert warning.startswith("Likely asked for already — Chevron Sea Glass: asked for by Marisol Vega, today")
    assert warning.endswith("pending.")


@pytest.mark.parametrize(
    ("houses", "by_mail", "sentence"),
    [
        (("A",), (), "1 request"),
        (("A", "B", "C", "D"), ("D",), "4 requests, one by e-mail only to D"),
        (("A", "B", "C", "D"), ("B", "C", "D"), "4 requests, three by e-mail only to B, C and D"),
        (("D",), ("D",), "1 request by e-mail only to D"),
    ],
)
def test_the_sentence_after_sending(houses: tuple[str, ...], by_mail: tuple[str, ...], sentence: str) -> None:
    assert sent_sentence(Sent("order", houses, by_mail, 4)) == sentence


# --- requests and status -----------------------------------------------------------------------------


def send_two(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", BARCODES["copy-velours"], "HPSD1001")
    screen.clicks("send_basket")
    screen.looks_at_requests()


def test_what_was_sent_is_pending_and_its_number_comes_later(screen: SampleOrdersScreen) -> None:
    send_two(screen)
    assert sorted(screen.requests) == ["0123-04 Pending", "1354.10.0 Pending"]
    screen.page.orders.table.select_place(0)
    assert "number with the next sync" in screen.text("line_story")
    assert "for Paloma Winslow" in screen.text("line_story")


def test_typing_filters_and_esc_shows_all_again(screen: SampleOrdersScreen) -> None:
    send_two(screen)
    screen.filters("velours")
    assert screen.requests == ["1354.10.0 Pending"]
    screen.filters("")
    assert len(screen.requests) == 2


def test_a_confirmed_line_tells_where_the_parcel_is(screen: SampleOrdersScreen, desk: Desk) -> None:
    send_two(screen)
    with desk.database.write() as records:
        [line] = records.find(RequestLine, item_no="0123-04")
        records.change(line, shipped=1, carrier="UPS", tracking_no="1Z999", last_confirmed_at=desk.clock.now())
        [other] = records.find(RequestLine, item_no="1354.10.0")
        records.change(other, backordered=1, backordered_until=date(2026, 12, 12))
    screen.filters("0123")
    screen.page.orders.table.select_place(0)
    assert screen.requests == ["0123-04 Shipped"]
    assert screen.text("line_story").endswith("UPS 1Z999")
    screen.filters("velours")
    screen.page.orders.table.select_place(0)
    assert screen.text("line_story").endswith("until 12 Dec")


def test_cancelling_asks_by_name_and_enter_keeps_the_line(screen: SampleOrdersScreen) -> None:
    send_two(screen)
    screen.filters("velours")
    screen.page.orders.table.select_place(0)
    screen.clicks("cancel_line")
    question = screen.dialog("question")
    assert "1 × Velours Royal Emerald from Maison Béraudin" in " ".join(
        label.text() for label in question.findChildren(QLabel)
    )
    screen.clicks("answer_no", question)
    assert screen.requests == ["1354.10.0 Pending"]
    screen.clicks("cancel_line")
    screen.clicks("answer_yes", screen.dialog("question"))
    assert screen.requests == ["1354.10.0 Cancelled"]


def test_a_settled_line_offers_no_cancelling(screen: SampleOrdersScreen, desk: Desk) -> None:
    send_two(screen)
    with desk.database.write() as records:
        for line in records.find(RequestLine):
            records.change(line, shipped=1)
    screen.filters("velours")
    screen.page.orders.table.select_place(0)
    assert not screen.page.orders.cancel.isEnabled()


def test_exported_text_is_never_a_formula(screen: SampleOrdersScreen, tmp_path: Path) -> None:
    screen.scans("400012304009")
    screen.fills("sidemark", "=HYPERLINK(1)")
    screen.clicks("send_basket")
    screen.looks_at_requests()
    screen.page.orders.write(tmp_path / "lines.xlsx")
    screen.page.orders.write(tmp_path / "lines.csv")
    with zipfile.ZipFile(tmp_path / "lines.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)" in words
    text = (tmp_path / "lines.csv").read_text("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "0123-04" in text
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_cannot_be_written_leaves_nothing_behind(screen: SampleOrdersScreen, tmp_path: Path) -> None:
    send_two(screen)
    with pytest.raises(OSError, match="not written"):
        screen.page.orders.write(tmp_path / "missing" / "lines.xlsx")
