"""The message builder in a real Chromium, in front of a running bridge."""

import json
from collections.abc import Iterator
from functools import partial

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from orders.models import Alert
from strategies import tokens
from tests.bridges import make_desk
from tests.tradingbridge.desk.browser import complaints, open_window
from tests.tradingbridge.desk.test_in_a_browser import Visit, bridge, chromium, venue
from tests.venues import ScriptedVenue
from tests.worlds import Market

__all__ = ["bridge", "chromium", "venue"]

PHONE = 390


@pytest.fixture
def visit(market: Market, venue: ScriptedVenue, bridge: str, chromium: Chrome) -> Iterator[Visit]:
    desk = make_desk(market)
    desk.owner.is_staff = True
    desk.owner.save()
    token = tokens.issue(desk.strategy)
    with open_window(chromium) as browser:
        visit = Visit(browser=browser, url=bridge, desk=desk, token=token)
        open_builder(visit)
        yield visit
    venue.release()


def open_builder(visit: Visit) -> None:
    browser = visit.browser
    browser.get(f"{visit.url}/alerts/builder/")
    browser.find_element(By.NAME, "username").send_keys(visit.desk.owner.username)
    browser.find_element(By.NAME, "password").send_keys("a long password")
    browser.find_element(By.NAME, "password").submit()
    visit.until(lambda: visit.find("#trial"))
    visit.until(lambda: browser.find_element(By.ID, "trial").is_displayed())


def message(visit: Visit) -> dict[str, object]:
    said: dict[str, object] = json.loads(visit.find("#message")[0])
    return said


def choose(visit: Visit, **choices: str) -> None:
    for name, value in choices.items():
        Select(visit.browser.find_element(By.ID, name)).select_by_value(value)


def write(visit: Visit, **texts: str) -> None:
    for name, text in texts.items():
        field = visit.browser.find_element(By.ID, name)
        field.clear()
        field.send_keys(text)


def is_chosen(visit: Visit, kind: str) -> bool:
    return f"kind={kind}" in visit.browser.current_url


def preview(visit: Visit) -> str:
    visit.browser.find_element(By.ID, "try").click()
    visit.until(lambda: "…" not in visit.find("#answer .verdict")[0])
    return visit.browser.find_element(By.ID, "answer").text


def test_the_message_follows_the_choices_without_a_reload(visit: Visit) -> None:
    visit.browser.execute_script("window.isTheSamePage = true")
    choose(visit, kind="indicator")
    visit.until(lambda: message(visit).get("side") == "buy")
    choose(visit, order_type="LIMIT")
    write(visit, amount="25", price="{{plot_0}}")
    visit.until(lambda: message(visit).get("price") == "{{plot_0}}")
    assert message(visit)["qty_per"] == "25"
    assert not visit.browser.find_element(By.ID, "stop_price").is_displayed()
    choose(visit, order_type="STOP_LIMIT")
    visit.until(lambda: visit.browser.find_element(By.ID, "stop_price").is_displayed())
    assert visit.browser.execute_script("return window.isTheSamePage")
    assert complaints(visit.browser) == []


def test_the_choices_survive_a_reload_and_the_token_is_in_no_address(visit: Visit) -> None:
    visit.browser.find_element(By.ID, "token").send_keys(visit.token)
    choose(visit, kind="script")
    visit.until(lambda: "kind=script" in visit.browser.current_url)
    assert visit.token not in visit.browser.current_url
    visit.browser.refresh()
    visit.until(lambda: visit.find("#command"))
    assert visit.browser.find_element(By.ID, "token").get_property("value") == ""


def test_a_trial_shows_what_would_go_and_sends_nothing(visit: Visit, venue: ScriptedVenue) -> None:
    choose(visit, kind="script")
    visit.until(lambda: visit.find("#command"))
    visit.browser.find_element(By.ID, "token").send_keys(visit.token)
    told = preview(visit)
    assert "A1" in told
    assert visit.desk.market.symbol in told
    assert venue.book == []
    assert Alert.objects.count() == 0
    assert complaints(visit.browser) == []


def test_a_trial_without_the_token_asks_for_it(visit: Visit) -> None:
    assert "Paste the token first." in preview(visit)


def test_a_trial_with_a_wrong_token_shows_the_refusal(visit: Visit) -> None:
    visit.browser.find_element(By.ID, "token").send_keys("tb_wrong")
    assert "unauthorized" in preview(visit)


def test_a_trial_that_was_written_over_is_tried_as_it_stands(visit: Visit) -> None:
    visit.browser.find_element(By.ID, "token").send_keys(visit.token)
    write(visit, body='{"group_name": "test1", "token": "YOUR-TOKEN"}')
    assert "missing_field" in preview(visit)
    choose(visit, kind="indicator")
    visit.until(lambda: message(visit).get("side") == "buy")
    assert "MARKET" not in str(visit.browser.find_element(By.ID, "body").get_property("value"))


def test_what_is_copied_has_the_token_in_it(visit: Visit) -> None:
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    grant = {"origin": visit.url, "permissions": permissions}
    visit.browser.execute_cdp_cmd("Browser.grantPermissions", grant)
    visit.browser.find_element(By.ID, "token").send_keys(visit.token)
    button = visit.browser.find_element(By.CSS_SELECTOR, "button[data-take=message]")
    visit.browser.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    button.click()
    visit.until(lambda: button.text == "✓")
    script = "navigator.clipboard.readText().then(arguments[0])"
    copied = json.loads(visit.browser.execute_async_script(script))
    assert copied["token"] == visit.token
    assert visit.token not in visit.find("#message")[0]


def test_a_phone_shows_all_of_it_without_scrolling_sideways(visit: Visit) -> None:
    size = {"width": PHONE, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    visit.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for kind in ("indicator", "script", "strategy"):
        choose(visit, kind=kind)
        visit.until(partial(is_chosen, visit, kind))
        assert visit.browser.execute_script("return document.documentElement.scrollWidth") <= PHONE


def test_it_works_without_scripts(visit: Visit) -> None:
    visit.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    visit.browser.get(f"{visit.url}/alerts/builder/")
    choose(visit, kind="indicator")
    visit.browser.find_element(By.ID, "show").click()
    visit.until(lambda: "kind=indicator" in visit.browser.current_url)
    assert message(visit)["side"] == "buy"
    assert not visit.browser.find_element(By.ID, "trial").is_displayed()
