"""The day in a browser: a house without Order-Track answers by the link in its mail, and a clerk looks from home."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape

import requests

from desktop.demo.day_log import DayLog
from desktop.demo.post_office import Letter

_LINK = re.compile(r"https?://\S+/r/\S+")
_INPUT = re.compile(r"<input\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_SECONDS = 30
CARRIER, TRACKING_NO = "USPS", "9400100000000000000000"


def link_in(letters: Sequence[Letter], address: str) -> str:
    """The link in the one mail to this address that has one."""
    found = [link for letter in letters if letter.recipients == (address,) for link in _LINK.findall(letter.text)]
    return str(found[0]) if len(found) == 1 else ""


def answer_by_link(log: DayLog, link: str) -> None:
    """Everything ships; looking before and sending twice change nothing."""
    with requests.Session() as browser:
        page = browser.get(link, timeout=_SECONDS)
        log.check("the link opens without an account", page.status_code, 200)
        log.check_that("and asks what becomes of each line", "What becomes of it?" in page.text)
        form = {**_fields(page.text), "everything": "ships", "carrier": CARRIER, "tracking": TRACKING_NO}
        log.check_that("the answer is taken", "Taken on" in browser.post(link, form, timeout=_SECONDS).text)
        again = browser.post(link, form, timeout=_SECONDS).text
        log.check_that("the same once more is done already", "Already done on" in again)
        cut = browser.get(link[:-1], timeout=_SECONDS)
        log.check("a link that was cut leads nowhere", cut.status_code, 404)


def look_from_home(log: DayLog, server_url: str, who: tuple[str, str], number: str) -> None:
    """The same account in a browser: the orders are there, and the request says that it shipped."""
    email, password = who
    with requests.Session() as browser:
        door = browser.get(f"{server_url}/web", timeout=_SECONDS)
        form = {**_fields(door.text), "email": email, "password": password}
        orders = browser.post(door.url, form, timeout=_SECONDS)
        log.check("she is in", orders.url, f"{server_url}/web/orders")
        log.check_that("orders are there", 'href="/web/orders/' in orders.text)
        for name in ("reserves", "freight", "stock", "mill-orders", "customers"):
            listed = browser.get(f"{server_url}/web/{name}?show=all", timeout=_SECONDS)
            log.check_that(f"{name} are there", f'href="/web/{name}/' in listed.text)
        mine = browser.get(f"{server_url}/web/requests?show=all&q={number}", timeout=_SECONDS)
        log.check_that(f"{number} shipped", f">{number}</a>" in mine.text and "1 shipped" in mine.text)


def _fields(page: str) -> Mapping[str, str]:
    """The fields of the page's form, as a browser sends them untouched."""
    return dict(_fields_of(page))


def _fields_of(page: str) -> Iterator[tuple[str, str]]:
    for found in _INPUT.findall(page):
        given = dict(_ATTRIBUTE.findall(found))
        if "name" in given and (given.get("type") != "radio" or "checked" in given):
            yield given["name"], unescape(given.get("value", ""))
