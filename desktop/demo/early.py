"""The morning of one distributor before the showroom opens: feeds, a held file, a hold that runs out, live stock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from desktop.demo import holds, live_stock, seven_feeds
from desktop.demo.cast import Seat, World
from desktop.demo.day_log import DayLog
from desktop.demo.post_office import Letter, PostOffice
from desktop.demo.server_process import ServerProcess
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.records import Inquiry

_MAIL_SECONDS = 60.0
_RIVAL = "JRO"

Sit = Callable[[str, tuple[str, str]], Seat]
"""Takes the seat of a person, who is named by mail address and password, at a station of this name."""


class Risen(NamedTuple):
    """Who is at work when the morning is over, and what is in the catalogue by then."""

    master: Seat
    rep: Seat
    rows: dict[str, int]
    mails: int
    """How many have arrived so far."""


class EarlyHours:
    """The steps in their order, all at the house of the code `house`."""

    def __init__(
        self, log: DayLog, world: World, server: ServerProcess, post_office: PostOffice, folder: Path, sit: Sit
    ) -> None:
        """`folder` takes the files that are posted."""
        self._log, self._world, self._server = log, world, server
        self._post, self._folder, self._sit = post_office, folder, sit

    def play(self, house: str, showroom: str) -> Risen:
        """From the first file to the master's look over all showrooms."""
        master = self._grant_real_time(house)
        morning = self._post_seven(master, house, showroom)
        self._hold_and_reject(master, morning, house)
        rep = self._extend_a_hold(master, morning, house, showroom)
        self._see_stock_change(master, morning, showroom)
        self._look_across(master, rep, house, showroom)
        rows = {feed.dataset: feed.rows for feed in morning.feeds}
        return Risen(master, rep, rows, len(self._post.letters))

    # --- the files -------------------------------------------------------------------------------

    def _grant_real_time(self, house: str) -> Seat:
        with self._log.step(f"the operator grants {house} Web Distribution"):
            modules = {grant["module"] for grant in self._world.distributor(house)["modules"]}
            for module in {"inventory", "web_distribution"} - modules:
                self._server.command("module", "grant", house, module)
            listed = self._server.command("module", "list").stdout
            self._log.check_that("the list of modules says so", "web_distribution" in listed)
        return self._sit(f"{house}-office", self._world.person(house, "master"))

    def _post_seven(self, master: Seat, house: str, showroom: str) -> seven_feeds.Morning:
        morning = seven_feeds.write_seven(self._world, house, showroom, self._folder)
        for feed in morning.feeds:
            with self._log.step(f"{house} posts {feed.dataset} as {feed.form} by {feed.way}"):
                seven_feeds.post(self._log, self._server, master, house, feed, self._folder)
                self._log.note(f"{house}: {feed.rows:,} rows of {feed.dataset}")
        return morning

    def _hold_and_reject(self, master: Seat, morning: seven_feeds.Morning, house: str) -> None:
        before = len(self._post.letters)
        with self._log.step("a file that lost most customers is held, and the master is mailed"):
            run_id = seven_feeds.lose_most_customers(self._log, master, morning, self._folder)
            letter = self._next_letters(before, 1)[0]
            self._log.check("the mail goes to the master", letter.recipients, (master.desk.person_email,))
            self._log.check_that("and names the run", run_id in letter.text)
        with self._log.step("the master rejects it on the Feeds page, and what was live stays"):
            seven_feeds.reject_on_the_page(self._log, master, run_id, len(morning.customers))

    # --- the hold --------------------------------------------------------------------------------

    def _extend_a_hold(self, master: Seat, morning: seven_feeds.Morning, house: str, showroom: str) -> Seat:
        row, before = morning.reserve, len(self._post.letters)
        with self._log.step("a hold runs out in two hours: the rep asks the distributor to extend it"):
            rep = self._sit("laptop", self._world.person(showroom, "rep"))
            self._log.check("both sides agree", rep.sync().state, "synced")
            inquiry_id = holds.ask_to_extend(self._log, rep, row)
            holds.ask_about(self._log, rep, house, morning.order)
        with self._log.step("the mail to the master says what is wanted"):
            letters = self._next_letters(before, 2)
            self._log.check("both mails go to the master", {one.recipients for one in letters},
                            {(master.desk.person_email,)})  # fmt: skip
            holds.read_asking(self._log, letters[0], row, rep)
        with self._log.step("the master finds it on her list and extends it"):
            holds.extend(self._log, master, rep, inquiry_id)
        with self._log.step("the rep sees the answer at the row and has it by mail"):
            letter = self._next_letters(before + 2, 1)[0]
            self._log.check("the mail goes to the rep", letter.recipients, (rep.desk.person_email,))
            holds.see_answer(self._log, rep, row, letter)
        with self._log.step(f"the next reserves of {house} show it: the inquiry is carried out"):
            changed = holds.changed_reserve(row, rep)
            seven_feeds.post_changes(self._log, master, "reserves", changed, self._folder)
            holds.see_it_carried_out(self._log, rep, row)
        return rep

    # --- what is seen ----------------------------------------------------------------------------

    def _see_stock_change(self, master: Seat, morning: seven_feeds.Morning, showroom: str) -> None:
        with self._log.step("stock that changes is told live and seen on an open page"):
            looker = self._sit("desk-0", self._world.person(showroom, "clerk", place=1))
            self._log.check("both sides agree", looker.sync().state, "synced")
            taken = live_stock.watch_stock_change(self._log, looker, master, morning.stock_item)
            self._log.note(f"seen {taken * 1000:.0f} ms after it was told")

    def _look_across(self, master: Seat, rep: Seat, house: str, showroom: str) -> None:
        with self._log.step(f"the master of {house} looks across all showrooms, each showroom sees its own"):
            rival = self._sit("rival", self._world.person(_RIVAL, "clerk"))
            for seat in (master, rep, rival):
                self._log.check(f"{seat.desk.person_name} agrees with the server", seat.sync().state, "synced")
            mine = master.desk.acting.organisation_id
            for kind in (SalesOrderLine, Reserve):
                name = kind.TABLE.name
                everywhere = _showrooms(master, name, mine)
                self._log.check(f"the master has {name} of both", set(everywhere), {showroom, _RIVAL})
                self._log.check(f"the rival has its own {name} alone", _showrooms(rival, name, mine),
                                {_RIVAL: everywhere[_RIVAL]})  # fmt: skip
                self._log.check(f"the rep has her own {name} alone", set(_showrooms(rep, name, mine)), {showroom})
            asked = [len(seat.desk.database.read().records(Inquiry)) for seat in (master, rep, rival)]
            self._log.check("what was asked is seen by the two who have to do with it", asked, [2, 2, 0])
            rival.close()

    # --- inside ----------------------------------------------------------------------------------

    def _next_letters(self, before: int, count: int) -> list[Letter]:
        found = self._post.wait_for(before + count, seconds=_MAIL_SECONDS)[before:]
        self._log.check(f"{count} more mails arrived", len(found), count)
        return found


def _showrooms(seat: Seat, table: str, distributor_id: str) -> dict[str, int]:
    """How many rows of a distributor the station has for each showroom."""
    sql = f"SELECT showroom_code, count(*) FROM {table} WHERE distributor_id = ? GROUP BY showroom_code"
    return dict(seat.desk.database.read().rows(sql, distributor_id))
