"""What an alert tells of the position before it shows that one never arrived."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanges.vocabulary import OrderType, Side
from orders.journal import JournalUnavailable
from orders.models import MissedAlert, OrderEvent, Position, Signal
from orders.reviewing import review
from strategies.models import OnMissedAlert
from tests.scripted import ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import missed
from webhooks.instructions import (
    CancelAllInstruction,
    Instruction,
    MarketPosition,
    OrderInstruction,
    Reading,
)
from webhooks.missed import Verdict

FLAT, LONG, SHORT = MarketPosition.FLAT, MarketPosition.LONG, MarketPosition.SHORT
NOW = datetime.now(UTC)


class Teller:
    """Alerts of the sender's strategy, as far as they tell positions."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.bridge = sender.bridge
        self.count = 0

    def reading(
        self, told: MarketPosition | None, position: MarketPosition | None, **changes: Any
    ) -> Reading:
        market = self.sender.desk.market
        order = OrderInstruction(
            market_type=market.market_type,
            symbol=changes.pop("symbol", market.symbol),
            order_type=OrderType.MARKET,
            side=Side.BUY,
            qty=market.lot,
        )
        fields: dict[str, Any] = {
            "market_type": market.market_type,
            "instructions": (order,),
            "prev_market_position": told,
            "market_position": position,
        }
        return Reading(**fields | changes)

    def look(
        self,
        told: MarketPosition | None,
        position: MarketPosition | None,
        *,
        at: float = 0,
        is_preview: bool = False,
        **changes: Any,
    ) -> Verdict | None:
        """`at` is in seconds."""
        route = self.bridge.runtime.routes.routes.strategies["test1"]
        received_at = NOW + timedelta(seconds=at)
        reading = self.reading(told, position, **changes)
        runtime = self.bridge.runtime
        looking = missed.look(runtime, route, reading, received_at, is_preview=is_preview)
        return self.bridge.call(looking)

    def tell(self, *what: MarketPosition | None, **changes: Any) -> str:
        """An alert that is carried out; its receipt."""
        verdict = self.look(*what, **changes)
        assert verdict is not None
        return self.carry_out(verdict)

    def carry_out(self, verdict: Verdict) -> str:
        self.count += 1
        receipt = f"R{self.count}"
        verdict.note(receipt)
        self.bridge.call(self.bridge.runtime.journal.written())
        return receipt


@pytest.fixture
def teller(sender: Sender) -> Teller:
    return Teller(sender)


@pytest.fixture
def stops(teller: Teller) -> None:
    """The strategy opens nothing while a gap is not reviewed."""
    strategy = teller.sender.desk.strategy
    strategy.on_missed_alert = OnMissedAlert.STOP_OPENING
    strategy.save()
    teller.sender.settle()


def _gaps() -> list[tuple[str, str, str, str]]:
    rows = MissedAlert.objects.order_by("id")
    return [(row.expected, row.told, row.last_receipt, row.receipt) for row in rows]


