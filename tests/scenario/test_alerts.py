"""Alerts as senders post them, and what becomes of them on two accounts."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

from tests.scenario.bridge import Bridge, order_ids
from tests.scenario.scenes import Scene
from tests.tradingbridge.house.launched import manage

AT_ONCE = 10
ENGLISH = {"Accept-Language": "en-US,en;q=0.9"}


def test_an_alert_without_market_type_fills_on_both_accounts(bridge: Bridge, scene: Scene) -> None:
    told = bridge.buy(scene)
    assert told["market_type"] == scene.market_type
    assert [result["status"] for result in told["results"]] == ["FILLED", "FILLED"]
    assert len({result["account_id"] for result in told["results"]}) == 2
    assert told["summary"]["successful_orders"] == 2


def test_an_answer_is_korean_unless_english_is_asked_for(bridge: Bridge, scene: Scene) -> None:
    assert bridge.buy(scene)["message"] == scene.filled.ko
    assert bridge.buy(scene, headers=ENGLISH)["message"] == scene.filled.en


def test_alerts_that_come_at_once_are_all_filled_once(bridge: Bridge, scene: Scene) -> None:
    with ThreadPoolExecutor(AT_ONCE) as senders:
        told = list(senders.map(lambda _: bridge.buy(scene), range(AT_ONCE)))
    wanted = set().union(*map(order_ids, told))
    assert len(wanted) == 2 * AT_ONCE
    orders = [
        row for row in bridge.rows("/api/orders/", symbol=scene.symbol) if row["id"] in wanted
    ]
    assert [order["status"] for order in orders] == ["FILLED"] * len(wanted)
    trades = [row for row in bridge.rows("/api/trades/") if row["order"] in wanted]
    assert sum(Decimal(each["quantity"]) for each in trades) == sum(
        Decimal(order["quantity"]) for order in orders
    )


def test_an_alert_of_pairs_in_plain_text_fills_too(bridge: Bridge, scene: Scene) -> None:
    order = {"ticker": scene.symbol, "type": "market", "action": "LONG", "qty_per": scene.size}
    fields = bridge.alert(scene.group_name, **order)
    body = "\n".join(f"{name}={value}" for name, value in fields.items())
    answer = bridge.post_alert(body.encode(), "text/plain; charset=utf-8")
    assert answer.status_code == 200, answer.text
    assert [result["status"] for result in answer.json()["results"]] == ["FILLED", "FILLED"]


def test_json_is_read_as_json_under_plain_text(bridge: Bridge, scene: Scene) -> None:
    body = json.dumps(bridge.alert(scene.group_name, **scene.order)).encode()
    assert bridge.post_alert(body, "text/plain").json()["summary"]["successful_orders"] == 2


def test_the_documented_door_fills_and_shows_its_answer_as_a_page(
    bridge: Bridge, scene: Scene
) -> None:
    page = bridge.send(scene.group_name, headers={"Accept": "text/html"}, **scene.order)
    assert page.headers["Content-Type"].startswith("text/html")
    receipt = re.search(r"[0-9A-HJKMNP-TV-Z]{26}", page.text)
    assert receipt, page.text
    rows = bridge.rows("/api/orders/", receipt=receipt[0])
    assert [row["status"] for row in rows] == ["FILLED", "FILLED"]


def test_a_receipt_tells_the_whole_trail(bridge: Bridge, scene: Scene) -> None:
    told = bridge.buy(scene)
    receipt = bridge.call("GET", f"/api/receipts/{told['receipt']}").json()
    assert {order["id"] for order in receipt["orders"]} == order_ids(told)
    for order in receipt["orders"]:
        assert order["transitions"][-1]["to_status"] == "FILLED"
        assert order["trades"]


def test_a_receipt_shows_the_alert_without_its_token(bridge: Bridge, scene: Scene) -> None:
    told = bridge.buy(scene)
    receipt = bridge.call("GET", f"/api/receipts/{told['receipt']}")
    assert scene.symbol in receipt.json()["body"]
    assert bridge.token_of(scene.group_name) not in receipt.text


def test_a_file_is_sent_from_the_command_line(bridge: Bridge, scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "alert.json"
    file.write_text(json.dumps(bridge.alert(scene.group_name, **scene.order)), encoding="utf-8")
    sent = manage(bridge.var_dir, "send_alert", str(file), "--url", bridge.url, "--language", "en")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert scene.filled.en in sent.stdout
