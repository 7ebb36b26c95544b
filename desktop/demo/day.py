"""The played day: a whole working day through the real desktop code and the real server, every outcome checked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from desktop.demo import at_the_bench, at_the_feeds, at_the_library, at_the_order_form, in_a_browser, morning
from desktop.demo.at_the_library import LentOut
from desktop.demo.at_the_order_form import BY_MAIL_ONLY, Placed
from desktop.demo.cable import Cable
from desktop.demo.cast import HOUSE_OF_THE_DAY, Seat, World, take_seat
from desktop.demo.day_log import DayLog
from desktop.demo.early import EarlyHours
from desktop.demo.evening import compare_desks, order_from_kit, read_mail, take_pictures, write_report
from desktop.demo.post_office import PostOffice
from desktop.demo.server_process import ServerProcess
from desktop.foundation.assets import resource

SHOWROOM = "HPS"
_MAIL_SECONDS = 60.0


_OTHER_HOUSES = ("MBR", "PWK")


class Houses(NamedTuple):
    """The codes of the distributors that take part, the one whose files may be a real one's first."""

    first: str
    second: str
    third: str


def houses_with(first: str) -> Houses:
    """The three of the sample; a code that another of them had has changed places with the first one's."""
    return Houses(first, *(HOUSE_OF_THE_DAY if other == first else other for other in _OTHER_HOUSES))


def play_day(out: Path, feeds: Mapping[str, Path]) -> None:
    """Play the day and leave log, papers, mails, pictures and report in `out`.

    `feeds` are a distributor's own files by dataset, to be used instead of the sample ones. Raises `StepFailed`,
    `ServerTrouble`, `DomainError` or OSError when it does not come out as it must.
    """
    out.mkdir(parents=True, exist_ok=True)
    for former in (*out.glob("mail/*.eml"), *out.glob("screens/*.png")):
        former.unlink()
    log = DayLog(out / "day.log")
    code = next((found for found in map(morning.house_code_in, feeds.values()) if found), HOUSE_OF_THE_DAY)
    world = World(resource("sample_data", "world.json"), house_code=code)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="order-track-day-")))
        post_office = stack.enter_context(PostOffice(out / "mail"))
        server = stack.enter_context(ServerProcess(folder / "server", smtp_url=post_office.url))
        Day(log, out, folder, world, server, post_office, stack).play(houses_with(code), feeds)
    log.end()


