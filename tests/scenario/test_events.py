"""Events as they happen, and what a client that was away is told when it comes back."""

from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.orders.stream.clients import Heard
from tests.scenario.bridge import (
    Bridge,
    Json,
    from_socket,
    from_stream,
    heard_until,
    once_filled,
    order_ids,
)
from tests.scenario.scenes import SCENES, Scene


def of_alert(told: Json) -> Callable[[Heard], bool]:
    return lambda heard: heard.payload.get("receipt") == told["receipt"]


def created(heard: list[Heard]) -> list[int]:
    return [int(each.payload["order_id"]) for each in heard if each.name == "order_created"]


def ids(heard: list[Heard]) -> list[int]:
    return [each.id for each in heard]


def test_order_created_arrives_by_sse_while_one_listens(bridge: Bridge, scene: Scene) -> None:
    reader = bridge.events()
    told = bridge.buy(scene)
    heard = heard_until(from_stream(reader), once_filled(told))
    assert sorted(created(list(filter(of_alert(told), heard)))) == sorted(order_ids(told))


def test_order_created_arrives_by_websocket_while_one_listens(bridge: Bridge, scene: Scene) -> None:
    with bridge.socket() as socket:
        told = bridge.buy(scene)
        heard = heard_until(from_socket(socket), once_filled(told))
    assert sorted(created(list(filter(of_alert(told), heard)))) == sorted(order_ids(told))


def test_an_event_says_what_the_answer_said(bridge: Bridge, scene: Scene) -> None:
    reader = bridge.events(f"?strategy={scene.group_name}")
    told = bridge.buy(scene)
    heard = heard_until(from_stream(reader), once_filled(told))
    filled = {
        each.payload["client_order_id"]: each for each in heard if each.name == "order_filled"
    }
    for result in told["results"]:
        payload: dict[str, Any] = filled[result["client_order_id"]].payload
        same = ("account_id", "account_name", "exchange", "symbol", "side", "average_price")
        assert {name: payload[name] for name in same} == {name: result[name] for name in same}
        assert payload["strategy"] == scene.group_name


def test_a_reconnect_by_sse_gets_exactly_what_it_missed(bridge: Bridge, scene: Scene) -> None:
    witness, client = bridge.events(), bridge.events()
    first = bridge.buy(scene)
    seen = heard_until(from_stream(client), once_filled(first))
    client.close()
    missed = [bridge.buy(scene) for _ in range(3)]
    again = bridge.events(last_event_id=seen[-1].place)
    replayed = heard_until(from_stream(again), once_filled(missed[-1]))
    witnessed = heard_until(from_stream(witness), once_filled(missed[-1]))
    assert ids(replayed) == [each for each in ids(witnessed) if each > seen[-1].id]
    wanted = set().union(*map(order_ids, missed))
    assert sorted(created(replayed)) == sorted(wanted)


def test_a_reconnect_by_websocket_gets_exactly_what_it_missed(bridge: Bridge, scene: Scene) -> None:
    witness = bridge.events()
    with bridge.socket() as socket:
        first = bridge.buy(scene)
        seen = heard_until(from_socket(socket), once_filled(first))
    missed = [bridge.buy(scene) for _ in range(3)]
    with bridge.socket(f"?last_event_id={seen[-1].id}") as socket:
        replayed = heard_until(from_socket(socket), once_filled(missed[-1]))
    witnessed = heard_until(from_stream(witness), once_filled(missed[-1]))
    assert ids(replayed) == [each for each in ids(witnessed) if each > seen[-1].id]
    wanted = set().union(*map(order_ids, missed))
    assert sorted(created(replayed)) == sorted(wanted)


def test_a_reconnect_goes_on_live_where_the_replay_ends(bridge: Bridge, scene: Scene) -> None:
    client = bridge.events()
    place = client.last_event_id
    client.close()
    missed = bridge.buy(scene)
    again = bridge.events(last_event_id=place)
    live = bridge.buy(scene)
    heard = heard_until(from_stream(again), once_filled(live))
    assert sorted(created(heard)) == sorted(order_ids(missed) | order_ids(live))
    assert ids(heard) == sorted(set(ids(heard)))


def test_a_place_of_one_door_is_good_at_the_other(bridge: Bridge, scene: Scene) -> None:
    reader = bridge.events()
    told = bridge.buy(scene)
    first, *rest = heard_until(from_stream(reader), once_filled(told))
    with bridge.socket(f"?last_event_id={first.id}") as socket:
        assert ids(heard_until(from_socket(socket), once_filled(told))) == ids(rest)


def test_a_filter_leaves_the_other_family_out(bridge: Bridge, scene: Scene) -> None:
    (other,) = [each for each in SCENES if each is not scene]
    reader = bridge.events(f"?strategy={scene.group_name}")
    bridge.buy(other)
    told = bridge.buy(scene)
    heard = heard_until(from_stream(reader), once_filled(told))
    assert {each.payload["strategy"] for each in heard} == {scene.group_name}


def test_a_refused_alert_is_heard_of(bridge: Bridge, scene: Scene) -> None:
    reader = bridge.events()
    answer = bridge.send(scene.group_name, **(scene.order | {"order_type": "LIMIT"}))
    receipt = answer.json()["error"]["receipt"]
    heard = heard_until(from_stream(reader), lambda heard: heard.payload.get("receipt") == receipt)
    assert heard[-1].name == "alert_rejected"
    assert heard[-1].payload["error"]["code"] == "price_required"


@pytest.mark.parametrize("token", [None, "tbu_wrong"])
def test_a_socket_needs_a_login(bridge: Bridge, token: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, bridge.socket(token=token):
        pass
    assert refused.value.response.status_code in {401, 403}
