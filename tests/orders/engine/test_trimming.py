"""An exit that had to wait closes what is left by then, and never more than was asked."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchanges.errors import NotOffered, ReadFailed
from exchanges.vocabulary import OrderType, Side
from orders import last_look
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.journal import JournalUnavailable
from orders.models import Order, Position
from orders.vocabulary import OrderRole, OrderStatus
from tests.bridges import Desk, RunningBridge, alert_for
from tests.orders.rows import hold, make_order
from tests.scripted import reason
from tests.venues import Act, ScriptedExchange, ScriptedVenue


@pytest.fixture
def lot(desk: Desk) -> Decimal:
    return desk.market.lot


@pytest.fixture
def held(desk: Desk, lot: Decimal) -> Position:
    """A long of ten lots."""
    return hold(desk.strategy, desk.accounts[0], desk.market, lot * 10)


def _exit(desk: Desk, **changes: Any) -> OrderDraft:
    """Closes ten lots of a long at the market."""
    fields: dict[str, Any] = {
        "side": Side.SELL,
        "order_type": OrderType.MARKET,
        "price": None,
        "reduce_only": True,
        "is_exit": True,
    }
    return desk.draft(**fields | changes)


def _waits(bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, draft: OrderDraft) -> Flight:
    """Launched behind an order that hangs until the venue is released."""
    venue.next(Act.HANG)
    bridge.launch(desk.draft(symbol="OTHER"))
    venue.wait_for(lambda v: len(v.book) == 1)
    (flight,) = bridge.launch(draft).flights
    assert flight.status is OrderStatus.PENDING
    return flight


def _landed(bridge: RunningBridge, venue: ScriptedVenue, flight: Flight) -> Flight:
    venue.release()
    bridge.landed([flight])
    return flight


def _now_held(position: Position, quantity: Decimal) -> None:
    Position.objects.filter(pk=position.pk).update(quantity=quantity)


def _code(flight: Flight) -> str:
    return flight.reason.code if flight.reason else ""


def test_it_closes_what_is_left(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk))
    _now_held(held, lot * 4)
    _landed(bridge, venue, flight)
    assert venue.book[-1].request.quantity == lot * 4
    assert flight.draft.quantity == flight.filled_quantity == lot * 4
    assert Order.objects.get(pk=flight.order_id).quantity == lot * 4
    bridge.wait_until(lambda: Position.objects.get(pk=held.pk).quantity == 0)


def test_a_short_is_bought_back_no_further_than_to_flat(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk, side=Side.BUY))
    _now_held(held, lot * -3)
    assert _landed(bridge, venue, flight).filled_quantity == lot * 3


def test_it_never_grows(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk))
    _now_held(held, lot * 25)
    assert _landed(bridge, venue, flight).filled_quantity == lot * 10


def test_it_is_rounded_down_to_the_lot(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk))
    _now_held(held, lot * 4 - lot / 4)
    assert _landed(bridge, venue, flight).filled_quantity == lot * 3


@pytest.mark.parametrize("left", ["0", "0.5", "-2"])
def test_with_nothing_left_it_is_not_sent(
    *,
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    held: Position,
    lot: Decimal,
    left: str,
) -> None:
    """A dust below the lot and a position of the other side are nothing to close either."""
    flight = _waits(bridge, desk, venue, _exit(desk))
    _now_held(held, lot * Decimal(left))
    _landed(bridge, venue, flight)
    assert (flight.status, _code(flight)) == (OrderStatus.FAILED, "nothing_to_close")
    assert len(venue.book) == 1


def test_what_another_exit_is_closing_is_left_to_it(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk))
    make_order(
        desk.strategy,
        desk.accounts[0],
        desk.market,
        side=Side.SELL.value,
        quantity=lot * 7,
        reduce_only=True,
        is_exit=True,
    )
    assert _landed(bridge, venue, flight).filled_quantity == lot * 3


def test_exits_that_protect_do_not_stand_in_its_way(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk))
    make_order(
        desk.strategy,
        desk.accounts[0],
        desk.market,
        side=Side.SELL.value,
        quantity=lot * 10,
        reduce_only=True,
        is_exit=True,
        role=OrderRole.STOP_LOSS.value,
    )
    assert _landed(bridge, venue, flight).filled_quantity == lot * 10


def test_an_exit_that_protects_keeps_its_size(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk, role=OrderRole.TAKE_PROFIT))
    assert _landed(bridge, venue, flight).filled_quantity == flight.draft.quantity


def test_an_order_that_only_must_not_open_keeps_its_size(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    flight = _waits(bridge, desk, venue, _exit(desk, is_exit=False))
    assert _landed(bridge, venue, flight).status is OrderStatus.FILLED


def test_an_exit_that_goes_at_once_is_as_it_was_planned(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    (flight,) = bridge.execute(_exit(desk))
    assert flight.filled_quantity == flight.draft.quantity


def test_an_exit_that_waited_for_its_cancels_is_trimmed_too(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    """What it was to cancel has closed some of it first."""
    (resting,) = bridge.execute(_exit(desk, order_type=OrderType.LIMIT, price=desk.market.price))
    venue.fill(resting.draft.client_order_id, lot * 6)
    bridge.wait_until(lambda: Position.objects.get(pk=held.pk).quantity == lot * 4)
    draft = _exit(desk)
    cancels = {draft.account.id: [resting.order_id]}
    (flight,) = _executed(bridge, draft, cancels)
    assert flight.filled_quantity == lot * 4


def _executed(
    bridge: RunningBridge, draft: OrderDraft, cancels: dict[int, list[int]]
) -> list[Flight]:
    engine = bridge.runtime.engine
    execution = bridge.call(engine.execute(alert_for([draft]), [draft], None, cancels, "alert"))
    return bridge.landed(execution.flights)


def test_below_the_venues_minimum_it_is_not_sent(
    *,
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    held: Position,
    lot: Decimal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instrument = ScriptedExchange.instrument

    async def with_minimum(self: Any, *where: Any) -> Any:
        return replace(await instrument(self, *where), minimum_quantity=lot * 5)

    monkeypatch.setattr(ScriptedExchange, "instrument", with_minimum)
    flight = _waits(bridge, desk, venue, _exit(desk))
    _now_held(held, lot * 4)
    assert _code(_landed(bridge, venue, flight)) == "below_minimum"


async def _silent(*_: Any) -> Any:
    await asyncio.Event().wait()


async def _not_offered(*_: Any) -> Any:
    raise NotOffered(reason("delisted"))


async def _not_read(*_: Any) -> Any:
    raise ReadFailed(reason("read_failed"))


async def _broken(*_: Any) -> Any:
    raise ValueError("the adapter has a bug")


@pytest.mark.parametrize(
    ("instrument", "code"),
    [
        (_silent, "exchange_unavailable"),
        (_not_offered, "delisted"),
        (_not_read, "read_failed"),
        (_broken, "exchange_unavailable"),
    ],
)
def test_when_the_lot_cannot_be_had_it_is_not_sent_and_the_next_one_goes(
    *,
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    held: Position,
    lot: Decimal,
    monkeypatch: pytest.MonkeyPatch,
    instrument: Callable[..., Any],
    code: str,
) -> None:
    monkeypatch.setattr(last_look, "INSTRUMENT_TAKES_AT_MOST", 0.01)
    monkeypatch.setattr(ScriptedExchange, "instrument", instrument)
    flight = _waits(bridge, desk, venue, _exit(desk))
    later = bridge.launch(desk.draft(symbol="OTHER"))
    _now_held(held, lot * 4)
    _landed(bridge, venue, flight)
    bridge.landed(later.flights)
    assert (flight.status, _code(flight)) == (OrderStatus.FAILED, code)
    assert later.flights[0].status is OrderStatus.NEW


def test_without_the_ledger_it_is_not_sent(
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    held: Position,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise JournalUnavailable("the database is away")

    monkeypatch.setattr(bridge.runtime.journal, "positions", away)
    flight = _waits(bridge, desk, venue, _exit(desk))
    assert _code(_landed(bridge, venue, flight)) == "journal_unavailable"


def _to_ten_lots(desk: Desk, **changes: Any) -> OrderDraft:
    """Opens ten lots at the market, so that the strategy stands at ten."""
    fields = {"order_type": OrderType.MARKET, "price": None, "target": desk.market.lot * 10}
    return desk.draft(**fields | changes)


def test_a_target_is_reached_and_not_passed(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _to_ten_lots(desk))
    _now_held(held, lot * 4)
    _landed(bridge, venue, flight)
    assert venue.book[-1].request.quantity == flight.filled_quantity == lot * 6
    assert Order.objects.get(pk=flight.order_id).quantity == lot * 6
    bridge.wait_until(lambda: Position.objects.get(pk=held.pk).quantity == lot * 10)


def test_a_short_target_is_not_passed_either(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, held: Position, lot: Decimal
) -> None:
    draft = _to_ten_lots(desk, side=Side.SELL, target=lot * -10)
    flight = _waits(bridge, desk, venue, draft)
    _now_held(held, lot * -7)
    assert _landed(bridge, venue, flight).filled_quantity == lot * 3


def test_what_rests_is_not_missing_at_a_target(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _to_ten_lots(desk))
    make_order(desk.strategy, desk.accounts[0], desk.market, quantity=lot * 7)
    assert _landed(bridge, venue, flight).filled_quantity == lot * 3


def test_an_order_to_a_target_never_grows(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, lot: Decimal
) -> None:
    flight = _waits(bridge, desk, venue, _to_ten_lots(desk, quantity=lot * 2))
    assert _landed(bridge, venue, flight).filled_quantity == lot * 2


def test_targets_that_wait_together_are_reached_one_after_the_other(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, lot: Decimal
) -> None:
    first = _waits(bridge, desk, venue, _to_ten_lots(desk))
    (second,) = bridge.launch(_to_ten_lots(desk, quantity=lot * 5, target=lot * 15)).flights
    _landed(bridge, venue, first)
    bridge.landed([second])
    assert (first.filled_quantity, second.filled_quantity) == (lot * 10, lot * 5)


@pytest.mark.parametrize("there", ["10", "9.5", "12"])
def test_where_the_target_is_reached_by_now_nothing_is_sent(
    *,
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    held: Position,
    lot: Decimal,
    there: str,
) -> None:
    """What is less than a lot is not missing."""
    flight = _waits(bridge, desk, venue, _to_ten_lots(desk))
    _now_held(held, lot * Decimal(there))
    _landed(bridge, venue, flight)
    assert (flight.status, _code(flight)) == (OrderStatus.FAILED, "target_reached")
    assert len(venue.book) == 1


def test_the_ledger_knows_the_target_of_an_order(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, lot: Decimal
) -> None:
    """Whoever takes it over needs it."""
    flight = _waits(bridge, desk, venue, _to_ten_lots(desk))
    found = bridge.call(bridge.runtime.ledger.orders([flight.order_id]))
    assert found[flight.order_id].draft.target == lot * 10
