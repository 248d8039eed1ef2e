"""A real Chromium, on loopback only."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
)


@contextmanager
def open_browser(
    profile: Path, *, language: str = "en", width: int = 1280, height: int = 900
) -> Iterator[Chrome]:
    """Skips where there is none, unless REQUIRE_BROWSER=1 says that there must be one."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        missing = "needs chromium and chromedriver (Debian: chromium, chromium-driver)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    options = ChromeOptions()
    options.binary_location = browser
    flags = (
        *_FLAGS,
        f"--user-data-dir={profile}",
        f"--window-size={width},{height}",
        f"--accept-lang={language}",
    )
    for flag in flags:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = Chrome(options=options, service=Service(driver))
    opened.set_page_load_timeout(30)
    try:
        yield opened
    finally:
        opened.quit()


@contextmanager
def open_window(browser: Chrome) -> Iterator[Chrome]:
    """A window of its own in a browser that knows nobody: starting one takes longer than a test."""
    last = browser.current_window_handle
    browser.execute_cdp_cmd("Storage.clearCookies", {})
    browser.switch_to.new_window("window")
    yield browser
    browser.close()
    browser.switch_to.window(last)
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # not typed


def complaints(browser: Chrome) -> list[str]:
    """What the page's console said: errors of scripts, and what the policy refused."""
    entries: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]  # not typed
    return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
