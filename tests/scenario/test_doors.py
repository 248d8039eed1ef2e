"""Senders that can set headers, previews, and receipts, over the real wire."""

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.scenario.bridge import PATIENCE, Bridge
from tests.scenario.scenes import Scene
from tests.tradingbridge.house.launched import manage


def post(bridge: Bridge, path: str, body: bytes, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{bridge.url}/api/webhook/{path}"
    return requests.post(url, data=body, headers=named, timeout=PATIENCE)


def unsigned(bridge: Bridge, scene: Scene) -> bytes:
    fields: dict[str, Any] = bridge.alert(scene.group_name, **scene.order)
    return json.dumps(
        {k: v for k, v in fields.items() if k not in {"group_name", "token"}}
    ).encode()


def signature(body: bytes, token: str) -> str:
    now = int(time.time())
    digest = hmac.new(token.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={now},v1={digest}"


def test_an_alert_is_filled_with_its_token_in_a_header(bridge: Bridge, scene: Scene) -> None:
    bearer = f"Bearer {bridge.token_of(scene.group_name)}"
    answer = post(bridge, scene.group_name, unsigned(bridge, scene), Authorization=bearer)
    assert answer.status_code == 200, answer.text
    assert [result["status"] for result in answer.json()["results"]] == ["FILLED", "FILLED"]


def test_a_signed_alert_is_filled_and_a_changed_one_is_not(bridge: Bridge, scene: Scene) -> None:
    body = unsigned(bridge, scene)
    signed = signature(body, bridge.token_of(scene.group_name))
    assert post(bridge, scene.group_name, body + b" ", X_Signature=signed).status_code == 401
    answer = post(bridge, scene.group_name, body, X_Signature=signed)
    assert answer.json()["summary"]["successful_orders"] == 2


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_name_with_blanks_and_korean_letters_is_found_by_its_address(
    bridge: Bridge, scene: Scene, slash: str
) -> None:
    name = f"내 전략 {scene.name}{len(slash)}"
    wanted = {"group_name": name, "market_type": scene.market_type}
    created = bridge.call("POST", "/api/strategies/", json=wanted)
    assert created.status_code == 201, created.text
    token = created.json()["token"]
    bridge.keep_secret(token)
    answer = post(bridge, quote(name) + slash, unsigned(bridge, scene), Authorization="Bearer x")
    assert answer.status_code == 401
    answer = post(
        bridge, quote(name) + slash, unsigned(bridge, scene), Authorization=f"Bearer {token}"
    )
    assert answer.json()["error"]["code"] == "no_account_linked"


def test_a_preview_shows_the_orders_and_makes_none(bridge: Bridge, scene: Scene) -> None:
    before = len(bridge.rows("/api/orders/", strategy=scene.group_name))
    body = json.dumps(bridge.alert(scene.group_name, **scene.order)).encode()
    answer = post(bridge, "preview", body)
    told = answer.json()
    assert (answer.status_code, told["success"], told["receipt"]) == (200, True, None)
    assert [result["status"] for result in told["results"]] == ["would_send", "would_send"]
    assert len(bridge.rows("/api/orders/", strategy=scene.group_name)) == before


def test_a_sender_reads_its_receipt_with_its_own_token(bridge: Bridge, scene: Scene) -> None:
    told = bridge.buy(scene)
    path = f"{bridge.url}/api/receipts/{told['receipt']}"
    own = {"Authorization": f"Bearer {bridge.token_of(scene.group_name)}"}
    trail = requests.get(path, headers=own, timeout=PATIENCE).json()
    assert {order["status"] for order in trail["orders"]} == {"FILLED"}
    assert all(order["times"]["last_filled"] for order in trail["orders"])
    other = {"Authorization": "Bearer tb_wrong"}
    assert requests.get(path, headers=other, timeout=PATIENCE).status_code == 401


def test_a_file_is_checked_beside_the_running_bridge(
    bridge: Bridge, scene: Scene, tmp_path: Path
) -> None:
    file = tmp_path / "alert.json"
    file.write_text(json.dumps({"group_name": scene.group_name, **scene.order}))
    checked = manage(bridge.var_dir, "check_alert", str(file), "--language", "en")
    assert checked.returncode == 0, checked.stderr
    assert "2 orders would be sent" in checked.stdout
    assert bridge.buy(scene)["success"]
