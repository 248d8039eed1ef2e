"""The price that an alert is sized by: asked for once a venue, not once an account."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

from exchanges.base import Exchange
from exchanges.errors import ReadFailed
from exchanges.vocabulary import MarketType
from webhooks import denials

SHARED_FOR = 0.3
_Market = tuple[str, bool, str, MarketType, str]


@dataclass(slots=True)
class Prices:
    """For one alert. Where the first account's question gets no answer, each asks by itself."""

    _asked: dict[_Market, "asyncio.Task[Decimal]"] = field(default_factory=dict)

    async def of(self, exchange: Exchange, market_type: MarketType, symbol: str) -> Decimal:
        """In quote currency. Raises ReadFailed."""
        account = exchange.account
        where = (account.exchange, account.is_demo, account.base_url)
        market = (*where, market_type, symbol)
        shared = self._asked.get(market)
        if shared is None:
            shared = asyncio.ensure_future(_fetched(exchange, market_type, symbol))
            self._asked[market] = shared
            return await asyncio.shield(shared)
        await asyncio.wait({shared}, timeout=SHARED_FOR)
        if shared.done() and not shared.cancelled() and shared.exception() is None:
            return shared.result()
        return await _fetched(exchange, market_type, symbol)

    def close(self) -> None:
        for task in self._asked.values():
            task.cancel()
            task.add_done_callback(_heard)


def _heard(task: "asyncio.Task[Decimal]") -> None:
    """Whoever asked has been told already."""
    if not task.cancelled():
        task.exception()


async def _fetched(exchange: Exchange, market_type: MarketType, symbol: str) -> Decimal:
    quote = await exchange.fetch_price(market_type, symbol)
    if not (quote.price.is_finite() and quote.price > 0):
        raise ReadFailed(denials.price_unavailable(symbol))
    return quote.price
