"""From one instruction and one link to one order: sized, rounded, checked, or refused by name."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import structlog

from exchanges.base import Exchange
from exchanges.errors import ExchangeError, NotOffered, Reason
from exchanges.messages import Instrument
from exchanges.precision import check_order, round_down, round_to_tick
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from orders.lanes import Turns
from orders.runtime import Runtime
from strategies.routes import LinkRoute, StrategyRoute
from strategies.sizing import closing_side, exit_quantity, quantity_from_percent
from webhooks import denials
from webhooks.instructions import OrderInstruction
from webhooks.pricing import Prices

log = structlog.get_logger("webhooks")

VENUE_TAKES_AT_MOST = 1.0
TURN_TAKES_AT_MOST = 1.0
_PRICED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Undrafted:
    """No order to keep, because not even its side is known."""

    link: LinkRoute
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    quantity: Decimal = Decimal(0)
    price: Decimal | None = None
    contract_size: Decimal = Decimal(1)


@dataclass(slots=True, kw_only=True)
class Planner:
    """Plans one instruction's orders. An account that is slow or broken holds up nobody else.

    Raises JournalUnavailable when a position cannot be read: nothing is stored then.
    """

    runtime: Runtime
    strategy: StrategyRoute
    instruction: OrderInstruction
    receipt: str
    expires_at: datetime
    turns: Turns
    _prices: Prices = field(default_factory=Prices)

    async def plan(self, links: tuple[LinkRoute, ...]) -> list[OrderDraft | Undrafted]:
        """One entry a link, in their order."""
        try:
            if len(links) == 1:
                return [await self._one(links[0])]
            return list(await asyncio.gather(*map(self._one, links)))
        finally:
            self._prices.close()

    async def _one(self, link: LinkRoute) -> OrderDraft | Undrafted:
        position = await self._held(link) if self.instruction.is_exit else Decimal(0)
        side = self._side(position)
        if side is None:
            return Undrafted(link=link, reason=denials.nothing_to_close())
        try:
            async with asyncio.timeout(VENUE_TAKES_AT_MOST):
                exchange = await self.runtime.exchanges.of(link.account)
                size = await self._size(link, exchange, side, position)
        except ExchangeError as error:
            return self._draft(link, side, _Size(), error.reason)
        except TimeoutError:
            return self._draft(link, side, _Size(), denials.venue_too_slow(link.account.exchange))
        except Exception:
            log.exception("order_not_planned", receipt=self.receipt, account_id=link.account.id)
            return self._draft(link, side, _Size(), denials.not_planned(link.account.exchange))
        return self._draft(link, side, size, None)

    async def _held(self, link: LinkRoute) -> Decimal:
        """What may still be closed, after the orders before this one: an entry that is on its way
        is waited for a moment, and what others are closing already is not counted.
        """
        account_id, wanted = link.account.id, self.instruction
        await self.turns.reached(account_id, TURN_TAKES_AT_MOST)
        held = await self.runtime.journal.positions(
            self.strategy.id, [account_id], wanted.market_type, wanted.symbol
        )
        return held[account_id]

    def _side(self, position: Decimal) -> Side | None:
        """An exit takes its side from the position; a side that would add to it closes nothing."""
        wanted = self.instruction
        if not wanted.is_exit:
            return wanted.side
        if position == 0 or wanted.side not in (None, closing_side(position)):
            return None
        return closing_side(position)

    async def _size(
        self, link: LinkRoute, exchange: Exchange, side: Side, position: Decimal
    ) -> _Size:
        wanted = self.instruction
        _must_be_offered(exchange, wanted)
        instrument = await exchange.instrument(wanted.market_type, wanted.symbol)
        price = None
        if wanted.price is not None and wanted.order_type in _PRICED:
            price = round_to_tick(wanted.price, instrument.ticks, side)
        quantity = await self._quantity(link, exchange, instrument, position)
        quantity = round_down(quantity, instrument.lot)
        reason = check_order(
            instrument,
            quantity=quantity,
            price=price,
            notional_price=wanted.price,
            reduce_only=self._reduces,
        )
        if reason is not None:
            raise NotOffered(reason)
        return _Size(quantity=quantity, price=price, contract_size=instrument.contract_size)

    async def _quantity(
        self, link: LinkRoute, exchange: Exchange, instrument: Instrument, position: Decimal
    ) -> Decimal:
        """Crypto's `qty_per` is a percent of the link's capital and its `qty` in base units; a
        broker's both count shares or contracts.
        """
        wanted = self.instruction
        is_crypto = wanted.market_type.family is AccountType.CRYPTO
        if wanted.qty is not None:
            return wanted.qty / instrument.contract_size if is_crypto else wanted.qty
        percent = wanted.qty_per or Decimal(0)
        if wanted.is_exit:
            return exit_quantity(position, abs(percent))
        if not is_crypto:
            return percent
        if link.capital == 0:
            raise NotOffered(denials.no_capital())
        price = wanted.price or await self._prices.of(exchange, wanted.market_type, wanted.symbol)
        return quantity_from_percent(link.capital, percent, price, instrument.contract_size)

    @property
    def _reduces(self) -> bool:
        return self.instruction.is_exit or self.instruction.reduce_only

    def _draft(
        self, link: LinkRoute, side: Side, size: _Size, failure: Reason | None
    ) -> OrderDraft:
        wanted = self.instruction
        leverage = link.leverage if wanted.market_type is MarketType.FUTURES else Decimal(1)
        return OrderDraft(
            account=link.account,
            owner_id=link.owner_id,
            strategy_id=self.strategy.id,
            group_name=self.strategy.group_name,
            receipt=self.receipt,
            instruction=wanted.index,
            client_order_id=client_order_id(self.receipt, wanted.index, link.account.id),
            market_type=wanted.market_type,
            symbol=wanted.symbol,
            side=side,
            order_type=wanted.order_type,
            quantity=size.quantity,
            contract_size=size.contract_size,
            expires_at=self.expires_at,
            price=size.price,
            time_in_force=wanted.time_in_force,
            reduce_only=self._reduces,
            post_only=wanted.post_only,
            leverage=leverage,
            reference_price=wanted.price,
            failure=failure,
        )


def _must_be_offered(exchange: Exchange, wanted: OrderInstruction) -> None:
    """Raises NotOffered before anything is sent, naming what the venue does not have."""
    offers = exchange.capabilities
    name = exchange.account.exchange
    if wanted.market_type not in offers.market_types:
        raise NotOffered(denials.not_offered(name, "market_type", wanted.market_type))
    if wanted.order_type not in offers.order_types:
        raise NotOffered(denials.not_offered(name, "order_type", wanted.order_type))
    if wanted.time_in_force and wanted.time_in_force not in offers.times_in_force:
        raise NotOffered(denials.not_offered(name, "time_in_force", wanted.time_in_force))
    if wanted.post_only and not offers.post_only:
        raise NotOffered(denials.not_offered(name, "post_only", "true"))
    if wanted.reduce_only and not offers.reduce_only:
        raise NotOffered(denials.not_offered(name, "reduce_only", "true"))