class Day:
    """The steps in their order; each leaves what the later ones need."""

    def __init__(
        self,
        log: DayLog,
        out: Path,
        folder: Path,
        world: World,
        server: ServerProcess,
        post_office: PostOffice,
        stack: ExitStack,
    ) -> None:
        """`folder` takes the server's data and the profiles; `stack` closes what the day opens."""
        self._log, self._out, self._folder = log, out, folder
        self._world, self._server, self._post, self._stack = world, server, post_office, stack

    def play(self, houses: Houses, feeds: Mapping[str, Path]) -> None:
        """From the first feed to the last picture; a distributor's own files come first, for they may be refused."""
        self._open_server()
        products = self._post_feeds(houses, feeds)
        early = EarlyHours(
            self._log, self._world, self._server, self._post, self._folder / "morning",
            lambda station, who: self._sit(station, who, self._server.url),
        )  # fmt: skip
        risen = early.play(houses.second, SHOWROOM)
        products += risen.rows["products"]
        clerk, cable = self._clerk_signs_in(products)
        lent = self._work_offline(clerk, cable)
        placed = self._order_offline(clerk, lent, houses)
        self._come_online(clerk, cable, placed)
        pickers = self._requests_arrive(houses, placed, risen.mails)
        said = self._pick(houses, pickers)
        self._acknowledge(clerk, placed, lent, said, risen.mails)
        self._answer_by_link(clerk, placed)
        second = self._second_desk(clerk)
        rep = self._rep_orders(risen.rep, pickers[houses.first])
        self._papers(clerk, lent)
        master = self._master_takes_a_file_in(houses.first)
        self._pictures([clerk, pickers[houses.first], rep, master, risen.master], placed)
        for seat in (second, pickers[houses.second], pickers[houses.third]):
            seat.close()

    # --- morning ---------------------------------------------------------------------------------

    def _open_server(self) -> None:
        with self._log.step("the operator makes the database, brings the world in and starts the server"):
            self._server.command("init")
            said = self._server.command(
                "load-world", str(self._world.write(self._folder / "world.json"))
            ).stdout.strip()
            self._log.check_that("the world is in", "7 organisations" in said)
            morning.promise_new_figures(self._server, self._world)
            self._server.start()

    def _post_feeds(self, houses: Houses, feeds: Mapping[str, Path]) -> int:
        """Every house posts what it has; returns how many products there are in all."""
        posted: dict[str, int] = {}
        for code in (houses.first, houses.third):
            files = morning.sample_files_of_today(self._world, code, self._folder)
            if code == houses.first and feeds:
                # Inventory of sample items would stand beside products that are not theirs.
                files = dict(feeds) if "products" in feeds else files | dict(feeds)
            with self._log.step(f"{code} posts {' and '.join(files)}"):
                master = self._sit(f"{code}-master", self._world.person(code, "master"), self._server.url)
                for dataset, file in files.items():
                    rows = morning.post_over_http(self._log, self._server, master.token, dataset, file)
                    posted[dataset] = posted.get(dataset, 0) + rows
                    self._log.note(f"{code}: {rows:,} rows of {dataset}")
                master.close()
        first = (morning.sample_files(self._world, houses.first) | dict(feeds))["products"]
        with self._log.step("the same products again change nothing"):
            morning.post_again(self._log, self._server, houses.first, "products", first)
        return posted["products"]

    # --- the clerk -------------------------------------------------------------------------------

    def _clerk_signs_in(self, products: int) -> tuple[Seat, Cable]:
        with self._log.step("a clerk signs in, first sync"):
            cable = self._stack.enter_context(Cable(self._server.host, self._server.port))
            clerk = self._sit("desk-1", self._world.person(SHOWROOM, "clerk"), cable.url)
            self._log.check("both sides agree", clerk.sync().state, "synced")
            self._log.check("every product can be searched", clerk.desk.catalogue.count(), products)
            designers = clerk.desk.database.read().value("SELECT count(*) FROM designers")
            self._log.check("her designers are there", designers, len(self._showroom["designers"]))
        return clerk, cable

    def _work_offline(self, clerk: Seat, cable: Cable) -> LentOut:
        with self._log.step("the cable is pulled"):
            cable.pull()
            self._log.check("the desk says that it is offline", clerk.sync().state, "offline")
        with self._log.step("five copies are lent to a designer, a sixth by mistake and undone"):
            designer = at_the_library.designer_of_the_day(self._showroom)
            lent = at_the_library.lend_five(self._log, clerk, designer)
        with self._log.step("two come back, one of them was never lent"):
            at_the_library.take_two_back(self._log, clerk, lent)
        with self._log.step("an unknown code, and two codes glued together"):
            at_the_library.refuse_unknown(self._log, clerk)
        return lent

    def _order_offline(self, clerk: Seat, lent: LentOut, houses: Houses) -> Placed:
        with self._log.step("seven samples of four houses are ordered, one house is not on Order-Track"):
            placed = at_the_order_form.order_seven(
                self._log, clerk, self._world, houses, designer_id=lent.designer_id, sidemark=at_the_library.SIDEMARK
            )
        with self._log.step("asking for the same again is told before it is sent"):
            again = placed.items[self._world.house_code][:2]
            at_the_order_form.tell_of_duplicates(self._log, clerk, designer_id=lent.designer_id, items=again)
        with self._log.step("still offline: all of it waits on the disk"):
            waiting = clerk.desk.outbox.waiting_count()
            self._log.check_that("what was done waits", waiting >= 10)
            self._log.check("the desk is offline still", clerk.sync().state, "offline")
            self._log.check("nothing was lost meanwhile", clerk.desk.outbox.waiting_count(), waiting)
            self._log.note(f"{waiting} operations waiting")
        return placed

    def _come_online(self, clerk: Seat, cable: Cable, placed: Placed) -> None:
        with self._log.step("the cable is plugged in, both sides agree"):
            cable.plug_in()
            self._log.check("both sides agree", clerk.sync().state, "synced")
            self._log.check("nothing waits", clerk.desk.outbox.waiting_count(), 0)
            self._log.check("nothing was refused", clerk.desk.outbox.needs_attention(), [])
            self._log.check("another round has nothing to do", clerk.sync().settled, 0)
            numbers = {line.request_number for line in at_the_order_form.lines_of(clerk, placed.order_id)}
            self._log.check("each request has its number", (len(numbers), "" in numbers), (4, False))

    # --- the distributors ------------------------------------------------------------------------

    def _requests_arrive(self, houses: Houses, placed: Placed, before: int) -> dict[str, Seat]:
        with self._log.step("four mails with the requests as PDF have left"):
            letters = self._post.wait_for(before + 4, seconds=_MAIL_SECONDS)[before:]
            self._log.check("four mails arrived", len(letters), 4)
            addresses = {code: self._world.distributor(code)["sample_department_email"] for code in placed.items}
            read_mail(self._log, letters, addresses, placed)
        pickers = {}
        with self._log.step("three requests wait in three queues"):
            for code in houses:
                picker = self._sit(f"{code}-bench", self._world.person(code, "picker"), self._server.url)
                self._log.check(f"{code} agrees with the server", picker.sync().state, "synced")
                queue = at_the_bench.queue_of(picker)
                self._log.check(f"one request waits at {code}", len(queue), 1)
                self._log.check(f"with all its lines at {code}", queue[0].lines_open, len(placed.items[code]))
                pickers[code] = picker
        return pickers

    def _pick(self, houses: Houses, pickers: Mapping[str, Seat]) -> dict[str, at_the_bench.Said]:
        said = {}
        numbers = {code: at_the_bench.queue_of(seat)[0].number for code, seat in pickers.items()}
        with self._log.step(f"{houses.first} prints the tickets"):
            papers = at_the_bench.print_wave(self._log, pickers[houses.first])
            (self._out / "tickets.pdf").write_bytes(papers.pdf)
        with self._log.step(f"{houses.first} ships one, backorders one, and one will not come"):
            said[houses.first] = at_the_bench.pick_in_parts(self._log, pickers[houses.first], numbers[houses.first])
        for code in (houses.second, houses.third):
            with self._log.step(f"{code} ships everything"):
                at_the_bench.print_wave(self._log, pickers[code])
                said[code] = at_the_bench.ship_everything(self._log, pickers[code], numbers[code])
        with self._log.step("the warehouses agree with the server"):
            for code, picker in pickers.items():
                self._log.check(f"{code} agrees", picker.sync().state, "synced")
                self._log.check(f"nothing of {code} was refused", picker.desk.outbox.needs_attention(), [])
        return said

    # --- evening ---------------------------------------------------------------------------------

    def _acknowledge(
        self, clerk: Seat, placed: Placed, lent: LentOut, said: Mapping[str, at_the_bench.Said], before: int
    ) -> None:
        with self._log.step("designer and showroom have their acknowledgements"):
            before += len(placed.items)
            letters = self._post.wait_for(before + 2 * len(said), seconds=_MAIL_SECONDS)[before:]
            self._log.check("two for each confirmation", len(letters), 2 * len(said))
            to_designer = [letter for letter in letters if lent.designer_email in letter.recipients]
            to_showroom = [letter for letter in letters if self._showroom["email"] in letter.recipients]
            self._log.check("one of each to the designer", len(to_designer), len(said))
            self._log.check("one of each to the showroom", len(to_showroom), len(said))
            first = next(letter.text for letter in to_showroom if at_the_bench.TRACKING_NO in letter.text)
            self._log.check_that("the reason stands in it", at_the_bench.WILL_NOT_SHIP in first)
            self._log.check(
                "each mail left once", len({str(one.message["Message-ID"]) for one in letters}), len(letters)
            )
        with self._log.step("the clerk's screen shows the status of every line"):
            self._log.check("both sides agree", clerk.sync().state, "synced")
            lines = at_the_order_form.lines_of(clerk, placed.order_id)
            shipped = sum(line.shipped for line in lines)
            self._log.check("what shipped", shipped, sum(one.shipped for one in said.values()))
            self._log.check("what waits", [line.status for line in lines].count("backordered"), 1)
            self._log.check("what will not come", [line.status for line in lines].count("will_not_ship"), 1)
            by_mail = [line for line in lines if not line.takes_part]
            self._log.check(f"{BY_MAIL_ONLY} has not answered", [line.status for line in by_mail], ["pending"])

    def _answer_by_link(self, clerk: Seat, placed: Placed) -> None:
        with self._log.step(f"{BY_MAIL_ONLY}, which is not on Order-Track, answers by the link in its mail"):
            address = self._world.distributor(BY_MAIL_ONLY)["sample_department_email"]
            in_a_browser.answer_by_link(self._log, in_a_browser.link_in(self._post.letters, address))
            self._log.check("both sides agree", clerk.sync().state, "synced")
            lines = [line for line in at_the_order_form.lines_of(clerk, placed.order_id) if not line.takes_part]
            self._log.check("the clerk sees that it shipped", [line.status for line in lines], ["shipped"])
        with self._log.step("the clerk looks at it from home, in a browser"):
            who = self._world.person(SHOWROOM, "clerk")
            in_a_browser.look_from_home(self._log, self._server.url, who, lines[0].request_number)

    def _second_desk(self, clerk: Seat) -> Seat:
        with self._log.step("a second desk of the showroom shows all of it"):
            second = self._sit("desk-2", self._world.person(SHOWROOM, "clerk", place=1), self._server.url)
            self._log.check("both sides agree", second.sync().state, "synced")
            compare_desks(self._log, clerk, second)
        return second

    def _rep_orders(self, rep: Seat, picker: Seat) -> Seat:
        with self._log.step("the rep orders from a kit"):
            self._log.check("both sides agree", rep.sync().state, "synced")
            order_from_kit(self._log, rep)
            self._log.check("the order reached the server", rep.sync().state, "synced")
            self._log.check("nothing was refused", rep.desk.outbox.needs_attention(), [])
        with self._log.step("the kit's request waits at the warehouse"):
            self._log.check("the warehouse agrees", picker.sync().state, "synced")
            fresh = [row for row in at_the_bench.queue_of(picker) if row.state == "new"]
            self._log.check("one new request", len(fresh), 1)
        return rep

    def _master_takes_a_file_in(self, house: str) -> Seat:
        with self._log.step(f"the master of {house} takes a file in whose columns nobody knows"):
            master = self._sit(f"{house}-feeds", self._world.person(house, "master"), self._server.url)
            self._log.check("both sides agree", master.sync().state, "synced")
            at_the_feeds.take_in_strange_file(
                self._log, master, at_the_feeds.write_strange_file(self._folder / "feeds")
            )
        return master

    def _papers(self, clerk: Seat, lent: LentOut) -> None:
        with self._log.step("receipt, labels and report are written"):
            labels = at_the_library.draw_labels(clerk, lent.barcodes)
            at_the_library.write_papers(self._out, receipt=lent.receipt, labels=labels)
            write_report(self._log, clerk, self._out / "report.xlsx")
            for name in ("receipt.pdf", "labels.pdf", "tickets.pdf"):
                self._log.check(f"{name} is a PDF", (self._out / name).read_bytes()[:5], b"%PDF-")

    def _pictures(self, seats: Sequence[Seat], placed: Placed) -> None:
        with self._log.step("pictures of every page, light and dark"):
            nobody, screens = self._folder / "nobody", self._out / "screens"
            written = take_pictures(self._log, seats, self._showroom, placed, nobody, self._server.url, screens)
            self._log.note(f"{written} pictures")

    # --- inside ----------------------------------------------------------------------------------

    @property
    def _showroom(self) -> dict[str, Any]:
        return dict(self._world.showroom(SHOWROOM))

    def _sit(self, station: str, who: tuple[str, str], url: str) -> Seat:
        return take_seat(self._folder / station, url, who, station)
