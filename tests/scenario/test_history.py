"""The order history over REST: for its owner, and for nobody else."""

import csv
import io

import pytest
import requests

from tests.scenario.bridge import PATIENCE, Bridge, Json, csrf, order_ids
from tests.scenario.scenes import CRYPTO, STOCKS, Scene
from tests.tradingbridge.house.launched import manage

LISTS = ("orders", "orders/open", "trades", "positions", "alerts", "strategies", "accounts")


@pytest.fixture(scope="module")
def four(bridge: Bridge) -> dict[str, Json]:
    """One alert of each family: two orders each."""
    return {scene.name: bridge.buy(scene) for scene in (CRYPTO, STOCKS)}


@pytest.fixture(scope="module")
def stranger(bridge: Bridge) -> str:
    """The API token of another user, made as an operator makes users."""
    password = "another long password"
    session = bridge.log_in_as_demo()
    address = f"{bridge.url}/admin/auth/user/add/"
    form = {"username": "stranger", "password1": password, "password2": password}
    page = session.get(address, timeout=PATIENCE)
    added = session.post(
        address, data={**form, "usable_password": "true", **csrf(page)}, timeout=PATIENCE
    )
    assert "/change/" in added.url, added.text[:2000]
    made = manage(bridge.var_dir, "create_api_token", "stranger")
    assert made.returncode == 0, made.stderr
    bridge.keep_secret(password, made.stdout.strip())
    return made.stdout.strip()


@pytest.mark.parametrize("path", [*LISTS, "events"])
def test_nobody_sees_anything_without_a_login(bridge: Bridge, path: str) -> None:
    assert bridge.call("GET", f"/api/{path}/", token=None).status_code == 401


@pytest.mark.parametrize("token", ["tbu_wrong", "x"])
def test_a_wrong_api_token_is_refused(bridge: Bridge, token: str) -> None:
    assert bridge.call("GET", "/api/orders/", token=token).status_code == 401


def test_a_strategys_token_does_not_open_the_history(bridge: Bridge, scene: Scene) -> None:
    token = bridge.token_of(scene.group_name)
    assert bridge.call("GET", "/api/orders/", token=token).status_code == 401


def test_the_history_shows_all_four_orders(bridge: Bridge, four: dict[str, Json]) -> None:
    rows = {row["id"]: row for row in bridge.rows("/api/orders/")}
    wanted = order_ids(four["crypto"]) | order_ids(four["securities"])
    assert len(wanted) == 4
    assert {rows[each]["status"] for each in wanted} == {"FILLED"}


def test_a_history_row_says_what_the_answer_said(
    bridge: Bridge, four: dict[str, Json], scene: Scene
) -> None:
    told = four[scene.name]
    rows = {row["id"]: row for row in bridge.rows("/api/orders/", receipt=told["receipt"])}
    for result in told["results"]:
        row = rows[int(result["order_id"])]
        same = ("account_id", "account_name", "client_order_id", "symbol", "side", "status")
        assert {name: row[name] for name in same} == {name: result[name] for name in same}
        assert row["exchange_order_id"] == result["exchange_order_id"]
        assert row["filled_quantity"] == result["filled_quantity"] == row["quantity"]


def test_a_strategy_and_a_symbol_narrow_the_history(
    bridge: Bridge, four: dict[str, Json], scene: Scene
) -> None:
    other = next(name for name in four if name != scene.name)
    for narrowed in ({"strategy": scene.group_name}, {"symbol": scene.symbol}):
        found = {row["id"] for row in bridge.rows("/api/orders/", **narrowed)}
        assert order_ids(four[scene.name]) <= found
        assert not order_ids(four[other]) & found


def test_the_history_comes_as_csv(bridge: Bridge, four: dict[str, Json], scene: Scene) -> None:
    receipt = four[scene.name]["receipt"]
    answer = bridge.call("GET", "/api/orders/", params={"format": "csv", "receipt": receipt})
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {int(row["id"]) for row in rows} == order_ids(four[scene.name])
    assert {row["symbol"] for row in rows} == {scene.symbol}


def test_trades_and_positions_follow_from_the_orders(
    bridge: Bridge, four: dict[str, Json], scene: Scene
) -> None:
    told = four[scene.name]
    trades = bridge.rows("/api/trades/", receipt=told["receipt"])
    assert {trade["order"] for trade in trades} == order_ids(told)
    held = bridge.rows("/api/positions/", strategy=scene.group_name, symbol=scene.symbol)
    assert {row["account_id"] for row in held} == {each["account_id"] for each in told["results"]}


@pytest.mark.parametrize("path", LISTS)
def test_another_user_sees_nothing_of_it(
    bridge: Bridge, four: dict[str, Json], stranger: str, path: str
) -> None:
    answer = bridge.call("GET", f"/api/{path}/", token=stranger)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["results"] if isinstance(told, dict) else told) == []


def test_another_user_finds_no_order_and_cancels_none(
    bridge: Bridge, four: dict[str, Json], stranger: str, scene: Scene
) -> None:
    told = four[scene.name]
    missing: list[requests.Response] = [
        bridge.call("GET", f"/api/receipts/{told['receipt']}", token=stranger)
    ]
    for order_id in order_ids(told):
        missing.append(bridge.call("GET", f"/api/orders/{order_id}/", token=stranger))
        missing.append(bridge.call("POST", f"/api/orders/{order_id}/cancel/", token=stranger))
    assert {answer.status_code for answer in missing} == {404}
