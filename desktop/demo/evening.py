"""The end of the day: reading the post, comparing two desks, the rep's kit, the report and the pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.cache.keys import KeyRing
from desktop.demo.at_the_bench import on_the_bench, queue_of
from desktop.demo.at_the_feeds import write_file_with_new_headings
from desktop.demo.at_the_order_form import Placed
from desktop.demo.cast import Seat
from desktop.demo.day_log import DayLog
from desktop.demo.post_office import Letter
from desktop.features.kits import actions as kit_actions
from desktop.features.kits import queries as kit_queries
from desktop.features.kits.rows import Delivery
from desktop.features.sample_orders.export import write_lines
from desktop.features.sample_orders.queries import order_lines
from desktop.sync.opening import open_desk
from shared_models.kernel.clock import SystemClock
from shared_models.library.barcodes import code_text
from shared_models.sync.registry import KIND_BY_NAME

if TYPE_CHECKING:
    from desktop.demo.photographs import Picture

_SHARED = ("designers", "copies", "copy_barcodes", "loans", "copy_returns", "sample_orders", "sample_requests")
_SHARED_TOO = ("request_lines", "confirmations", "confirmation_lines", "review_items")


def read_mail(log: DayLog, letters: Sequence[Letter], addresses: Mapping[str, str], placed: Placed) -> None:
    """Each house has one mail with its items, in the text and in the PDF beside it."""
    for code, address in addresses.items():
        mine = [letter for letter in letters if letter.recipients == (address,)]
        log.check(f"one mail went to {address}", len(mine), 1)
        pdfs = [content for name, content in mine[0].attachments if name.endswith(".pdf")]
        log.check(f"with one PDF to {code}", len(pdfs), 1)
        printed = _text_of(pdfs[0])
        for item in placed.items[code]:
            log.check_that(f"{item.item_no} stands in the mail to {code}", item.item_no in mine[0].text)
            log.check_that(f"{item.item_no} stands in the PDF to {code}", item.item_no in printed)


def compare_desks(log: DayLog, one: Seat, other: Seat) -> None:
    """Two desks of one showroom hold the same rows of everything that they share."""
    for name in (*_SHARED, *_SHARED_TOO):
        kind = KIND_BY_NAME[name]
        mine, theirs = (seat.desk.database.read().records(kind, "ORDER BY id") for seat in (one, other))
        log.check(f"{name} at both desks", theirs, mine)


def order_from_kit(log: DayLog, rep: Seat) -> None:
    """The first kit of the rep, all of it, in one step."""
    desk, reader = rep.desk, rep.desk.database.read()
    kits = kit_queries.kits(reader, desk.acting.organisation_id, desk.person_id)
    log.check_that("the rep has kits", kits)
    kit = min(kits, key=lambda one: one.items)
    items = kit_queries.kit_items(reader, desk.catalogue, kit.kit_id)
    ship_to = kit_queries.rep_address(reader, desk.acting.organisation_id, desk.person_id)
    _changes, ordered = kit_actions.order_from_kit(desk, kit.kit_id, items, Delivery(ship_to, "2nd day"))
    log.check(f"all {len(items)} items of “{kit.name}” are ordered", ordered.lines, len(items))
    log.check_that("from more than one house", len(ordered.houses) > 1)


def write_report(log: DayLog, clerk: Seat, file: Path) -> None:
    """The day's request lines as a workbook, read back."""
    rows = order_lines(clerk.desk.database.read(), clerk.desk.acting.organisation_id).rows
    write_lines(file, rows)
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True)
    sheet = book.worksheets[0]
    found = sum(1 for _row in sheet.iter_rows()) - 1
    book.close()
    log.check("every line stands in the report", found, len(rows))


def take_pictures(
    log: DayLog,
    seats: Sequence[Seat],
    showroom: Mapping[str, Any],
    placed: Placed,
    profile: Path,
    server_url: str,
    screens: Path,
) -> int:
    """Photograph every page on the profile of somebody who uses it; returns how many pictures there are.

    `seats` are clerk, picker, rep, master, and a master whom somebody asked something; they are left. `profile` is a
    folder in which nobody has signed in.
    """
    from desktop.demo.photographs import photograph, photograph_sign_in

    plans = zip(seats, _plans(seats[1], showroom, placed, profile.parent / "feeds"), strict=True)
    written = photograph_sign_in(profile, server_url, screens)
    for seat, pictures in plans:
        seat.close()
        keys = KeyRing(seat.profile)
        opened = keys.unlock() or keys.unlock_with_password(seat.password)
        desk = open_desk(seat.profile, opened.key, SystemClock())
        # Only the feeds page needs the server; the others show what the desk has.
        offline = not any(picture.page == "feeds" for picture in pictures)
        written += photograph(desk, seat.profile, pictures, screens, offline=offline)
    log.check("every picture was written", [file.name for file in written if not file.stat().st_size], [])
    log.check("in two sizes, light and dark", len(written) % 4, 0)
    return len(written)


def _plans(picker: Seat, showroom: Mapping[str, Any], placed: Placed, feeds: Path) -> tuple[Sequence[Picture], ...]:
    """What is photographed at the clerk's desk, at the bench, on the rep's laptop and at the master's desk."""
    from desktop.demo.photographs import Picture, choose_first, drop, one_after_the_other, scan, show_tab, type_into

    card = next(one["card_barcode"] for one in showroom["designers"] if not one["blocked"] and one["email"])
    pattern = next(iter(placed.items.values()))[0].title.split()[0]
    fresh = on_the_bench(picker, queue_of(picker)[-1].number)
    codes = [code_text("ticket", fresh.number), *(line.item_no for line in fresh.lines[:3])]
    on_bench = (show_tab("picking_tabs", 1), scan(*codes))
    reserves = (show_tab("follow_up_tabs", 1), choose_first("table_reserves"))
    return (
        (
            Picture("library", prepare=scan(code_text("designer", card))),
            Picture("designers"),
            Picture("sample_orders", prepare=type_into("scan_box", pattern)),
            Picture("sample_orders", "sample_orders_status", show_tab("sample_orders_tabs", 1)),
            Picture("kits"),
            Picture("follow_up", prepare=choose_first("table_orders")),
            Picture("follow_up", "follow_up_reserves", one_after_the_other(*reserves)),
            Picture("sync_centre", prepare=show_tab("sync_tabs", 2)),
        ),
        (
            Picture("picking", prepare=show_tab("picking_tabs", 0)),
            Picture("picking", "picking_bench", one_after_the_other(*on_bench)),
            Picture("picking", "picking_confirmed", show_tab("picking_tabs", 2)),
        ),
        (Picture("kits", "kits_rep"), Picture("inquiries", "inquiries_rep")),
        (
            Picture("feeds", prepare=drop(write_file_with_new_headings(feeds), until="next_step")),
            Picture("feeds", "feeds_history", show_tab("feeds_tabs", 1)),
        ),
        (Picture("inquiries"),),
    )


def _text_of(pdf: bytes) -> str:
    """All text of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text
