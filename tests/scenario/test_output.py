"""What the bridge says on its terminal: a line for each alert, and never a secret."""

from contextlib import suppress

import pytest
from websockets.exceptions import InvalidStatus

from tests.scenario.bridge import PATIENCE, Bridge
from tests.scenario.scenes import Scene
from tradingbridge.postmaster import wait_for


def test_the_greeting_shows_the_login_and_an_alert_to_try_once(bridge: Bridge) -> None:
    admin, first = bridge.demo["admin"], bridge.demo["strategies"][0]
    assert bridge.said.count(admin["password"]) == 1
    assert bridge.said.count(first["token"]) == 1


def test_an_alert_is_one_line_with_its_receipt(bridge: Bridge, scene: Scene) -> None:
    told = bridge.buy(scene)
    assert wait_for(lambda: told["receipt"] in bridge.said, limit=PATIENCE)
    lines = [line for line in bridge.said.splitlines() if told["receipt"] in line]
    assert len([line for line in lines if scene.group_name in line]) == 1


BODIES = {
    "half a JSON": '{{"group_name": "{group}", "token": "{token}", ',
    "a list": '["{group}", "{token}"]',
    "pairs": "group_name={group}\ntoken={token}\nsymbol=\n",
    "the token as a name": '{{"group_name": "{group}", "{token}": 1}}',
    "the token as a symbol": (
        '{{"group_name": "{group}", "token": "{token}", "symbol": "{token}", '
        '"order_type": "MARKET", "side": "buy", "qty_per": 1}}'
    ),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_broken_alert_does_not_spill_its_token(bridge: Bridge, scene: Scene, body: str) -> None:
    token = bridge.token_of(scene.group_name)
    written = body.format(group=scene.group_name, token=token)
    answer = bridge.post_alert(written.encode(), "application/json")
    assert 400 <= answer.status_code < 500, answer.text
    assert bridge.spoken_secrets() == []


def test_a_failed_login_does_not_spill_its_password(bridge: Bridge) -> None:
    bridge.log_in("demo", "nearly the right password")
    assert bridge.spoken_secrets() == []


def test_an_api_token_in_a_sockets_address_is_not_said(bridge: Bridge) -> None:
    for token in (bridge.api_token, "tbu_nearly_the_right_token"):
        bridge.keep_secret(token)
        _knock(bridge, token)
    assert bridge.spoken_secrets() == []


def test_a_wrong_api_token_is_not_said(bridge: Bridge) -> None:
    bridge.keep_secret("tbu_mistyped")
    assert bridge.call("GET", "/api/orders/", token="tbu_mistyped").status_code == 401
    assert bridge.spoken_secrets() == []


def _knock(bridge: Bridge, token: str) -> None:
    with suppress(InvalidStatus), bridge.socket(f"?token={token}", token=None):
        pass
