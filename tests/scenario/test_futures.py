"""Short on futures, and out again."""

from decimal import Decimal

import pytest

from tests.scenario.bridge import Bridge, Json

GROUP = "demo-futures"


def positions(bridge: Bridge, symbol: str) -> list[Json]:
    return bridge.rows("/api/positions/", strategy=GROUP, symbol=symbol)


@pytest.fixture(params=["ETH/USDT", "SOLUSDT.P"])
def symbol(request: pytest.FixtureRequest) -> str:
    written: str = request.param
    return written


def test_a_short_is_opened_and_exited_whole(bridge: Bridge, symbol: str) -> None:
    entered = bridge.accepted(GROUP, symbol=symbol, order_type="MARKET", side="short", qty_per="20")
    named = entered["results"][0]["symbol"]
    short = positions(bridge, named)
    assert len(short) == 2
    assert all(Decimal(position["quantity"]) < 0 for position in short)
    left = bridge.accepted(GROUP, symbol=symbol, order_type="MARKET", qty_per="-100")
    assert {result["side"] for result in left["results"]} == {"BUY"}
    flat = positions(bridge, named)
    assert [position["quantity"] for position in flat] == ["0", "0"]
    assert [position["average_price"] for position in flat] == ["0", "0"]


def test_an_exit_without_a_position_is_said_for_each_account(bridge: Bridge) -> None:
    answer = bridge.send(GROUP, symbol="LTC/USDT", order_type="MARKET", qty_per="-100").json()
    assert answer["success"] is False
    assert [result["code"] for result in answer["results"]] == ["nothing_to_close"] * 2
    assert {result["error"] for result in answer["results"]} == {"청산할 포지션이 없습니다."}


def test_half_of_a_position_can_be_exited(bridge: Bridge) -> None:
    order = {"symbol": "XRP/USDT", "order_type": "MARKET"}
    bridge.accepted(GROUP, **order, side="buy", qty="200")
    bridge.accepted(GROUP, **order, qty_per="-50")
    assert {row["quantity"] for row in positions(bridge, "XRP/USDT")} == {"100"}
    bridge.accepted(GROUP, **order, qty_per="-100")


def locked(bridge: Bridge, account_id: int) -> Decimal:
    total, free = map(Decimal, bridge.balances(account_id)["USDT"])
    return total - free


def test_the_margin_is_free_again_after_the_exit(bridge: Bridge) -> None:
    order = {"symbol": "BCH/USDT", "order_type": "MARKET"}
    accounts = bridge.rows_of("/api/accounts/")
    account_id = next(each["id"] for each in accounts if each["name"] == "Paper futures 1")
    before = locked(bridge, account_id)
    bridge.accepted(GROUP, **order, side="sell", qty_per="10")
    assert locked(bridge, account_id) > before
    bridge.accepted(GROUP, **order, qty_per="-100")
    assert locked(bridge, account_id) == before


def test_a_position_is_closed_over_rest(bridge: Bridge) -> None:
    bridge.accepted(GROUP, symbol="LINK/USDT", order_type="MARKET", side="sell", qty="10")
    for position in positions(bridge, "LINK/USDT"):
        order = bridge.post(f"/api/positions/{position['id']}/close/")
        assert (order["side"], order["status"]) == ("BUY", "FILLED")
    assert {row["quantity"] for row in positions(bridge, "LINK/USDT")} == {"0"}
