"""Limit orders that wait: until the price comes to them, or until somebody cancels them."""

from decimal import Decimal

from tests.orders.stream.clients import Heard
from tests.scenario.bridge import Bridge, Json, from_stream, heard_until, order_ids
from tests.scenario.scenes import Scene
from tests.tradingbridge.house.launched import manage


def names_of(heard: list[Heard], name: str) -> set[int]:
    return {int(each.payload["order_id"]) for each in heard if each.name == name}


def cancel_all(bridge: Bridge, scene: Scene, symbol: str) -> Json:
    answer = bridge.send(scene.group_name, order_type="CANCEL_ALL_ORDER", symbol=symbol)
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    assert told["success"] is True, told
    return told


def move_price(bridge: Bridge, scene: Scene, symbol: str, price: str) -> None:
    """As somebody does it who shows the bridge to others."""
    moved = manage(
        bridge.var_dir, "paper_price", symbol, price, "--market", scene.market_type.value
    )
    assert moved.returncode == 0, moved.stderr


def open_ids(bridge: Bridge, symbol: str) -> set[int]:
    return {row["id"] for row in bridge.rows("/api/orders/open/", symbol=symbol)}


def test_a_resting_order_fills_when_the_price_comes_to_it(bridge: Bridge, scene: Scene) -> None:
    bridge.hold_price(scene.market_type, scene.resting, Decimal(scene.far) * 2)
    told = bridge.rest(scene, scene.resting)
    wanted = order_ids(told)
    assert wanted <= open_ids(bridge, scene.resting)
    reader = bridge.events()
    move_price(bridge, scene, scene.resting, scene.far)
    filled: set[int] = set()

    def is_last(heard: Heard) -> bool:
        filled.update(names_of([heard], "order_filled") & wanted)
        return filled == wanted

    heard = heard_until(from_stream(reader), is_last)
    fills = [each.payload for each in heard if each.name == "order_filled"]
    assert {fill["average_price"] for fill in fills} == {scene.far}
    assert not wanted & open_ids(bridge, scene.resting)
    assert {bridge.order(each)["status"] for each in wanted} == {"FILLED"}


def test_a_resting_order_is_cancelled_by_its_owner(bridge: Bridge, scene: Scene) -> None:
    told = bridge.rest(scene, scene.cancelled)
    first, second = sorted(order_ids(told))
    cancelled = bridge.post(f"/api/orders/{first}/cancel/")
    assert cancelled["status"] == "CANCELLED"
    assert second in open_ids(bridge, scene.cancelled)
    assert first not in open_ids(bridge, scene.cancelled)


def test_a_finished_order_cannot_be_cancelled(bridge: Bridge, scene: Scene) -> None:
    order_id = min(order_ids(bridge.buy(scene)))
    answer = bridge.call("POST", f"/api/orders/{order_id}/cancel/")
    assert answer.status_code == 409, answer.text
    assert bridge.order(order_id)["status"] == "FILLED"


def test_what_an_order_locks_is_free_again_when_it_is_cancelled(
    bridge: Bridge, scene: Scene
) -> None:
    cancel_all(bridge, scene, scene.cancelled)
    account_id = bridge.buy(scene)["results"][0]["account_id"]
    before = bridge.balances(account_id)
    bridge.rest(scene, scene.cancelled)
    assert bridge.balances(account_id) != before
    cancel_all(bridge, scene, scene.cancelled)
    assert bridge.balances(account_id) == before


def test_cancel_all_cancels_what_rests_and_is_heard_of(bridge: Bridge, scene: Scene) -> None:
    wanted = order_ids(bridge.rest(scene, scene.cancelled))
    reader = bridge.events(f"?strategy={scene.group_name}")
    answer = cancel_all(bridge, scene, scene.cancelled)
    assert answer["action"] == "cancel_all_orders"
    assert answer["cancelled_orders"] >= len(wanted)
    assert answer["failed_orders"] == 0
    assert not open_ids(bridge, scene.cancelled)
    gone: set[int] = set()

    def is_last(heard: Heard) -> bool:
        gone.update(names_of([heard], "order_cancelled"))
        return wanted <= gone

    heard_until(from_stream(reader), is_last)


def test_cancel_all_with_nothing_to_cancel_is_a_success(bridge: Bridge, scene: Scene) -> None:
    cancel_all(bridge, scene, scene.cancelled)
    answer = cancel_all(bridge, scene, scene.cancelled)
    assert (answer["cancelled_orders"], answer["failed_orders"]) == (0, 0)
    assert answer["message"] == "취소할 미체결 주문이 없습니다"


def test_cancel_all_of_one_symbol_leaves_the_others(bridge: Bridge, scene: Scene) -> None:
    wanted = order_ids(bridge.rest(scene, scene.cancelled))
    cancel_all(bridge, scene, scene.symbol)
    assert wanted <= open_ids(bridge, scene.cancelled)
