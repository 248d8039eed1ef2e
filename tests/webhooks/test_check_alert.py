"""`manage.py check_alert`: what an alert file would do, told at the machine itself."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from orders.models import Alert, Order
from orders.vocabulary import OrderStatus
from strategies.models import Strategy
from tests.bridges import Desk
from tests.dsn import test_dsn
from tests.orders.rows import make_order
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.report import cut, table

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path, settings: Settings, venue: ScriptedVenue) -> Check:
    """The exit code and what was printed, for an alert and further arguments."""
    settings.DATABASE_URL = test_dsn()
    settings.LANGUAGE_CODE = "en"

    def run(alert: dict[str, Any] | bytes, *arguments: str) -> tuple[int, str]:
        file = tmp_path / "alert.txt"
        body = alert if isinstance(alert, bytes) else json.dumps(alert).encode()
        file.write_bytes(body)
        said = io.StringIO()
        try:
            call_command("check_alert", str(file), *arguments, stdout=said)
        except SystemExit as end:
            return int(str(end.code)), said.getvalue()
        return 0, said.getvalue()

    return run


def alert_of(desk: Desk, **changes: Any) -> dict[str, Any]:
    market = desk.market
    fields: dict[str, Any] = {
        "group_name": "test1",
        "symbol": market.symbol,
        "order_type": "LIMIT",
        "side": "buy",
        "price": str(market.price),
        "qty": str(market.lot * 10),
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def test_a_file_needs_no_token_and_no_running_bridge(
    desk: Desk, check: Check, venue: ScriptedVenue
) -> None:
    code, said = check(alert_of(desk))
    assert code == 0
    assert f"Strategy: test1 · {desk.market.market_type}" in said
    assert "Preview: 2 orders would be sent, 0 would not" in said
    assert [line.split()[1] for line in said.splitlines() if "would go" in line] == ["A1", "A2"]
    assert (venue.book, Alert.objects.count(), Order.objects.count()) == ([], 0, 0)


def test_pairs_are_read_as_at_the_door(desk: Desk, check: Check) -> None:
    pairs = "\n".join(f"{name}={value}" for name, value in alert_of(desk).items())
    assert check(pairs.encode())[0] == 0


def test_beside_a_running_bridge_nothing_is_disturbed(
    sender: Sender, check: Check, venue: ScriptedVenue
) -> None:
    """Neither who leads nor an order that waits for somebody to claim it."""
    sender.bridge.wait_until(lambda: sender.bridge.runtime.leadership.is_leader)
    desk = sender.desk
    waiting = make_order(
        desk.strategy, desk.accounts[0], desk.market, status=OrderStatus.PENDING.value
    )
    assert check(alert_of(desk))[0] == 0
    assert sender.bridge.runtime.leadership.is_leader
    waiting.refresh_from_db()
    assert (waiting.status, venue.book) == ("PENDING", [])
    assert sender.send().body["success"]


def test_a_file_that_would_not_go_altogether_ends_with_1(desk: Desk, check: Check) -> None:
    code, said = check(alert_of(desk, order_type="MARKET", price=None, side=None, qty=None,
                                qty_per="-100"))  # fmt: skip
    assert code == 1
    assert said.count("nothing_to_close: There is no position to close.") == 2


def test_a_quantity_without_end_is_cut_for_people_and_whole_for_programs(
    desk: Desk, check: Check
) -> None:
    alert = alert_of(desk, qty=None, qty_per="10", price="77777")
    wanted = re.findall(r"wanted_quantity=(\S+)", check(alert)[1])
    assert len(wanted) == 2
    assert max(map(len, wanted)) < 20
    whole = json.loads(check(alert, "--json")[1])["results"][0]["working"]["wanted_quantity"]
    assert whole.startswith(wanted[0].rstrip("…"))


def test_a_number_is_cut_behind_its_first_digits() -> None:
    whole = {"one": "12345678901234567890", "two": "0.000001234567891", "three": "-3.123456789"}
    assert [cut(text) for text in whole.values()] == [
        *("12345678901234567890", "0.0000012345678…", "-3.12345678…")
    ]
    assert [cut(text) for text in ("alert", "-", 5, "0.5", "0")] == ["alert", "-", "5", "0.5", "0"]


def test_a_refusal_is_told_with_its_field(desk: Desk, check: Check) -> None:
    code, said = check(alert_of(desk, price=None))
    assert code == 1
    assert "Refused\n  price_required (price): price is required for a LIMIT order" in said


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"hello"])
def test_a_file_that_cannot_be_read_is_a_refusal(desk: Desk, check: Check, body: bytes) -> None:
    code, said = check(body)
    assert (code, said.split("\n")[1]) == (1, "Refused")


def test_another_strategy_may_be_named(desk: Desk, check: Check) -> None:
    anonymous = alert_of(desk, group_name=None)
    assert check(anonymous)[0] == 1
    assert check(anonymous, "--strategy", "test1")[0] == 0
    assert check(alert_of(desk, group_name="another"), "--strategy", "test1")[0] == 0


def test_a_strategy_that_is_not_there_or_off_is_named(desk: Desk, check: Check) -> None:
    with pytest.raises(CommandError, match=r"no strategy 'nobody'\. There are: test1"):
        check(alert_of(desk, group_name="nobody"))
    Strategy.objects.update(is_active=False)
    with pytest.raises(CommandError, match="'test1' is switched off"):
        check(alert_of(desk))


def test_the_report_speaks_korean_too(desk: Desk, check: Check) -> None:
    _, said = check(alert_of(desk, colour="blue"), "--language", "ko")
    assert "전략: test1" in said
    assert "알 수 없는 필드를 무시했습니다: colour" in said
    assert "미리보기: 전송될 주문 2건" in said


def test_what_a_batch_would_do_is_told_instruction_by_instruction(
    sender: Sender, check: Check
) -> None:
    sender.send()
    desk = sender.desk
    entry = {key: alert_of(desk)[key] for key in ("order_type", "side", "price", "qty")}
    batch = {
        "group_name": "test1",
        "symbol": desk.market.symbol,
        "orders": [entry, {"order_type": "CANCEL_ALL_ORDER"}, {**entry, "qty": None}],
    }
    code, said = check(batch)
    assert code == 1
    assert "Orders to cancel" in said
    assert "2 missing_field" in said
    assert "2 orders would be sent, 1 would not, 2 would be cancelled" in said


def test_the_answer_itself_can_be_asked_for(desk: Desk, check: Check) -> None:
    code, said = check(alert_of(desk), "--json")
    answer = json.loads(said)
    assert (code, answer["action"], len(answer["results"])) == (0, "preview", 2)


def test_a_file_may_come_through_a_pipe(
    desk: Desk, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pipe:
        buffer = io.BytesIO(json.dumps(alert_of(desk)).encode())

    monkeypatch.setattr("sys.stdin", Pipe)
    said = io.StringIO()
    call_command("check_alert", "-", stdout=said)
    assert "would be sent" in said.getvalue()


def test_a_file_that_is_not_there_is_named(check: Check, transactional_db: None) -> None:
    with pytest.raises(CommandError, match=r"Cannot read nowhere\.txt"):
        call_command("check_alert", "nowhere.txt")


def test_a_database_that_does_not_answer_is_told_so(
    check: Check, settings: Settings, tmp_path: Path
) -> None:
    settings.DATABASE_URL = f"postgresql://nobody@/none?host={tmp_path}"
    with pytest.raises(CommandError, match="The database cannot be reached"):
        check(b"group_name=test1")


def test_columns_stand_below_each_other_in_korean_too() -> None:
    assert table([("계좌", "x"), ("A1", "y")]) == ["계좌  x", "A1    y"]
