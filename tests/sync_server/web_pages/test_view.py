"""The follow-up in a browser: the same rows as at a station, filtered, sorted, page by page, as a file."""

import csv
import io
from datetime import timedelta

import pytest
import requests

from shared_models.accounts.records import Organisation, Person
from shared_models.kernel.ids import LineId, OrderId, RequestId, new_id
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sync.streams import parse_stream
from sync_server.features.feeds.habits import FeedHabits, save_habits
from sync_server.features.web_pages import view_endpoints
from sync_server.features.web_pages.lists import LISTS
from tests.builders.server import SmallWorld, station_of
from tests.sync_server.web_pages.trade import ORDERS, Trade

LISTED = {
    "orders": "sales_orders", "reserves": "reserves", "freight": "freight", "customers": "customers",
    "mill-orders": "mill_orders", "requests": "sample_requests",
}  # fmt: skip


def everybody(world: SmallWorld) -> list[tuple[Person, Organisation]]:
    return [
        (world.clerk, world.showroom), (world.rep, world.showroom), (world.other_clerk, world.other_showroom),
        (world.picker, world.distributor), (world.master, world.distributor),
        (world.other_picker, world.other_distributor),
    ]  # fmt: skip


def ask_for_samples(trade: Trade) -> None:
    """The clerk of each showroom asks a distributor for a sample."""
    world = trade.world
    for person, house, asked in (
        (world.clerk, world.showroom, world.distributor),
        (world.clerk, world.showroom, world.other_distributor),
        (world.other_clerk, world.other_showroom, world.other_distributor),
    ):
        item = OrderedItem(line_id=LineId(new_id()), item_no="1354.1.0", title="Trianon 1", quantity=2)
        part = RequestPart(request_id=RequestId(new_id()), distributor_id=asked.id, items=(item,))
        order = PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Lobby"))
        with station_of(trade.server, person, house) as station:
            assert [outcome.result for outcome in station.push(order)] == ["applied"]


def test_everybody_sees_the_rows_that_a_station_of_theirs_has_and_no_others(trade: Trade) -> None:
    ask_for_samples(trade)
    for person, house in everybody(trade.world):
        with station_of(trade.server, person, house) as station:
            station.pull_all()
            at_station: dict[str, set[str]] = {name: set() for name in (*LISTED.values(), "stock")}
            for stream, rows in station.rows.items():
                named = parse_stream(stream)
                for table, key in rows:
                    if table in ("sales_orders", "reserves", "freight", "customers", "sample_requests"):
                        at_station[table].add(key)
                    elif table == "mill_orders" and named is not None:
                        at_station[table].add(f"{key}@{named.owner_id}")
                    elif table in ("inventory", "stock_status") and named is not None:
                        at_station["stock"].add(f"{'s' if table == 'stock_status' else ''}{key}@{named.owner_id}")
        with trade.browser(person) as browser:
            for name, table in {**LISTED, "stock": "stock"}.items():
                seen = browser.all_ids(name)
                assert len(seen) == len(set(seen)), (person.name, name)
                assert set(seen) == at_station[table], (person.name, name)
        total = sum(map(len, at_station.values()))
        assert total > 0 or person is trade.world.other_picker, person.name


def test_a_row_of_somebody_else_does_not_exist(trade: Trade) -> None:
    ask_for_samples(trade)
    with trade.browser(trade.world.master) as master:
        known = {which.name: master.all_ids(which.name) for which in LISTS}
    with trade.browser(trade.world.clerk) as clerk:
        mine = {which.name: set(clerk.all_ids(which.name)) for which in LISTS}
        for name, rows in known.items():
            foreign = [row for row in rows if row not in mine[name]][:5]
            for row in (*foreign, "1@nobody", "nothing", "%00", "9" * 40 + "@x"):
                answer = clerk.get(f"/web/{name}/{row}")
                assert answer.status_code == 404, (name, row)
                assert "no such row" in answer.text
        assert [row for name in known for row in known[name] if row not in mine[name]]


def test_costs_are_on_no_page_and_in_no_file_not_even_the_masters(trade: Trade) -> None:
    for person in (trade.world.master, trade.world.clerk, trade.world.rep):
        with trade.browser(person) as browser:
            for which in LISTS:
                answers = [browser.get(f"/web/{which.name}?show=all"), browser.get(f"/web/{which.name}/csv?show=all")]
                rows = browser.ids(answers[0], which.name)[:3]
                answers += [browser.get(f"/web/{which.name}/{row}") for row in rows]
                for answer in answers:
                    assert answer.status_code == 200
                    assert "4177" not in answer.text
                    assert "41777700" not in answer.text


@pytest.mark.parametrize("sort", ["order_no", "-order_no", "promised_on", "-promised_on", "qty_ordered", "-house"])
def test_pages_go_forwards_and_back_over_every_row_once(trade: Trade, sort: str) -> None:
    with trade.browser(trade.world.master) as browser:
        pages = list(browser.pages(f"/web/orders?show=all&sort={sort}"))
        forwards = [browser.ids(page, "orders") for page in pages]
        assert [len(rows) for rows in forwards] == [50, 50, ORDERS - 100]
        assert len({row for rows in forwards for row in rows}) == ORDERS
        back = [forwards[-1]]
        page = pages[-1]
        while path := browser.link(page, "prev"):
            page = browser.get(path)
            back.append(browser.ids(page, "orders"))
        assert back == forwards[::-1]
        assert browser.get("/web/orders?after=nonsense").status_code == 422
        assert browser.get("/web/orders?after=WzAsNSwieCJd").status_code == 422


