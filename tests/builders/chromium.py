"""The system's own Chromium without a screen, for tests of web pages; nothing is downloaded for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

AXE = Path(__file__).parent / "axe" / "axe.min.js"
"""axe-core 4.14.1 as published on npm, under the Mozilla Public License 2.0 (beside it)."""
NO_CHROMIUM = (
    "no Chromium with its driver is installed "
    "(Debian: apt-get install --no-install-recommends chromium chromium-driver)"
)
WAIT_SECONDS = 20.0
Scheme = Literal["light", "dark"]


def find_chromium() -> tuple[str, str] | None:
    """The browser and its driver; None where one of them is missing."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return None if browser is None or driver is None else (browser, driver)


def must_be_there() -> bool:
    """In CI on a machine that could have it: there a missing browser is a failure and no reason to skip."""
    return bool(os.environ.get("CI")) and not os.environ.get("ORDER_TRACK_TESTS_WITHOUT_CHROMIUM")


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


@dataclass
class Chromium:
    """One window of a browser, and what a person does in it."""

    driver: webdriver.Chrome
    downloads: Path

    def look(self, width: int, height: int = 800, scheme: Scheme = "light") -> None:
        """Take this size and colour scheme from now on; narrow ones as a phone does."""
        is_phone = width < 600
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def go(self, url: str) -> None:
        """Open an address."""
        self.driver.get(url)

    @property
    def path(self) -> str:
        """Where it is, without the server."""
        return "/" + self.driver.current_url.split("/", 3)[3]

    def find(self, css: str) -> WebElement:
        """The first element that fits."""
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css: str) -> list[WebElement]:
        """Every element that fits."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self) -> str:
        """What is to be read on the page."""
        return self.find("body").text

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus, as a keyboard sends them."""
        webdriver.ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def focused(self) -> WebElement:
        """What has the focus."""
        return self.driver.switch_to.active_element

    def wait_until(self, what: Any) -> Any:
        """Until this gives something true; gives it."""
        return WebDriverWait(self.driver, WAIT_SECONDS, poll_frequency=0.05).until(lambda _driver: what())

    def follow(self, element: WebElement) -> None:
        """Click what leads to another page, and be there."""
        before = self.find("html")
        element.click()
        self.wait_until(lambda: self._is_gone(before))

    def _is_gone(self, element: WebElement) -> bool:
        from selenium.common.exceptions import StaleElementReferenceException, WebDriverException

        try:
            element.tag_name  # noqa: B018 - asking is what tells
        except (StaleElementReferenceException, WebDriverException):
            return True
        return False

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script of the test gives; the page's own policy does not bind it."""
        return self.driver.execute_script(script, *arguments)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def barriers(self) -> list[str]:
        """What axe-core finds that keeps people out, a line each."""
        self.run(_axe())
        ask = "const done = arguments[arguments.length - 1]; axe.run(document, arguments[0]).then(done)"
        found: Mapping[str, Any] = self.driver.execute_async_script(ask, {"resultTypes": ["violations"]})
        return [_barrier(one) for one in found["violations"]]

    def complaints(self) -> list[str]:
        """What the browser itself complained of since the last question: scripts, policies, missing files."""
        entries: Sequence[Mapping[str, Any]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(entry["message"]) for entry in entries]


def _barrier(one: Mapping[str, Any]) -> str:
    places = "; ".join(
        str(node["target"]) + " " + str(node.get("failureSummary", ""))[:160] for node in one["nodes"][:3]
    )
    return f"{one['id']} ({one['impact']}): {one['help']} at {places}"


@contextmanager
def chromium(folder: Path, *, scripts: bool = True) -> Iterator[Chromium]:
    """A fresh browser whose files are in `folder`; without `scripts` no page's script would run."""
    found = find_chromium()
    assert found is not None, NO_CHROMIUM
    options = webdriver.ChromeOptions()
    options.binary_location = found[0]
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync",
        f"--user-data-dir={folder / 'profile'}", "--window-size=1280,800",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    preferences: dict[str, Any] = {
        "profile.password_manager_leak_detection": False,
        "credentials_enable_service": False,
    }
    if not scripts:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    driver = webdriver.Chrome(options=options, service=Service(found[1]))
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    try:
        driver.set_page_load_timeout(30)
        allowed = {"behavior": "allow", "downloadPath": str(downloads), "eventsEnabled": False}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
        yield Chromium(driver, downloads)
    finally:
        driver.quit()
