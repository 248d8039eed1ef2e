"""The desk in a real Chromium, in front of a running bridge."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import requests
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from orders.models import Order
from orders.vocabulary import OrderStatus
from strategies import tokens
from tests.bridges import Desk, make_desk
from tests.dsn import test_dsn
from tests.orders.stream.conftest import Server
from tests.scripted import Act
from tests.tradingbridge.desk.browser import complaints, open_browser, open_window
from tests.venues import VENUE, ScriptedVenue
from tests.worlds import Market
from tradingbridge.asgi import Application

PATIENCE = 20.0


@dataclass(kw_only=True)
class Visit:
    """A trader's browser, a bridge's address, and a sender with the strategy's token."""

    browser: Chrome
    url: str
    desk: Desk
    token: str = field(repr=False)

    def log_in(self) -> None:
        self.browser.get(f"{self.url}/")
        self.browser.find_element(By.NAME, "username").send_keys(self.desk.owner.username)
        self.browser.find_element(By.NAME, "password").send_keys("a long password")
        self.browser.find_element(By.NAME, "password").submit()
        self.until(lambda: self.find("#live.good"))

    def send(self, **changes: Any) -> Any:
        market = self.desk.market
        alert = {
            "group_name": self.desk.strategy.group_name,
            "token": self.token,
            "symbol": market.symbol,
            "order_type": "LIMIT",
            "side": "buy",
            "price": str(market.price),
            "qty": str(market.lot * 10),
        }
        body = json.dumps(alert | changes)
        return requests.post(f"{self.url}/api/webhook", data=body, timeout=PATIENCE).json()

    def find(self, selector: str) -> list[str]:
        return [found.text for found in self.browser.find_elements(By.CSS_SELECTOR, selector)]

    def until(self, fact: Callable[[], object]) -> None:
        """The page may exchange what is being looked at: then it is looked for again."""
        exchanged = [StaleElementReferenceException]
        WebDriverWait(self.browser, PATIENCE, 0.05, exchanged).until(lambda _: fact())


@pytest.fixture
def venue() -> Iterator[ScriptedVenue]:
    VENUE.reset()
    yield VENUE
    VENUE.reset()


@pytest.fixture
def bridge(transactional_db: None) -> Iterator[str]:
    server = Server(Application(test_dsn()))
    yield f"http://{server.address}"
    server.stop()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with open_browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def visit(market: Market, venue: ScriptedVenue, bridge: str, chromium: Chrome) -> Iterator[Visit]:
    """The page leaves before the bridge stops, which else waits for its stream."""
    desk = make_desk(market)
    desk.owner.is_staff = True
    desk.owner.save()
    token = tokens.issue(desk.strategy)
    with open_window(chromium) as browser:
        yield Visit(browser=browser, url=bridge, desk=desk, token=token)
    venue.release()


def test_an_alerts_order_appears_and_moves_on_without_a_reload(
    visit: Visit, venue: ScriptedVenue
) -> None:
    visit.log_in()
    venue.next(Act.REST)
    assert visit.send()["success"]
    open_row = "#open-orders tbody tr"
    visit.until(lambda: visit.find(f"{open_row}[data-status=NEW]"))
    order = Order.objects.get()
    assert (
        visit.desk.market.symbol in visit.find(f'{open_row}[data-key="{order.client_order_id}"]')[0]
    )

    venue.fill(order.client_order_id)
    visit.until(lambda: visit.find("#latest-orders tr[data-status=FILLED]"))
    visit.until(lambda: not visit.find(open_row))
    visit.until(lambda: visit.find("#positions tbody tr"))
    visit.until(lambda: visit.find("#alerts tr[data-status=ACCEPTED]"))
    assert complaints(visit.browser) == []


def test_an_order_with_an_unknown_outcome_raises_the_alarm_by_itself(
    visit: Visit, venue: ScriptedVenue
) -> None:
    visit.log_in()
    assert not visit.browser.find_element(By.ID, "unknown").is_displayed()
    venue.next(Act.VANISH)
    visit.send()
    visit.until(lambda: visit.browser.find_element(By.ID, "unknown").is_displayed())
    assert visit.find("#unknown-count") == ["1"]


def test_a_refused_alert_shows_its_reason_by_itself(visit: Visit) -> None:
    visit.log_in()
    visit.send(side="up")
    visit.until(lambda: visit.find("#alerts tr[data-status=REJECTED]"))
    assert "unsupported_side" in visit.find("#alerts tr[data-status=REJECTED]")[0]


def test_what_happened_while_the_page_was_on_its_way_is_caught_up(visit: Visit) -> None:
    """The page names the last event that it shows, and the stream goes on from there."""
    visit.log_in()
    place = visit.browser.find_element(By.ID, "desk").get_attribute("data-last-event-id")
    visit.send()
    visit.until(lambda: visit.find("#latest-orders tbody tr"))
    script = (
        "const [place, done] = arguments;"
        "const stream = new EventSource(`/api/events/?lastEventId=${place}`);"
        "stream.addEventListener('order_created', (event) => {"
        "  stream.close(); done(event.data); });"
    )
    heard = json.loads(visit.browser.execute_async_script(script, place))
    assert heard["client_order_id"] == Order.objects.get().client_order_id


def test_the_language_switch_turns_the_page_korean_and_stays(visit: Visit) -> None:
    visit.log_in()
    visit.browser.find_element(By.CSS_SELECTOR, "button[name=language][value=ko]").click()
    visit.until(lambda: visit.find("html[lang=ko]"))
    visit.browser.refresh()
    visit.until(lambda: "미체결 주문" in visit.find("#open-orders-title"))


def test_a_receipt_leads_to_the_alerts_trail(visit: Visit, venue: ScriptedVenue) -> None:
    venue.next(Act.FILL)
    visit.log_in()
    receipt = visit.send()["receipt"]
    visit.until(lambda: visit.find("#alerts tbody tr"))
    visit.browser.find_element(By.CSS_SELECTOR, "#alerts tbody a").click()
    visit.until(lambda: visit.find("article.card"))
    assert receipt in visit.find("h1")[0]
    assert Order.objects.get(status=OrderStatus.FILLED).filled_quantity > Decimal(0)
    assert complaints(visit.browser) == []
