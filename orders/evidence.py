"""What a venue's own book says of an order, as complete as it can be read."""

from dataclasses import replace
from decimal import Decimal

from exchanges.base import Exchange
from exchanges.errors import NotOffered
from exchanges.messages import OrderRef, OrderReport


async def ask(exchange: Exchange, ref: OrderRef) -> OrderReport | None:
    """By id, with the trades behind its fills. None: a clean answer that there is no such order.

    Raises ReadFailed also when only the trades could not be read: half a report would be booked
    as it is, and nobody would ask for the rest.
    """
    report = await exchange.fetch_order(ref)
    if report is None:
        return None
    told = sum((trade.quantity for trade in report.trades), Decimal(0))
    if report.filled_quantity <= told:
        return report
    try:
        trades = await exchange.fetch_trades(report.ref)
    except NotOffered:
        return report
    return replace(report, trades=tuple(trades))


def proves_absence(exchange: Exchange, ref: OrderRef) -> bool:
    """Whether "no such order" can be believed at all.

    Not of an order that the venue once acknowledged (venues forget finished orders), and not
    where the order cannot be asked for by an id that we gave it.
    """
    return exchange.capabilities.client_order_ids and not ref.exchange_order_id
