"""From one leg to one order: rounded, checked, or kept with the reason why it is not sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.precision import check_order, notional, round_down, round_to_tick
from exchanges.vocabulary import MarketType, Side
from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from strategies.routes import LinkRoute
from webhooks import attached, denials
from webhooks.attached import Attached
from webhooks.instructions import OrderInstruction
from webhooks.surveys import Terms, is_bounded
from webhooks.targets import OWNED, Leg
from webhooks.tasks import Task

_ZERO = Decimal(0)
_ONE = Decimal(1)
_NO_EXITS = Attached()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An order that would open something, as the limits look at it.

    `quantity` is what of it opens, and `worth` is of that, at the least favourable price that is
    known; None where the venue's is needed and not known.
    """

    link: LinkRoute
    instruction: OrderInstruction
    leg: Leg
    terms: Terms
    quantity: Decimal
    worth: Decimal | None
    is_whole: bool = True


MayOpen = Callable[[Opening], Reason | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An order's numbers as the venue would take them; `failure` says why it would not."""

    quantity: Decimal = _ZERO
    price: Decimal | None = None
    stop_price: Decimal | None = None
    contract_size: Decimal = _ONE
    notional: Decimal | None = None
    exits: Attached = _NO_EXITS
    failure: Reason | None = None


def shaped(
    link: LinkRoute,
    wanted: OrderInstruction,
    leg: Leg,
    terms: Terms,
    *,
    may_open: MayOpen,
    sellable: Decimal,
) -> Shape:
    """A stop is rounded like a limit, buys down and sells up, so that it never triggers later.

    `sellable` is what the ledger holds and nothing else sells yet.
    """
    instrument = terms.instrument
    reduces = leg.is_exit or wanted.reduce_only
    price, stop_price = (
        None if each is None else round_to_tick(each, instrument.ticks, leg.side)
        for each in (wanted.limit_price, wanted.stop_price)
    )
    quantity = round_down(leg.quantity, instrument.lot)
    valued_at = price or stop_price or wanted.price or terms.price
    exits = _NO_EXITS if reduces else Attached.of(wanted)
    failure = _not_tradable(wanted, leg, terms, quantity=quantity, prices=(price, stop_price))
    worth = None if valued_at is None else notional(instrument, quantity, valued_at)
    if failure is None and exits:
        failure = _misplaced(exits, leg, terms, wanted.market_type, valued_at)
        exits = attached.rounded(exits, instrument, leg.side)
    opened = _opened(wanted, leg, quantity, sellable)
    if failure is None and opened > 0:
        failure = may_open(
            Opening(
                link=link,
                instruction=wanted,
                leg=leg,
                terms=terms,
                quantity=opened,
                worth=_at_most(opened, wanted, leg, terms, (price, stop_price, wanted.price)),
                is_whole=opened == quantity,
            )
        )
    return Shape(
        quantity=quantity,
        price=price,
        stop_price=stop_price,
        contract_size=instrument.contract_size,
        notional=worth,
        exits=exits,
        failure=failure,
    )


def _opened(wanted: OrderInstruction, leg: Leg, quantity: Decimal, sellable: Decimal) -> Decimal:
    """How much of it opens. A sale of what is owned closes as much as the ledger holds; what was
    bought elsewhere is sold like an opening.
    """
    if leg.is_exit:
        return _ZERO
    if wanted.market_type in OWNED and leg.side is Side.SELL:
        return max(quantity - sellable, _ZERO)
    return _ZERO if wanted.reduce_only else quantity


def _at_most(
    quantity: Decimal,
    wanted: OrderInstruction,
    leg: Leg,
    terms: Terms,
    named: Sequence[Decimal | None],
) -> Decimal | None:
    """The alert's own price alone would let its sender say what an order is worth."""
    if is_bounded(wanted, leg.side):
        highest = named[0]
    else:
        known = [price for price in named if price is not None]
        highest = None if terms.price is None else max((terms.price, *known))
    return None if highest is None else notional(terms.instrument, quantity, highest)


def _not_tradable(
    wanted: OrderInstruction,
    leg: Leg,
    terms: Terms,
    *,
    quantity: Decimal,
    prices: tuple[Decimal | None, Decimal | None],
) -> Reason | None:
    price, stop_price = prices
    return (
        _nothing_to_reduce(wanted, leg)
        or not_offered(wanted, terms)
        or check_order(
            terms.instrument,
            quantity=quantity,
            price=price,
            notional_price=stop_price or wanted.price,
            stop_price=stop_price,
            reduce_only=leg.is_exit or wanted.reduce_only,
        )
    )


def _nothing_to_reduce(wanted: OrderInstruction, leg: Leg) -> Reason | None:
    is_buy = leg.side is Side.BUY and not leg.is_exit
    if wanted.reduce_only and is_buy and wanted.market_type in OWNED:
        return denials.reduce_only_buy(wanted.market_type)
    return None


def drafted(
    task: Task,
    link: LinkRoute,
    wanted: OrderInstruction,
    leg: Leg,
    shape: Shape,
    *,
    number: int = 0,
    behind: str = "",
) -> OrderDraft:
    receipt = task.arrival.receipt
    is_leveraged = wanted.market_type is MarketType.FUTURES
    return OrderDraft(
        account=link.account,
        owner_id=link.owner_id,
        strategy_id=task.strategy.id,
        group_name=task.strategy.group_name,
        receipt=receipt,
        instruction=wanted.index,
        client_order_id=client_order_id(receipt, wanted.index, link.account.id, number),
        market_type=wanted.market_type,
        symbol=wanted.symbol,
        side=leg.side,
        order_type=wanted.order_type,
        quantity=shape.quantity,
        contract_size=shape.contract_size,
        expires_at=task.expires_at,
        price=shape.price,
        stop_price=shape.stop_price,
        time_in_force=wanted.time_in_force,
        reduce_only=leg.is_exit or wanted.reduce_only,
        post_only=wanted.post_only,
        leverage=link.leverage if is_leveraged else _ONE,
        reference_price=wanted.price,
        failure=shape.failure,
        leg=number,
        is_exit=leg.is_exit,
        behind=behind,
        take_profit=shape.exits.take_profit,
        stop_loss=shape.exits.stop_loss,
        trail=shape.exits.trail,
        target=leg.target,
    )


def not_offered(wanted: OrderInstruction, terms: Terms) -> Reason | None:
    """Names what the venue does not have, before anything is sent."""
    offers, venue = terms.offers, terms.venue
    if wanted.order_type not in offers.order_types:
        return denials.not_offered(venue, "order_type", wanted.order_type)
    if wanted.time_in_force and wanted.time_in_force not in offers.times_in_force:
        return denials.not_offered(venue, "time_in_force", wanted.time_in_force)
    if wanted.post_only and not offers.post_only:
        return denials.not_offered(venue, "post_only", "true")
    if wanted.reduce_only and not offers.reduce_only:
        return denials.not_offered(venue, "reduce_only", "true")
    return None


def _misplaced(
    exits: Attached,
    leg: Leg,
    terms: Terms,
    market_type: MarketType,
    price: Decimal | None,
) -> Reason | None:
    lacking = attached.not_offered(exits, terms.offers, terms.venue, market_type)
    if lacking is not None or price is None:
        return lacking
    name = attached.wrong_side(leg.side, price, exits.take_profit, exits.stop_loss)
    if not name:
        return None
    value: Decimal = getattr(exits, name)
    return denials.wrong_side(name, value, leg.side, price)
