"""Entries, exits and positions as a plan is made from them. Change one fact, then plan."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from exchanges.errors import Reason
from exchanges.messages import Instrument, TickBand
from exchanges.vocabulary import MarketType, Side
from orders.protection import planning
from orders.protection.shapes import Entry, Exit, Group, GroupKey, Kept, NewExit, Plan, Terms
from orders.vocabulary import OrderRole, OrderStatus, ProtectionStatus

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENTRY = 7
TP, SL, TRAIL = OrderRole.TAKE_PROFIT, OrderRole.STOP_LOSS, OrderRole.TRAIL
ACTIVE, ENDED, BROKEN = ProtectionStatus.ACTIVE, ProtectionStatus.ENDED, ProtectionStatus.BROKEN


def terms(*, links: bool = False, caps: bool = True, **instrument: Any) -> Terms:
    fields: dict[str, Any] = {
        "market_type": MarketType.FUTURES,
        "symbol": "BTC/USDT",
        "base": "BTC",
        "quote": "USDT",
        "ticks": (TickBand(start=Decimal(0), tick=Decimal("0.5")),),
        "lot": Decimal(1),
        "minimum_quantity": Decimal(1),
    }
    return Terms(instrument=Instrument(**fields | instrument), links_exits=links, caps_exits=caps)


def entry(filled: int | str, *exits: Exit, **changes: Any) -> Entry:
    """A finished entry at 100 that takes profit at 110 and stops at 90."""
    made = Entry(
        order_id=ENTRY,
        client_order_id="entry",
        filled=Decimal(filled),
        is_finished=True,
        price=Decimal(100),
        take_profit=Decimal(110),
        stop_loss=Decimal(90),
        exits=exits,
    )
    return replace(made, **changes)


def exit_order(
    leg: int, status: OrderStatus = OrderStatus.NEW, quantity: int = 10, **changes: Any
) -> Exit:
    """Legs are even for profit and odd for a stop."""
    fields: dict[str, Any] = {
        "order_id": 100 + leg,
        "client_order_id": f"leg{leg}",
        "leg": leg,
        "role": SL if leg % 2 else TP,
        "status": status,
        "quantity": Decimal(quantity),
        "filled": Decimal(quantity) if status is OrderStatus.FILLED else Decimal(0),
        "finished_at": None if status in OPEN else NOW,
    }
    return Exit(**fields | changes)


OPEN = frozenset(
    {
        OrderStatus.PENDING,
        OrderStatus.SUBMITTING,
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.CANCELLING,
        OrderStatus.UNKNOWN,
    }
)


def pair(first_leg: int = 2, quantity: int = 10, **changes: Any) -> tuple[Exit, Exit]:
    """Both rest at the venue."""
    return (
        exit_order(first_leg, quantity=quantity, linked_to=f"leg{first_leg + 1}", **changes),
        exit_order(first_leg + 1, quantity=quantity, linked_to=f"leg{first_leg}", **changes),
    )


def position(
    held: int | str | Decimal,
    *entries: Entry,
    market_type: MarketType = MarketType.FUTURES,
    **changes: Any,
) -> Group:
    made = Group(
        key=GroupKey(1, 2, market_type, "BTC/USDT", Side.BUY),
        held=Decimal(held),
        entries=entries,
    )
    return replace(made, **changes)


def kept(**changes: Any) -> Kept:
    return replace(Kept(), **{k: _decimal(v) for k, v in changes.items()})


def plan(
    group: Group, of: Terms | None = None, now: datetime = NOW, *, is_switched_off: bool = False
) -> Plan:
    return planning.plan(group, of or terms(), now, is_switched_off=is_switched_off)


def placed(made: Plan) -> dict[int, Decimal]:
    """The quantity of each new exit, by its leg."""
    return {new.leg: new.quantity for new in made.places}


def new_exit(made: Plan, role: OrderRole) -> NewExit:
    (found,) = [new for new in made.places if new.role is role]
    return found


def reason(code: str) -> Reason:
    return Reason(code=code, ko=f"{code} (시험)", en=f"{code} (test)")


def _decimal(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) else value
