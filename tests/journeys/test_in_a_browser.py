"""The web pages in a real Chromium: with a mouse, a keyboard, a phone's width, without scripts, for everybody."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from shared_models.kernel.clock import SystemClock
from sync_server.features.web_pages.lists import LISTS
from tests.builders.chromium import NO_CHROMIUM, Chromium, Scheme, chromium, find_chromium, must_be_there
from tests.builders.server import PASSWORD, RunningServer, SmallWorld, running_server, small_world, station_of
from tests.sync_server.web_pages.house import Correspondence, change_organisation
from tests.sync_server.web_pages.trade import post_everything

pytestmark = pytest.mark.timeout(120)


class House:
    """A server with everything to look at, and a request to answer by its link."""

    def __init__(self, server: RunningServer, world: SmallWorld) -> None:
        self.server = server
        self.world = world
        self._requests = 0

    def ask(self, *quantities: int) -> tuple[str, str]:
        """A clerk asks the house without Order-Track; gives the request's id and the link in the mail."""
        self._requests += 1
        with station_of(self.server, self.world.clerk, self.world.showroom) as clerk:
            letters = Correspondence(self.server, self.world, clerk, self.server.clock)  # type: ignore[arg-type]
            request_id = letters.ask(*quantities, number=str(self._requests))
            link = letters.link()
            letters.browser.close()
        return request_id, link

    def shipped(self, request_id: str) -> list[int]:
        letters = Correspondence(self.server, self.world, None, self.server.clock)  # type: ignore[arg-type]
        letters.browser.close()
        return [line.shipped for line in letters.lines(request_id)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with running_server(folder, clock=SystemClock()) as server:
        world = small_world(server.database, datetime.now(UTC).date())
        post_everything(server, world, folder)
        change_organisation(server, world.other_distributor, takes_part=False)
        yield House(server, world)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if find_chromium() is None:
        if must_be_there():
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def page(window: Chromium, house: House) -> Iterator[Chromium]:
    """The browser with nobody signed in, as wide as a desk; it must have had nothing to complain of."""
    window.driver.delete_all_cookies()
    window.look(1280)
    window.complaints()
    yield window
    assert window.complaints() == []


def sign_in(page: Chromium, house: House) -> None:
    page.go(house.server.url + "/web/orders")
    page.find("input[name=email]").send_keys(house.world.clerk.email)
    page.find("input[name=password]").send_keys(PASSWORD)
    page.follow(page.find("button.primary"))
    assert page.path == "/web/orders"


def rows(page: Chromium) -> list[str]:
    return [row.text for row in page.all("tbody tr td.first")]


def test_a_clerk_filters_sorts_opens_a_row_takes_a_file_and_leaves(page: Chromium, house: House) -> None:
    sign_in(page, house)
    assert len(rows(page)) == 50
    page.find("#q").send_keys("trianon 78")
    page.follow(page.find(".tools button"))
    assert rows(page) == ["00078-1"]
    page.follow(page.find("td.first a"))
    assert page.find("h1").text == "Order 00078, line 1"
    assert "Trianon 78" in page.text()
    page.follow(page.find("nav.tabs a[href='/web/stock']"))
    page.follow(page.find("th a[href*='sort=-item_no']"))
    assert page.find("th[aria-sort=descending]").text.startswith("Item")
    assert rows(page)[0] == "1354.8.0"
    page.find(".tools a.button").click()
    file = page.downloads / "stock.csv"
    page.wait_until(file.exists)
    with file.open(encoding="utf-8-sig", newline="") as content:
        assert next(csv.DictReader(content))["Item"] == "1354.8.0"
    page.follow(page.find("header button"))
    assert page.path == "/web/sign-in"
    page.go(house.server.url + "/web/stock")
    assert page.path.startswith("/web/sign-in")


def test_a_wrong_password_is_told_and_what_was_typed_as_address_stays(page: Chromium, house: House) -> None:
    page.go(house.server.url + "/web/sign-in")
    page.find("input[name=email]").send_keys(house.world.master.email)
    page.find("input[name=password]").send_keys("not it")
    page.follow(page.find("button.primary"))
    assert page.find("[role=alert]").text == "The e-mail address or the password is wrong."
    assert page.find("input[name=email]").get_attribute("value") == house.world.master.email
    assert [line for line in page.complaints() if "401" not in line] == []


def test_everything_can_be_done_with_the_keyboard_alone(page: Chromium, house: House) -> None:
    page.go(house.server.url + "/web/reserves")
    page.press(Keys.TAB)
    assert page.focused().text == "Skip to the content"
    assert page.focused().is_displayed()
    page.press(Keys.ENTER)
    page.press(Keys.TAB)
    assert page.focused().get_attribute("name") == "email"
    page.press(house.world.clerk.email, Keys.TAB, PASSWORD, Keys.ENTER)
    page.wait_until(lambda: page.path == "/web/reserves")
    seen = []
    for _ in range(60):
        page.press(Keys.TAB)
        here = page.focused()
        outline = here.value_of_css_property("outline-style")
        assert outline != "none", f"no focus to be seen on {here.tag_name} {here.text!r}"
        seen.append(here.get_attribute("name") or here.text)
        if here.text.startswith("R") and here.tag_name == "a" and "/web/reserves/" in str(here.get_attribute("href")):
            break
    for reached in ("Sign out", "Customers", "q", "show", "sort", "Show", "Download as CSV"):
        assert reached in seen
    page.press(Keys.ENTER)
    page.wait_until(lambda: page.path.startswith("/web/reserves/"))
    assert page.find("h1").text.startswith("Reserve R")


def test_no_page_runs_out_of_a_phone(page: Chromium, house: House) -> None:
    _request_id, link = house.ask(1, 3)
    page.look(375, 812)
    page.go(link)
    assert page.overflow() == 0
    sign_in(page, house)
    for which in LISTS:
        page.go(f"{house.server.url}/web/{which.name}?show=all")
        assert page.overflow() == 0, which.name
        first = page.all("td.first a")
        if first:
            page.follow(first[0])
            assert page.overflow() == 0, which.name
            assert page.find("h1").is_displayed()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(page: Chromium, house: House, scheme: Scheme) -> None:
    _request_id, link = house.ask(1, 3)
    page.look(1280, scheme=scheme)
    addresses = [link, house.server.url + "/web/sign-in"]
    barriers = {address: _barriers(page, address) for address in addresses}
    sign_in(page, house)
    for which in LISTS:
        address = f"{house.server.url}/web/{which.name}?show=all"
        barriers[address] = _barriers(page, address)
        if first := page.all("td.first a"):
            page.follow(first[0])
            barriers[page.path] = page.barriers()
    page.look(375, 812, scheme)
    barriers["on a phone"] = _barriers(page, house.server.url + "/web/orders")
    assert {where: found for where, found in barriers.items() if found} == {}


def _barriers(page: Chromium, address: str) -> list[str]:
    page.go(address)
    return page.barriers()


def test_axe_would_find_a_barrier(page: Chromium, house: House) -> None:
    page.go(house.server.url + "/web/sign-in")
    page.run("document.querySelector('input[name=email]').parentElement.replaceWith(document.createElement('input'))")
    assert any(found.startswith("label") for found in page.barriers())


def test_whoever_has_the_link_answers_in_a_browser_once(page: Chromium, house: House) -> None:
    request_id, link = house.ask(1, 3)
    page.go(link)
    assert "Sample request MBR-" in page.find("h1").text
    page.find("input[name=outcome-1][value=shipped]").click()
    page.find("input[name=outcome-2][value=will_not_ship]").click()
    page.find("input[name=carrier]").send_keys("UPS")
    page.find("input[name=tracking]").send_keys("1Z999")
    page.follow(page.find("button.primary"))
    assert "Say why" in page.find("[role=alert]").text
    assert page.find("input[name=tracking]").get_attribute("value") == "1Z999"
    assert house.shipped(request_id) == [0, 0]
    page.find("input[name=reason-2]").send_keys("Discontinued")
    page.follow(page.find("button.primary"))
    assert "Taken on" in page.find("[role=status]").text
    assert house.shipped(request_id) == [1, 0]
    assert page.all("form.answers") == []
    page.driver.back()
    page.driver.back()
    page.go(link)
    assert "Already done on" in page.find("[role=status]").text
    assert house.shipped(request_id) == [1, 0]
    assert [line for line in page.complaints() if "422" not in line] == []


def test_nothing_needs_a_script(house: House, window: Chromium, tmp_path: Path) -> None:
    assert window.driver.session_id
    with chromium(tmp_path, scripts=False) as page:
        page.go("data:text/html,<body>plain<script>document.body.textContent='ran'</script>")
        assert page.text() == "plain"
        sign_in(page, house)
        page.find("#q").send_keys("trianon 78")
        page.follow(page.find(".tools button"))
        assert rows(page) == ["00078-1"]
