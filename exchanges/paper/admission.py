"""What the paper venue asks of an order before it looks at the account. Pure."""

from decimal import Decimal

from exchanges.base import Capabilities
from exchanges.errors import NotOffered, NotPlaced
from exchanges.messages import Instrument, OrderRequest
from exchanges.paper import money, reasons
from exchanges.paper.instruments import MAXIMUM_LEVERAGE, instrument
from exchanges.paper.ledger import Ledger
from exchanges.paper.state import CONDITIONAL, LIMITED
from exchanges.precision import check_order
from exchanges.vocabulary import OrderType, Side

MOST_OPEN_ORDERS = 200


def offered(request: OrderRequest, capabilities: Capabilities) -> Instrument:
    """Raises NotOffered for what the venue does not have, before anything is looked up."""
    words = (
        (request.market_type in capabilities.market_types, request.market_type),
        (request.order_type in capabilities.order_types, request.order_type),
        (
            request.time_in_force is None or request.time_in_force in capabilities.times_in_force,
            str(request.time_in_force),
        ),
        (capabilities.reduce_only or not request.reduce_only, "reduce_only"),
        (capabilities.post_only or not request.post_only, "post_only"),
        (
            request.order_type is OrderType.LIMIT or not request.post_only,
            f"{request.order_type} post_only",
        ),
        (capabilities.linked_exits or not request.linked_to, "linked_to"),
        *_stop_words(request, capabilities),
    )
    for is_offered, what in words:
        if not is_offered:
            raise NotOffered(reasons.not_offered(what))
    return instrument(request.market_type, request.symbol)


def _stop_words(request: OrderRequest, capabilities: Capabilities) -> tuple[tuple[bool, str], ...]:
    """A stop price belongs to types that wait for one; a trail to a STOP_MARKET, and instead."""
    waits = request.order_type in CONDITIONAL
    trails = request.order_type is OrderType.STOP_MARKET and capabilities.trailing_stops
    return (
        (waits or request.stop_price is None, f"{request.order_type} stop_price"),
        (trails or request.trail is None, f"{request.order_type} trail"),
        (request.stop_price is None or request.trail is None, "stop_price + trail"),
    )


def check(request: OrderRequest, listed: Instrument, ledger: Ledger, last: Decimal) -> None:
    """Raises NotPlaced for a size, price or leverage that the venue does not take."""
    limit = request.price if request.order_type in LIMITED else None
    _check_prices(request, limit, last)
    margined = money.is_margined(listed)
    if margined and request.leverage > MAXIMUM_LEVERAGE:
        raise NotPlaced(reasons.leverage_too_high(MAXIMUM_LEVERAGE))
    refused = check_order(
        listed,
        quantity=request.quantity,
        price=limit,
        notional_price=request.stop_price or last,
        stop_price=request.stop_price,
        reduce_only=request.reduce_only,
    )
    if refused is not None:
        raise NotPlaced(refused)
    is_late = _comes_too_late(request, ledger)
    if request.reduce_only and not (is_late or _reduces(request, listed, ledger)):
        raise NotPlaced(reasons.NOTHING_TO_REDUCE)
    if sum(1 for _ in ledger.open_orders()) >= MOST_OPEN_ORDERS:
        raise NotPlaced(reasons.too_many_open_orders(MOST_OPEN_ORDERS))


def _check_prices(request: OrderRequest, limit: Decimal | None, last: Decimal) -> None:
    if request.order_type in LIMITED and limit is None:
        raise NotPlaced(reasons.field_missing("price", request.order_type))
    waits_at = request.stop_price or request.trail
    if request.order_type in CONDITIONAL and waits_at is None:
        raise NotPlaced(reasons.field_missing("stop_price", request.order_type))
    if request.trail is not None and request.trail >= last and request.side is Side.SELL:
        raise NotPlaced(reasons.TRAIL_TOO_WIDE)


def _comes_too_late(request: OrderRequest, ledger: Ledger) -> bool:
    """Its partner has traded already: it is taken and cancelled, not refused."""
    named = (o for o in ledger.orders.values() if o.client_order_id == request.linked_to)
    return any(not each.remaining for each in named)


def _reduces(request: OrderRequest, listed: Instrument, ledger: Ledger) -> bool:
    if not money.is_margined(listed):
        return request.side is Side.SELL
    return money.reducible(ledger.position(listed), request.side) > 0