def test_alerts_that_follow_each_other_leave_no_gap(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    teller.tell(LONG, FLAT)
    teller.tell(FLAT, SHORT)
    assert _gaps() == []
    assert Signal.objects.get().position == "SHORT"


def test_an_alert_that_found_another_position_shows_a_gap(teller: Teller) -> None:
    first = teller.tell(FLAT, LONG)
    second = teller.tell(SHORT, FLAT)
    assert _gaps() == [("LONG", "SHORT", first, second)]
    assert Signal.objects.get().receipt == second


def test_the_first_alert_of_all_shows_no_gap(teller: Teller) -> None:
    teller.tell(LONG, FLAT)
    assert _gaps() == []


def test_a_gap_is_told_to_the_strategys_owner(teller: Teller) -> None:
    first = teller.tell(FLAT, LONG)
    second = teller.tell(SHORT, FLAT)
    event = OrderEvent.objects.get(name="bridge_state")
    market = teller.sender.desk.market
    assert event.user == teller.sender.desk.owner
    assert (event.strategy, event.account_id) == ("test1", None)
    told = {key: value for key, value in event.payload.items() if key not in {"id", "timestamp"}}
    assert told == {
        "kind": "missed_alert",
        "strategy": "test1",
        "market_type": market.market_type.value,
        "symbol": market.symbol,
        "expected": "LONG",
        "told": "SHORT",
        "last_receipt": first,
        "receipt": second,
    }
    assert event.payload["id"] == MissedAlert.objects.get().pk


def test_each_symbol_has_a_position_of_its_own(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    teller.tell(FLAT, SHORT, symbol="OTHER")
    assert _gaps() == []
    assert Signal.objects.count() == 2


def test_an_alert_that_is_older_than_what_is_known_changes_nothing(teller: Teller) -> None:
    teller.tell(FLAT, LONG, at=10)
    teller.tell(SHORT, FLAT, at=5)
    assert _gaps() == []
    assert Signal.objects.get().position == "LONG"


def test_the_senders_own_time_decides_what_is_older(teller: Teller) -> None:
    teller.tell(FLAT, LONG, at=1)
    teller.tell(SHORT, FLAT, at=2, time=NOW)
    assert _gaps() == []


def test_a_senders_clock_that_is_ahead_does_not_silence_what_follows(teller: Teller) -> None:
    teller.tell(FLAT, LONG, at=1, time=NOW + timedelta(seconds=50))
    teller.tell(SHORT, FLAT, at=2)
    assert len(_gaps()) == 1


def test_alerts_of_one_instant_count_in_the_order_in_which_they_came(teller: Teller) -> None:
    teller.tell(FLAT, LONG, time=NOW)
    teller.tell(LONG, SHORT, time=NOW)
    assert _gaps() == []
    assert Signal.objects.get().position == "SHORT"


def test_an_alert_that_tells_only_what_comes_after_it_is_believed(teller: Teller) -> None:
    teller.tell(None, LONG)
    teller.tell(LONG, FLAT)
    assert _gaps() == []


def test_behind_an_alert_that_tells_only_what_was_before_nobody_knows_the_position(
    teller: Teller,
) -> None:
    teller.tell(FLAT, LONG)
    teller.tell(LONG, None)
    teller.tell(FLAT, SHORT)
    assert _gaps() == []


def test_an_alert_that_tells_only_what_was_before_shows_a_gap_too(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    teller.tell(SHORT, None)
    assert len(_gaps()) == 1


def test_two_alerts_close_upon_each_other_do_not_miss_one_another(teller: Teller) -> None:
    """The second is looked at before the first one is stored."""
    first = teller.look(FLAT, LONG)
    second = teller.look(LONG, FLAT)
    assert first is not None
    assert second is not None
    teller.carry_out(first)
    teller.carry_out(second)
    assert _gaps() == []
    assert Signal.objects.get().position == "FLAT"


def test_a_gap_behind_an_alert_that_is_still_at_work_names_it(teller: Teller) -> None:
    first, second = teller.look(FLAT, LONG), teller.look(SHORT, FLAT)
    assert first is not None
    assert second is not None
    receipts = teller.carry_out(first), teller.carry_out(second)
    assert _gaps() == [("LONG", "SHORT", *receipts)]


def test_an_alert_that_was_refused_is_forgotten(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    teller.look(LONG, FLAT)
    teller.tell(LONG, FLAT)
    assert _gaps() == []


def test_a_preview_is_not_waited_for(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    preview = teller.look(LONG, FLAT, is_preview=True)
    teller.tell(LONG, SHORT)
    assert preview is not None
    assert _gaps() == []


def test_a_gap_is_kept_once_an_alert_and_symbol(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    verdict = teller.look(SHORT, FLAT)
    assert verdict is not None
    for _ in range(2):
        verdict.note("R9")
    teller.bridge.call(teller.bridge.runtime.journal.written())
    assert len(_gaps()) == OrderEvent.objects.filter(name="bridge_state").count() == 1


def test_the_first_order_of_a_batch_is_meant(teller: Teller) -> None:
    market = teller.sender.desk.market
    (order,) = teller.reading(None, None).instructions
    assert isinstance(order, OrderInstruction)
    cancel: Instruction = CancelAllInstruction(
        index=0, market_type=market.market_type, symbol=None, side=None
    )
    orders = (cancel, replace(order, index=2, symbol="OTHER"), replace(order, index=1))
    teller.tell(FLAT, LONG, instructions=orders)
    assert Signal.objects.get().symbol == market.symbol


def test_an_alert_without_an_order_tells_nothing(teller: Teller, stops: None) -> None:
    cancel = CancelAllInstruction(
        market_type=teller.sender.desk.market.market_type, symbol=None, side=None
    )
    assert teller.look(FLAT, LONG, instructions=(cancel,)) is None


def test_an_alert_that_tells_no_position_asks_nothing(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_read: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(teller.bridge.runtime.journal, "read", never)
    assert teller.look(None, None) is None


def test_without_the_ledger_the_alert_is_not_carried_out(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_read: Any) -> Any:
        raise JournalUnavailable("the database is away")

    monkeypatch.setattr(teller.bridge.runtime.journal, "read", away)
    with pytest.raises(JournalUnavailable):
        teller.look(FLAT, LONG)


def test_a_journal_that_has_stopped_is_no_harm_to_an_alert_that_is_stored(teller: Teller) -> None:
    verdict = teller.look(FLAT, LONG)
    assert verdict is not None
    teller.bridge.stop()
    verdict.note("R1")


def _blocks(verdict: Verdict | None) -> str:
    return verdict.blocks_opening.code if verdict and verdict.blocks_opening else ""


def test_a_strategy_that_only_tells_opens_all_the_same(teller: Teller) -> None:
    teller.tell(FLAT, LONG)
    verdict = teller.look(SHORT, FLAT)
    assert verdict is not None
    assert verdict.reveals_gap
    assert _blocks(verdict) == ""


@pytest.mark.usefixtures("stops")
class TestAStrategyThatStops:
    def test_opens_while_nothing_was_missed(self, teller: Teller) -> None:
        teller.tell(FLAT, LONG)
        assert _blocks(teller.look(LONG, FLAT)) == ""

    def test_does_not_open_with_the_alert_that_shows_the_gap(self, teller: Teller) -> None:
        teller.tell(FLAT, LONG)
        assert _blocks(teller.look(SHORT, FLAT)) == "missed_alert_not_reviewed"

    def test_does_not_open_until_somebody_has_reviewed_it(self, teller: Teller) -> None:
        teller.tell(FLAT, LONG)
        teller.tell(SHORT, FLAT)
        assert _blocks(teller.look(FLAT, LONG)) == "missed_alert_not_reviewed"
        assert _blocks(teller.look(None, None)) == "missed_alert_not_reviewed"
        assert _blocks(teller.look(None, None, symbol="OTHER")) == "missed_alert_not_reviewed"
        review(MissedAlert.objects.all(), teller.sender.desk.owner)
        assert _blocks(teller.look(FLAT, LONG)) == ""

    def test_does_not_stop_for_anothers_gap(self, teller: Teller) -> None:
        desk = teller.sender.desk
        other = type(desk.strategy).objects.create(
            owner=desk.owner, group_name="other", market_type=desk.strategy.market_type
        )
        teller.tell(FLAT, LONG)
        teller.tell(SHORT, FLAT)
        MissedAlert.objects.update(strategy=other)
        assert _blocks(teller.look(FLAT, LONG)) == ""


def _send(sender: Sender, told: str, position: str, **changes: Any) -> dict[str, Any]:
    positions = {"prev_market_position": told, "market_position": position}
    answer = sender.send(**positions | changes).body
    sender.bridge.call(sender.bridge.runtime.journal.written())
    return answer


def test_an_alert_over_the_wire_is_held_against_the_one_before(sender: Sender) -> None:
    first = _send(sender, "flat", "long")
    second = _send(sender, "short", "flat", alert_id="2")
    assert _gaps() == [("LONG", "SHORT", first["receipt"], second["receipt"])]


def test_a_copy_of_an_alert_shows_no_gap(sender: Sender) -> None:
    for _ in range(3):
        _send(sender, "flat", "long", alert_id="1")
    assert _gaps() == []


def test_an_alert_that_is_refused_tells_nothing(sender: Sender) -> None:
    _send(sender, "flat", "long", account="nobody's")
    assert Signal.objects.count() == 0


@pytest.mark.usefixtures("stops")
def test_a_strategy_that_stops_denies_openings_by_name_and_lets_exits_pass(
    sender: Sender, venue: ScriptedVenue
) -> None:
    desk = sender.desk
    _send(sender, "flat", "long", order_type="MARKET", price=None)
    sender.bridge.wait_until(lambda: Position.objects.count() == len(desk.accounts))
    denied = _send(sender, "short", "long", alert_id="2")
    assert {entry["code"] for entry in denied["results"]} == {"missed_alert_not_reviewed"}
    assert len(venue.book) == len(desk.accounts)
    left = _send(
        sender, "long", "flat", qty=None, qty_per="-100", side=None, order_type="MARKET", price=None
    )
    assert left["success"] is True