def test_sorting_puts_what_is_blank_last_both_ways(trade: Trade) -> None:
    with trade.browser(trade.world.master) as browser:
        for sort in ("promised_on", "-promised_on"):
            file = browser.get(f"/web/orders/csv?show=all&sort={sort}")
            days = [row["Promised"] for row in csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")))]
            assert len(days) == ORDERS
            assert all(days[: ORDERS // 2])
            assert not any(days[ORDERS // 2 :])


def test_every_word_that_is_searched_must_be_somewhere_in_a_row(trade: Trade) -> None:
    with trade.browser(trade.world.master) as browser:
        assert len(browser.all_ids("orders", "show=all&q=trianon 77")) == 1
        assert len(browser.all_ids("orders", "show=all&q=TRIANON lake 77 MP5")) == 1
        assert browser.all_ids("orders", "show=all&q=77 nowhere") == []
        assert browser.all_ids("orders", "show=all&q=%25") == []
        assert browser.all_ids("orders", "show=all&q=_") == []
        assert "Nothing here fits “77 nowhere”" in browser.get("/web/orders?show=all&q=77 nowhere").text
        assert len(browser.all_ids("stock", "show=all&q=colour 1354.4.0")) == 3
        assert browser.get("/web/orders?q=" + "x" * 5000).status_code in (200, 413, 414)
        assert browser.get("/web/orders?q=%00").status_code == 200


def test_open_only_is_a_choice_that_the_address_keeps(trade: Trade) -> None:
    with trade.browser(trade.world.master) as browser:
        open_ones = browser.all_ids("orders", "show=open&show=all")
        assert len(open_ones) == ORDERS - ORDERS // 4
        assert len(browser.all_ids("orders", "show=all")) == ORDERS


def test_the_file_holds_what_the_list_holds_and_runs_nothing(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        answer = browser.get("/web/customers/csv?show=all&sort=name")
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert rows[0][:2] == ["Customer", "To look at"]
        assert len(rows) - 1 == len(browser.all_ids("customers"))
        assert any(row[0] == "'=HYPERLINK(1)" for row in rows)
        stock = browser.get("/web/stock/csv?show=all")
        names = {row["Pattern and colour"] for row in csv.DictReader(io.StringIO(stock.text.removeprefix("\ufeff")))}
        assert "Trianon Colour 4" in names


def test_a_long_file_comes_in_parts_and_holds_every_row_once(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_endpoints, "_ROWS_AT_ONCE", 60)
    with trade.browser(trade.world.master) as browser:
        for sort in ("order_no", "-promised_on"):
            answer = browser.get(f"/web/orders/csv?show=all&sort={sort}")
            rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert len({row["Order"] for row in rows}) == len(rows) == ORDERS


def test_a_rows_page_tells_all_and_leads_to_what_bears_on_it(trade: Trade) -> None:
    with trade.browser(trade.world.master) as browser:
        (row,) = browser.all_ids("orders", "show=all&q=00006 trianon 6 lake")
        page = browser.get(f"/web/orders/{row}")
        for said in ("Order 00006, line 1", "Trianon 6", "6.5 YD", "MP0", "Customer 6", "Reserve", "Shipment", "S6"):
            assert said in page.text
        for path in sorted({one.split('"')[0] for one in page.text.split('class="what" href="')[1:]}):
            assert browser.get(path).status_code == 200, path
    with trade.browser(trade.world.clerk) as browser:
        (stock, *_rest) = browser.all_ids("stock", "show=all&q=fenwick")
        assert "inventory is not on Order-Track" in browser.get(f"/web/stock/{stock}").text


def test_the_age_of_figures_is_told_against_what_was_promised(trade: Trade) -> None:
    house = trade.world.distributor

    def promise(connection: object) -> None:
        save_habits(connection, house.id, "sales_orders", FeedHabits(due_every_minutes=60))  # type: ignore[arg-type]

    trade.server.database.write_unit(promise)
    with trade.browser(trade.world.master) as browser:
        assert "due hourly" in browser.get("/web/orders").text
        assert "late" not in browser.get("/web/orders").text
        trade.clock.advance(timedelta(minutes=29))
        browser.get("/web/orders")
        trade.clock.advance(timedelta(minutes=29))
        browser.get("/web/orders")
        trade.clock.advance(timedelta(minutes=29))
        assert "due hourly, late" in browser.get("/web/orders").text


def test_what_a_house_does_not_publish_here_is_said(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        page = browser.get("/web/stock")
        assert "Not on Order-Track: the inventory of Maison Beraudin." in page.text
        assert "Trianon Colour 1" in page.text
    with trade.browser(trade.world.other_clerk) as browser:
        assert (
            "No distributor of yours has posted orders on mills yet." in browser.get("/web/mill-orders?show=all").text
        )


def test_a_page_that_is_not_there_and_a_list_that_is_not(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        for path in ("/web/nothing", "/web/orders/csv/more", "/web/files/../pyproject.toml", "/web/files/base.html"):
            assert browser.get(path).status_code == 404


def test_nobody_sees_anything_unsigned(trade: Trade) -> None:
    for path in ("/", "/web", "/web/orders", "/web/orders/csv", "/web/orders/1@x"):
        answer = requests.get(trade.server.url + path, timeout=30, allow_redirects=False)
        assert answer.status_code == 303
    assert "Sign in" in requests.get(trade.server.url + "/web/stock?q=x", timeout=30).text


def test_a_person_of_no_house_sees_empty_lists(trade: Trade) -> None:
    with trade.browser(trade.world.picker) as browser:
        assert browser.all_ids("orders") == []
        assert "No distributor of yours" in browser.get("/web/orders").text
