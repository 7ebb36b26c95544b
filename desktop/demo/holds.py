"""A hold that runs out: the rep asks the distributor to extend it, its master answers, the rep sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from desktop.cache.inquiries import InquiryNow, asked_about
from desktop.demo.cast import Seat
from desktop.demo.day_log import DayLog
from desktop.demo.post_office import Letter
from desktop.demo.sample_follow_up import Row
from desktop.demo.seven_feeds import EXPIRES_WITHIN
from desktop.features.follow_up import actions as asking
from desktop.features.follow_up.columns import expiry_chip
from desktop.features.inquiries import actions as answering
from desktop.features.inquiries import queries
from desktop.features.inquiries.actions import Said
from desktop.widgets.colours import Tone
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.rules import Standing

EXTENDED_BY = timedelta(days=6)
NOTE = "The client is back on Friday."
QUESTION = "Which lot will this be cut from?"


def until_on(desk_today: date) -> date:
    """Until when the hold shall be extended."""
    return desk_today + EXTENDED_BY


def ask_to_extend(log: DayLog, rep: Seat, row: Row) -> str:
    """The rep finds the hold at the top of her board and asks; gives the inquiry's id."""
    reserve = _reserve(rep, row)
    chip = expiry_chip(reserve, rep.desk.clock.now())
    log.check("the board marks it", chip.tone, Tone.ATTENTION)
    hours = EXPIRES_WITHIN.total_seconds() // 3600
    log.check_that(f"with less than {hours:.0f} hours left", chip.word in ("1 h left", "2 h left"))
    wish = asking.Wish("EXTEND", until_on(rep.desk.today()), NOTE)
    _changes, inquiry_id = asking.ask(rep.desk, reserve, wish)
    log.check("it waits at her desk", rep.desk.outbox.waiting_count(), 1)
    log.check("her row says that it is asked", _asked(rep, row).standing, Standing.OPEN)
    log.check("both sides agree", rep.sync().state, "synced")
    log.check("nothing was refused", rep.desk.outbox.needs_attention(), [])
    return inquiry_id


def ask_about(log: DayLog, rep: Seat, house: str, row: Row) -> None:
    """A question about an order of the house with that code, which its master leaves for later."""
    clause = "WHERE distributor_id = ? AND order_no = ? AND line_no = ?"
    orders = rep.desk.database.read().records(
        SalesOrderLine, clause, rep.organisation(house).id, row["order_no"], row["line_no"]
    )
    log.check("the order is there", len(orders), 1)
    asking.ask(rep.desk, orders[0], asking.Wish("QUESTION", note=QUESTION))
    log.check("both sides agree", rep.sync().state, "synced")


def read_asking(log: DayLog, letter: Letter, row: Row, rep: Seat) -> None:
    """What the mail to the master says, and to whom an answer to it goes."""
    day = until_on(rep.desk.today())
    log.check_that(
        "the subject says what is wanted", f"extend Reserve {row['reserve_no']}" in letter.message["Subject"]
    )
    for words in (row["item_no"], row["sidemark"], NOTE, f"until {day.day} {day:%B} {day.year}"):
        log.check_that(f"“{words}” stands in it", words in letter.text)
    log.check_that("an answer to it reaches the rep", rep.desk.person_email in str(letter.message["Reply-To"]))


def extend(log: DayLog, master: Seat, rep: Seat, inquiry_id: str) -> None:
    """The master finds it on her list and answers; the number in the navigation falls."""
    log.check("both sides agree", master.sync().state, "synced")
    reader, house = master.desk.database.read(), master.desk.acting.organisation_id
    log.check("two inquiries wait for the master", queries.wants_an_answer(reader, house), 2)
    first = queries.inquiries(reader, house, "", open_only=True).rows[0]
    log.check("the older stands first", (first.inquiry.id, first.inquiry.note), (inquiry_id, NOTE))
    log.check("with who asks", first.inquiry.asked_by_name, rep.desk.person_name)
    answering.answer(master.desk, inquiry_id, Said("AGREED", first.inquiry.until_on, text="Gladly."))
    log.check("one waits still", queries.wants_an_answer(master.desk.database.read(), house), 1)
    log.check("the answer reached the server", master.sync().state, "synced")
    log.check("nothing was refused", master.desk.outbox.needs_attention(), [])


def see_answer(log: DayLog, rep: Seat, row: Row, letter: Letter) -> None:
    """At her row and by mail; the reserve itself is as the last file had it."""
    log.check("both sides agree", rep.sync().state, "synced")
    asked = _asked(rep, row)
    log.check("her row says that it is extended", asked.standing, Standing.AGREED)
    log.check("until the day that she asked for", asked.inquiry.agreed_until_on, until_on(rep.desk.today()))
    log.check("only a file changes the reserve", _reserve(rep, row).expires_at, row["expires_at"])
    day = until_on(rep.desk.today())
    log.check_that("the mail says so too", f"Answer: extended until {day.day} {day:%B} {day.year}" in letter.text)


def changed_reserve(row: Row, rep: Seat) -> Row:
    """What the next file says of it."""
    ends = datetime.combine(until_on(rep.desk.today()), time(22), UTC)
    extended = int(row["times_extended"] or 0) + 1
    return {
        "reserve_no": row["reserve_no"],
        "line_no": row["line_no"],
        "expires_at": ends.isoformat().replace("+00:00", "Z"),
        "times_extended": str(extended),
    }


def see_it_carried_out(log: DayLog, rep: Seat, row: Row) -> None:
    """The distributor's next file shows what was agreed."""
    log.check("both sides agree", rep.sync().state, "synced")
    log.check("the file has carried it out", _asked(rep, row).standing, Standing.CARRIED_OUT)
    chip = expiry_chip(_reserve(rep, row), rep.desk.clock.now())
    log.check("the board is calm about it", chip.tone, Tone.NEUTRAL)


def _asked(seat: Seat, row: Row) -> InquiryNow:
    house = _reserve(seat, row).distributor_id
    return asked_about(seat.desk.database.read(), house, "reserves", row["reserve_no"], row["line_no"])[0]


def _reserve(seat: Seat, row: Row) -> Reserve:
    (found,) = seat.desk.database.read().records(
        Reserve, "WHERE reserve_no = ? AND line_no = ?", row["reserve_no"], row["line_no"]
    )
    return found
