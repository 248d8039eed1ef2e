"""What the paper venue asks of an order before it looks at the account. Pure."""

from decimal import Decimal

from exchanges.base import Capabilities
from exchanges.errors import NotOffered, NotPlaced
from exchanges.messages import Instrument, OrderRequest
from exchanges.paper import money, reasons
from exchanges.paper.instruments import MAXIMUM_LEVERAGE, instrument
from exchanges.paper.ledger import Ledger
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
        (request.order_type is OrderType.LIMIT or not request.post_only, "MARKET post_only"),
        (request.stop_price is None, f"{request.order_type} stop_price"),
    )
    for is_offered, what in words:
        if not is_offered:
            raise NotOffered(reasons.not_offered(what))
    return instrument(request.market_type, request.symbol)


def check(request: OrderRequest, listed: Instrument, ledger: Ledger, last: Decimal) -> None:
    """Raises NotPlaced for a size, price or leverage that the venue does not take."""
    if request.order_type is OrderType.LIMIT and request.price is None:
        raise NotPlaced(reasons.PRICE_MISSING)
    margined = money.is_margined(listed)
    if margined and request.leverage > MAXIMUM_LEVERAGE:
        raise NotPlaced(reasons.leverage_too_high(MAXIMUM_LEVERAGE))
    refused = check_order(
        listed,
        quantity=request.quantity,
        price=request.price if request.order_type is OrderType.LIMIT else None,
        notional_price=last,
        reduce_only=request.reduce_only,
    )
    if refused is not None:
        raise NotPlaced(refused)
    if request.reduce_only and not _reduces(request, listed, ledger):
        raise NotPlaced(reasons.NOTHING_TO_REDUCE)
    if sum(1 for _ in ledger.open_orders()) >= MOST_OPEN_ORDERS:
        raise NotPlaced(reasons.too_many_open_orders(MOST_OPEN_ORDERS))


def _reduces(request: OrderRequest, listed: Instrument, ledger: Ledger) -> bool:
    if not money.is_margined(listed):
        return request.side is Side.SELL
    return money.reducible(ledger.position(listed), request.side) > 0
