"""What may have changed while an order waited: the order before it, and the account's position."""

from collections.abc import Collection
from decimal import Decimal

import structlog

from exchanges.base import Exchange
from exchanges.errors import ExchangeError, NotPlaced
from exchanges.messages import Instrument
from exchanges.precision import check_order, round_down
from orders import reasons
from orders.drafts import OrderDraft
from orders.journal import Journal
from orders.ledger import Ledger, LedgerOrder
from orders.vocabulary import OrderStatus
from orders.waiting import within

log = structlog.get_logger(__name__)

INSTRUMENT_TAKES_AT_MOST = 5.0
_ACCEPTED = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED})
_NOT_KNOWN = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING, OrderStatus.UNKNOWN})


def first_leg_of(draft: OrderDraft) -> str:
    """The client order id of the order that must have been accepted first; empty for most.

    Exits attached to an entry name it too, but whether they go is their guard's to decide.
    """
    return draft.behind if draft.role is None else ""


class LastLook:
    """Raises NotPlaced when the order must not go, and JournalUnavailable."""

    def __init__(self, journal: Journal, ledger: Ledger) -> None:
        self._journal = journal
        self._ledger = ledger

    async def at_first_leg(self, draft: OrderDraft) -> None:
        name = first_leg_of(draft)
        if not name:
            return
        first = await self._ledger.by_client_order_id(name)
        if first is None or not _was_accepted(first):
            is_unknown = first is not None and first.status in _NOT_KNOWN
            raise NotPlaced(reasons.FIRST_LEG_UNKNOWN if is_unknown else reasons.FIRST_LEG_FAILED)

    async def quantity(
        self, exchange: Exchange, draft: OrderDraft, not_claimed: Collection[int]
    ) -> Decimal:
        """The order's quantity, or what is left of it to close or to open: never more than asked,
        and nothing is left for orders that are themselves `not_claimed` yet.

        An attached exit is sized by its guard, since it protects what is held and closes nothing
        yet.
        """
        if draft.role is not None:
            return draft.quantity
        if draft.is_exit:
            return await self._closing(exchange, draft, not_claimed)
        if draft.target is not None:
            return await self._opening(exchange, draft, draft.target, not_claimed)
        return draft.quantity

    async def _closing(
        self, exchange: Exchange, draft: OrderDraft, not_claimed: Collection[int]
    ) -> Decimal:
        account_id = draft.account.id
        held = await self._journal.positions(
            draft.strategy_id, [account_id], draft.market_type, draft.symbol, freed=not_claimed
        )
        left = max(Decimal(0), -draft.side.sign * held[account_id])
        if left >= draft.quantity:
            return draft.quantity
        if left == 0:
            raise NotPlaced(reasons.NOTHING_TO_CLOSE)
        return _whole_lots(await _instrument(exchange, draft), left)

    async def _opening(
        self,
        exchange: Exchange,
        draft: OrderDraft,
        target: Decimal,
        not_claimed: Collection[int],
    ) -> Decimal:
        """What is too small for the venue to trade is not missing."""
        account_id = draft.account.id
        standings = await self._journal.standings(
            draft.strategy_id, [account_id], draft.market_type, draft.symbol, freed=not_claimed
        )
        standing = standings[account_id]
        missing = draft.side.sign * (target - standing.closable - standing.resting)
        if missing >= draft.quantity:
            return draft.quantity
        if missing <= 0:
            raise NotPlaced(reasons.TARGET_REACHED)
        instrument = await _instrument(exchange, draft)
        quantity = round_down(missing, instrument.lot)
        reason = check_order(
            instrument,
            quantity=quantity,
            price=draft.price,
            notional_price=draft.stop_price or draft.reference_price,
        )
        if reason is not None:
            raise NotPlaced(reasons.TARGET_REACHED)
        return quantity


def _was_accepted(order: LedgerOrder) -> bool:
    return order.status in _ACCEPTED or order.filled_quantity > 0


def _whole_lots(instrument: Instrument, left: Decimal) -> Decimal:
    quantity = round_down(left, instrument.lot)
    if quantity == 0:
        raise NotPlaced(reasons.NOTHING_TO_CLOSE)
    reason = check_order(instrument, quantity=quantity, price=None, reduce_only=True)
    if reason is not None:
        raise NotPlaced(reason)
    return quantity


async def _instrument(exchange: Exchange, draft: OrderDraft) -> Instrument:
    """In bounded time: the account's next orders wait behind this one."""
    try:
        return await within(
            INSTRUMENT_TAKES_AT_MOST, exchange.instrument(draft.market_type, draft.symbol)
        )
    except ExchangeError as error:
        raise NotPlaced(error.reason) from error
    except TimeoutError as error:
        raise NotPlaced(reasons.exchange_unavailable(None)) from error
    except Exception as error:
        log.exception("instrument_not_read", account_id=draft.account.id, symbol=draft.symbol)
        raise NotPlaced(reasons.exchange_unavailable(None)) from error
