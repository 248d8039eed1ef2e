"""A venue that does what a test tells it, and shows what arrived: `VENUE`, as two adapters."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from exchanges import registry
from exchanges.base import Capabilities, Exchange
from exchanges.errors import NotOffered, NotPlaced
from exchanges.messages import (
    Balance,
    Instrument,
    OrderRef,
    OrderReport,
    OrderRequest,
    PositionReport,
    PriceQuote,
    TickBand,
    TradeReport,
)
from exchanges.vocabulary import AccountType, MarketType, OrderType, TimeInForce
from tests.scripted import PRICE, Act, ScriptedVenue, Watcher, reason

__all__ = ["NAME", "VENUE", "Act", "ScriptedExchange", "ScriptedVenue", "reason", "without"]

NAME = "SCRIPTED"
VENUE = ScriptedVenue()


class ScriptedExchange(Exchange):
    """An account at the scripted venue."""

    name = NAME

    async def open(self) -> None:
        self._watching: list[Watcher] = []
        if VENUE.opening_fails:
            raise NotPlaced(reason("connection_refused"))

    async def close(self) -> None:
        for watcher in getattr(self, "_watching", []):
            watcher.hear(None)

    async def create_order(self, request: OrderRequest) -> OrderReport:
        return await VENUE.take(self.account.id, request)

    async def cancel_order(self, order: OrderRef) -> OrderReport:
        return await VENUE.cancel(self.account.id, order)

    async def fetch_order(self, order: OrderRef) -> OrderReport | None:
        return await VENUE.fetch(self.account.id, order)

    async def fetch_open_orders(self, market_type: MarketType) -> Sequence[OrderReport]:
        return VENUE.open_reports(self.account.id, market_type)

    async def fetch_trades(self, order: OrderRef) -> Sequence[TradeReport]:
        return VENUE.trades_of(self.account.id, order)

    async def fetch_balance(self) -> Sequence[Balance]:
        return [Balance(currency="USDT", total=Decimal(1_000_000), free=Decimal(1_000_000))]

    async def fetch_positions(self) -> Sequence[PositionReport]:
        return []

    async def fetch_price(self, market_type: MarketType, symbol: str) -> PriceQuote:
        return PriceQuote(market_type=market_type, symbol=symbol, price=PRICE, at=datetime.now(UTC))

    async def instrument(self, market_type: MarketType, symbol: str) -> Instrument:
        if market_type not in self.capabilities.market_types:
            raise NotOffered(reason("market_not_offered"))
        base, _, quote = symbol.partition("/")
        is_stock = market_type.family is AccountType.STOCK
        step = Decimal(1) if is_stock else Decimal("0.00001")
        return Instrument(
            market_type=market_type,
            symbol=symbol,
            base=base,
            quote=quote or "KRW",
            ticks=(TickBand(start=Decimal(0), tick=Decimal(1)),),
            lot=step,
            minimum_quantity=step,
        )

    async def watch_orders(self) -> AsyncIterator[OrderReport]:
        watcher = VENUE.watch(self.account.id)
        self._watching.append(watcher)
        try:
            while (report := await watcher.next()) is not None:
                yield report
        finally:
            self._watching.remove(watcher)
            VENUE.unwatch(self.account.id, watcher)


def _capabilities(family: AccountType) -> Capabilities:
    return Capabilities(
        market_types=frozenset(m for m in MarketType if m.family is family),
        order_types=frozenset(OrderType),
        times_in_force=frozenset(TimeInForce),
        client_order_ids=True,
        reduce_only=True,
        post_only=True,
        demo=True,
        trailing_stops=True,
        linked_exits=True,
    )


class ScriptedCrypto(ScriptedExchange):
    family = AccountType.CRYPTO
    capabilities = _capabilities(AccountType.CRYPTO)


class ScriptedSecurities(ScriptedExchange):
    family = AccountType.STOCK
    capabilities = _capabilities(AccountType.STOCK)


def without(
    patch: pytest.MonkeyPatch, *facts: str, order_types: Collection[OrderType] = ()
) -> None:
    """For one test: a venue that lacks these capabilities and these order types."""
    for adapter in (ScriptedCrypto, ScriptedSecurities):
        lacking: dict[str, Any] = dict.fromkeys(facts, False)
        lacking["order_types"] = adapter.capabilities.order_types - frozenset(order_types)
        patch.setattr(adapter, "capabilities", replace(adapter.capabilities, **lacking))


for _adapter in (ScriptedCrypto, ScriptedSecurities):
    registry.register(_adapter)
