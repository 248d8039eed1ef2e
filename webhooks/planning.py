"""From one instruction and one link to one order: sized, rounded, checked, or refused by name."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from exchanges.base import Exchange
from exchanges.errors import ExchangeError, NotOffered, ReadFailed, Reason
from exchanges.messages import Instrument
from exchanges.precision import check_order, round_down, round_to_tick
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from orders.runtime import Runtime
from strategies.routes import LinkRoute, StrategyRoute
from strategies.sizing import closing_side, exit_quantity, quantity_from_percent
from webhooks import denials
from webhooks.instructions import OrderInstruction

_PRICED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_Venue = tuple[str, bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undrafted:
    """No order to keep, because not even its side is known."""

    link: LinkRoute
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    quantity: Decimal
    price: Decimal | None


@dataclass(slots=True, kw_only=True)
class Planner:
    """Plans one instruction's orders. A price is asked for once per venue, not per account."""

    runtime: Runtime
    strategy: StrategyRoute
    instruction: OrderInstruction
    receipt: str
    expires_at: datetime
    _prices: dict[_Venue, "asyncio.Task[Decimal]"] = field(default_factory=dict)

    async def plan(self, links: tuple[LinkRoute, ...]) -> list[OrderDraft | Undrafted]:
        """One entry a link, in their order. An account that cannot trade never stops another."""
        held = await self._held(links) if self.instruction.is_exit else {}
        if len(links) == 1:
            return [await self._one(links[0], held)]
        return list(await asyncio.gather(*(self._one(link, held) for link in links)))

    async def _held(self, links: tuple[LinkRoute, ...]) -> Mapping[int, Decimal]:
        accounts = [link.account.id for link in links]
        wanted = self.instruction
        return await self.runtime.journal.positions(
            self.strategy.id, accounts, wanted.market_type, wanted.symbol
        )

    async def _one(self, link: LinkRoute, held: Mapping[int, Decimal]) -> OrderDraft | Undrafted:
        position = held.get(link.account.id, Decimal(0))
        side = self._side(position)
        if side is None:
            return Undrafted(link=link, reason=denials.nothing_to_close())
        try:
            exchange = await self.runtime.exchanges.of(link.account)
            size = await self._size(link, exchange, side, position)
        except ExchangeError as error:
            return self._draft(link, side, _Size(quantity=Decimal(0), price=None), error.reason)
        return self._draft(link, side, size, None)

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
            reduce_only=wanted.is_exit,
        )
        if reason is not None:
            raise NotOffered(reason)
        return _Size(quantity=quantity, price=price)

    async def _quantity(
        self, link: LinkRoute, exchange: Exchange, instrument: Instrument, position: Decimal
    ) -> Decimal:
        """Crypto's `qty_per` is a percent of the link's capital; a broker's counts shares."""
        wanted = self.instruction
        if wanted.qty is not None:
            return wanted.qty
        percent = wanted.qty_per or Decimal(0)
        if wanted.is_exit:
            return exit_quantity(position, abs(percent))
        if wanted.market_type.family is AccountType.STOCK:
            return percent
        price = wanted.price if wanted.price is not None else await self._price(exchange)
        return quantity_from_percent(link.capital, percent, price, instrument.contract_size)

    async def _price(self, exchange: Exchange) -> Decimal:
        account = exchange.account
        venue = (account.exchange, account.is_demo, account.base_url)
        if venue not in self._prices:
            self._prices[venue] = asyncio.ensure_future(self._fetched(exchange))
        return await self._prices[venue]

    async def _fetched(self, exchange: Exchange) -> Decimal:
        wanted = self.instruction
        quote = await exchange.fetch_price(wanted.market_type, wanted.symbol)
        if not (quote.price.is_finite() and quote.price > 0):
            raise ReadFailed(denials.price_unavailable(wanted.symbol))
        return quote.price

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
            expires_at=self.expires_at,
            price=size.price,
            time_in_force=wanted.time_in_force,
            reduce_only=wanted.is_exit or wanted.reduce_only,
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
