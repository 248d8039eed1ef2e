"""The pages of a newcomer: login, desk, admin, API pages."""

import re

import pytest
import requests

from tests.scenario.bridge import PATIENCE, Bridge
from tests.scenario.scenes import CRYPTO, Scene

ADMIN_LIST = re.compile(r'href="(/admin/[a-z_]+/[a-z_]+/)"')
EXPECTED = {
    f"/admin/{app}/{model}/"
    for app, models in {
        "orders": ("alert", "order", "openorder", "trade", "position", "missedalert"),
        "strategies": ("strategy", "account", "strategyaccount", "apitoken"),
        "auth": ("user",),
    }.items()
    for model in models
}


@pytest.fixture(scope="module")
def operator(bridge: Bridge) -> requests.Session:
    return bridge.log_in_as_demo()


def test_the_desk_asks_for_a_login_and_leads_back(bridge: Bridge) -> None:
    page = requests.get(f"{bridge.url}/", timeout=PATIENCE)
    assert page.url == f"{bridge.url}/admin/login/?next=/"
    admin = bridge.demo["admin"]
    session = bridge.log_in(admin["username"], admin["password"])
    assert session.get(f"{bridge.url}/", timeout=PATIENCE).url == f"{bridge.url}/"


def test_a_wrong_password_does_not_open_the_desk(bridge: Bridge) -> None:
    session = bridge.log_in("demo", "not the password")
    assert "login" in session.get(f"{bridge.url}/", timeout=PATIENCE).url


def test_the_desk_shows_every_strategy(bridge: Bridge, operator: requests.Session) -> None:
    page = operator.get(f"{bridge.url}/", timeout=PATIENCE)
    assert page.status_code == 200
    for strategy in bridge.demo["strategies"]:
        assert strategy["group_name"] in page.text


def test_the_desk_shows_an_orders_symbol_and_its_alert(
    bridge: Bridge, operator: requests.Session, scene: Scene
) -> None:
    told = bridge.buy(scene)
    page = operator.get(f"{bridge.url}/", timeout=PATIENCE)
    assert scene.symbol in page.text
    trail = operator.get(f"{bridge.url}/alerts/{told['receipt']}/", timeout=PATIENCE)
    assert trail.status_code == 200
    assert told["results"][0]["client_order_id"] in trail.text


def test_no_page_shows_a_token(bridge: Bridge, operator: requests.Session, scene: Scene) -> None:
    told = bridge.buy(scene)
    for path in ("/", f"/alerts/{told['receipt']}/", "/admin/strategies/strategy/"):
        page = operator.get(f"{bridge.url}{path}", timeout=PATIENCE).text
        assert bridge.token_of(scene.group_name) not in page
        assert bridge.api_token not in page


def test_every_list_of_the_admin_opens(bridge: Bridge, operator: requests.Session) -> None:
    bridge.send("demo-crypto", token="tb_guessed", symbol="BTC/USDT")
    index = operator.get(f"{bridge.url}/admin/", timeout=PATIENCE)
    lists = set(ADMIN_LIST.findall(index.text))
    assert lists >= EXPECTED
    answers = {
        path: operator.get(f"{bridge.url}{path}", params=query, timeout=PATIENCE).status_code
        for path in lists
        for query in ({}, {"q": "BTC"})
    }
    assert set(answers.values()) == {200}, answers


def test_every_kind_of_row_opens_in_the_admin(bridge: Bridge, operator: requests.Session) -> None:
    bridge.buy(CRYPTO, prev_market_position="flat", market_position="long")
    bridge.buy(CRYPTO, prev_market_position="flat", market_position="long", qty_per=1)
    bridge.rest(CRYPTO, CRYPTO.cancelled)
    opened = {}
    for path in EXPECTED:
        rows = operator.get(f"{bridge.url}{path}", timeout=PATIENCE).text
        found = re.search(rf'"({path}\d+/change/)', rows)
        assert found, path
        opened[path] = operator.get(f"{bridge.url}{found[1]}", timeout=PATIENCE).status_code
    assert set(opened.values()) == {200}, opened


@pytest.mark.parametrize("path", ["/api/docs/", "/api/schema/", "/api/webhook"])
def test_the_apis_pages_open(bridge: Bridge, operator: requests.Session, path: str) -> None:
    page = operator.get(
        f"{bridge.url}{path}", headers={"Accept": "text/html, */*"}, timeout=PATIENCE
    )
    assert page.status_code == 200


def test_the_schema_has_every_door_of_the_api(bridge: Bridge, operator: requests.Session) -> None:
    schema = operator.get(
        f"{bridge.url}/api/schema/", params={"format": "json"}, timeout=PATIENCE
    ).json()
    doors = {path.removeprefix("/api/").rstrip("/") for path in schema["paths"]}
    assert doors >= {"webhook", "receipts/{receipt}", "orders", "events", "strategies", "accounts"}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_desk_speaks_the_browsers_language(
    bridge: Bridge, operator: requests.Session, language: str
) -> None:
    page = operator.get(f"{bridge.url}/", headers={"Accept-Language": language}, timeout=PATIENCE)
    assert f'lang="{language}"' in page.text


def test_the_pages_files_are_served(bridge: Bridge, operator: requests.Session) -> None:
    page = operator.get(f"{bridge.url}/", timeout=PATIENCE).text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert files
    found = {
        file: operator.get(f"{bridge.url}{file}", timeout=PATIENCE).status_code for file in files
    }
    assert set(found.values()) == {200}, found


def test_the_bridge_says_that_it_lives_and_is_ready(bridge: Bridge) -> None:
    for path in ("live", "ready"):
        answer = bridge.call("GET", f"/api/health/{path}/", token=None)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
