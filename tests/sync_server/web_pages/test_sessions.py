"""Signing in and out in a browser: the same account, the same patience, and nothing that others can use."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from sync_server.features.accounts.revocation import revoke_station
from sync_server.features.accounts.stations import BROWSER
from sync_server.features.accounts.tables import STATION_TOKENS, STATIONS
from sync_server.features.accounts.tokens import end_all_of_person
from sync_server.features.web_pages.sessions import COOKIE, IDLE, LONGEST
from sync_server.foundation.secret_file import change_secret
from tests.builders.server import PASSWORD, running_server, small_world
from tests.sync_server.web_pages.trade import Browser, Trade


def cookie_of(browser: Browser) -> str:
    return str(browser.session.cookies.get(COOKIE, path="/web"))


def is_in(browser: Browser) -> bool:
    answer = browser.get("/web/orders", allow_redirects=False)
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def test_one_comes_to_the_page_that_one_wanted(trade: Trade) -> None:
    with requests.Session() as session:
        browser = Browser(trade.server.url, session)
        asked = browser.get("/web/stock?q=trianon")
        wanted = parse_qs(urlsplit(asked.url).query)["next"][0]
        assert wanted == "/web/stock?q=trianon"
        assert browser.sign_in(trade.world.clerk.email, after=wanted).url.endswith("/web/stock?q=trianon")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://thief.example/", "//thief.example", "/web/..//thief.example", "/\\thief.example", "/r/x", "x"],
)
def test_nobody_is_sent_elsewhere(trade: Trade, elsewhere: str) -> None:
    with requests.Session() as session:
        browser = Browser(trade.server.url, session)
        assert browser.sign_in(trade.world.clerk.email, after=elsewhere).url == trade.server.url + "/web/orders"


def test_the_cookie_is_for_the_server_alone_and_opens_nothing_else(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        said = browser.get("/web/orders").headers["set-cookie"]
        assert "HttpOnly" in said
        assert "SameSite=lax" in said
        assert "Path=/web" in said
        assert "Secure" not in said
        secret = urlsafe_b64decode(cookie_of(browser).split(".")[0] + "==").decode().strip('"')
        for stolen in (cookie_of(browser), secret):
            answer = requests.get(
                trade.server.url + "/v1/streams", headers={"authorization": f"Bearer {stolen}"}, timeout=30
            )
            assert answer.status_code == 401


def test_over_https_the_cookie_travels_only_so(tmp_path: object) -> None:
    with running_server(tmp_path, public_url="https://samples.example") as server:  # type: ignore[arg-type]
        small_world(server.database)
        said = requests.get(server.url + "/web/sign-in", timeout=30).headers["set-cookie"]
        assert "Secure" in said


def test_after_half_an_hour_of_quiet_one_signs_in_again_and_is_told_why(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        for _ in range(3):
            trade.clock.advance(IDLE - timedelta(seconds=1))
            assert is_in(browser)
        trade.clock.advance(IDLE + timedelta(seconds=1))
        page = browser.get("/web/orders")
        assert "signed out after half an hour without a click" in page.text


def test_after_twelve_hours_one_signs_in_again_however_much_one_clicked(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        for _ in range(int(LONGEST / timedelta(minutes=25))):
            assert is_in(browser)
            trade.clock.advance(timedelta(minutes=25))
        trade.clock.advance(timedelta(minutes=25))
        assert not is_in(browser)


def test_signing_out_ends_the_session_everywhere(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        kept = cookie_of(browser)
        page = browser.get("/web/orders")
        answer = browser.session.post(f"{trade.server.url}/web/sign-out", data={"csrf": browser.csrf(page)}, timeout=30)
        assert answer.url.endswith("/web/sign-in")
        assert not is_in(browser)
        browser.session.cookies.set(COOKIE, kept, path="/web")
        assert not is_in(browser)


def test_a_form_from_elsewhere_does_nothing(trade: Trade) -> None:
    with trade.browser(trade.world.clerk) as browser:
        for fields in ({}, {"csrf": "0" * 64}, {"csrf": "é"}):
            answer = browser.session.post(f"{trade.server.url}/web/sign-out", data=fields, timeout=30)
            assert answer.status_code == 403
            assert "Nothing was done." in answer.text
        assert is_in(browser)
    with requests.Session() as stranger:
        fields = {"csrf": "", "email": trade.world.clerk.email, "password": PASSWORD}
        answer = stranger.post(f"{trade.server.url}/web/sign-in", data=fields, timeout=30)
        assert answer.status_code == 403
        assert COOKIE not in stranger.cookies


def test_wrong_and_unknown_are_answered_alike_and_count_for_every_program(trade: Trade) -> None:
    email = trade.world.other_clerk.email
    with requests.Session() as session:
        browser = Browser(trade.server.url, session)
        wrong, unknown = browser.sign_in(email, "wrong"), browser.sign_in("nobody@people.example", "wrong")
        for answer in (wrong, unknown):
            assert answer.status_code == 401
            assert "The e-mail address or the password is wrong." in answer.text
            assert "wrong" not in answer.text.split("<form", 1)[1].split("password", 1)[1].replace("is wrong", "")
        for _ in range(4):
            browser.sign_in(email, "wrong")
        late = browser.sign_in(email)
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) >= 1
        body = {"email": email, "password": PASSWORD, "station_name": "desk"}
        assert requests.post(trade.server.url + "/v1/sign-in", json=body, timeout=30).status_code == 429


def test_a_new_password_a_shut_out_browser_and_a_new_key_end_sessions(trade: Trade) -> None:
    world, database, now = trade.world, trade.server.database, trade.clock.now()
    with trade.browser(world.clerk) as clerk, trade.browser(world.rep) as rep, trade.browser(world.master) as master:
        database.write_unit(lambda connection: end_all_of_person(connection, world.clerk.id, now))
        assert not is_in(clerk)
        with database.reading() as connection:
            mine = select(STATIONS.c.id).where(STATIONS.c.name == BROWSER, STATIONS.c.registered_by == world.rep.id)
            (station_id,) = connection.execute(mine).scalars()
        database.write_unit(lambda connection: revoke_station(connection, station_id, now))
        assert not is_in(rep)
        assert is_in(master)
        change_secret(trade.server.settings.secret_file, now, known_for=LONGEST)
        assert not is_in(master)
    with trade.browser(world.rep) as again:
        assert is_in(again)


def test_all_browsers_of_a_person_are_one_station_and_no_token_is_stored(trade: Trade) -> None:
    who = trade.world.other_picker
    with trade.browser(who) as one, trade.browser(who) as other:
        assert is_in(one)
        assert is_in(other)
        with trade.server.database.reading() as connection:
            mine = select(STATIONS.c.name).where(STATIONS.c.registered_by == who.id)
            assert list(connection.execute(mine).scalars()) == [BROWSER]
            tokens = select(STATION_TOKENS.c.token_hash).where(STATION_TOKENS.c.person_id == who.id)
            assert len(set(connection.execute(tokens).scalars())) == 2


def test_a_page_says_only_its_own_sentences(trade: Trade) -> None:
    page = requests.get(trade.server.url + "/web/sign-in?why=Call+0900+now&next=%22%3E%3Cscript%3E", timeout=30)
    assert "0900" not in page.text
    assert "<script" not in page.text
