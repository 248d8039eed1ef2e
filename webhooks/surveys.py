"""What planning has to know of each account, asked for at once: of its venue and of the ledger.

An account that is slow or broken holds up nobody else.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import structlog

from exchanges.base import Capabilities, Exchange
from exchanges.errors import ExchangeError, Reason
from exchanges.messages import Instrument
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders import ledger_queries
from orders.lanes import Turns
from orders.ledger_queries import Market, Standing
from orders.rows import Cursor
from strategies import risk
from strategies.routes import LinkRoute
from webhooks import denials
from webhooks.attached import Attached
from webhooks.instructions import OrderInstruction
from webhooks.plans import Routed
from webhooks.pricing import Prices
from webhooks.targets import OWNED
from webhooks.tasks import Task

log = structlog.get_logger("webhooks")

VENUE_TAKES_AT_MOST = 1.0
TURN_TAKES_AT_MOST = 1.0
PRICE_TAKES_AT_MOST = 0.5

Traded = tuple[MarketType, str]
_BOUNDED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the venue offers and lists. `price` is its own, and None where nobody asked for it."""

    venue: str
    offers: Capabilities
    instrument: Instrument
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the ledger has of one account in one symbol; `protective` are exits that wait there."""

    standing: Standing = field(default_factory=Standing)
    protective: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Terms by instruction and account, or why there are none; grounds by account and symbol."""

    terms: Mapping[tuple[int, int], Terms | Reason]
    grounds: Mapping[tuple[int, Traded], Ground]


@dataclass(slots=True, kw_only=True)
class Surveyor:
    """For one alert. `freed` are orders that it cancels. Without `turns` nothing is waited for.

    Raises JournalUnavailable when a position cannot be read: nothing is stored then.
    """

    task: Task
    turns: Turns | None
    freed: Collection[int]
    _prices: Prices = field(default_factory=Prices)

    async def survey(self, routed: Sequence[Routed]) -> Survey:
        wanted_of: dict[int, tuple[LinkRoute, list[OrderInstruction]]] = {}
        for each in routed:
            for link in each.links:
                wanted_of.setdefault(link.account.id, (link, []))[1].append(each.instruction)
        terms: dict[tuple[int, int], Terms | Reason] = {}
        grounds: dict[tuple[int, Traded], Ground] = {}
        try:
            if len(wanted_of) == 1:
                ((link, wanted),) = wanted_of.values()
                await self._account(link, wanted, terms, grounds)
            else:
                await asyncio.gather(
                    *(self._account(*each, terms, grounds) for each in wanted_of.values())
                )
        finally:
            self._prices.close()
        return Survey(terms=terms, grounds=grounds)

    async def _account(
        self,
        link: LinkRoute,
        wanted: Sequence[OrderInstruction],
        terms: dict[tuple[int, int], Terms | Reason],
        grounds: dict[tuple[int, Traded], Ground],
    ) -> None:
        account_id = link.account.id
        await self._grounds(link, wanted, grounds)
        if len(wanted) == 1:
            terms[wanted[0].index, account_id] = await self._terms(link, wanted[0])
            return
        found = await asyncio.gather(*(self._terms(link, each) for each in wanted))
        terms.update({(w.index, account_id): t for w, t in zip(wanted, found, strict=True)})

    async def _grounds(
        self,
        link: LinkRoute,
        wanted: Sequence[OrderInstruction],
        grounds: dict[tuple[int, Traded], Ground],
    ) -> None:
        """After the orders before this alert's: an entry that is on its way is waited for a
        moment, and what others are closing already is not counted.
        """
        account_id = link.account.id
        traded = dict.fromkeys((w.market_type, w.symbol) for w in wanted if needs_ground(w))
        if not traded:
            return
        goes_by_it = any(w.is_exit or w.target_position is not None for w in wanted)
        if self.turns is not None and (goes_by_it or self._is_limited(link)):
            await self.turns.reached(account_id, TURN_TAKES_AT_MOST)
        for market_type, symbol in traded:
            market = Market(
                strategy_id=self.task.strategy.id,
                account_ids=[account_id],
                market_type=market_type,
                symbol=symbol,
            )
            grounds[account_id, (market_type, symbol)] = await self.task.runtime.journal.read(
                partial(_read_ground, market=market, freed=self.freed)
            )

    async def _terms(self, link: LinkRoute, wanted: OrderInstruction) -> Terms | Reason:
        account = link.account
        try:
            async with asyncio.timeout(VENUE_TAKES_AT_MOST):
                exchange = await self.task.runtime.exchanges.of(account)
                if wanted.market_type not in exchange.capabilities.market_types:
                    return denials.not_offered(account.exchange, "market_type", wanted.market_type)
                instrument = await exchange.instrument(wanted.market_type, wanted.symbol)
                return Terms(
                    venue=account.exchange,
                    offers=exchange.capabilities,
                    instrument=instrument,
                    price=await self._price(link, exchange, wanted),
                )
        except ExchangeError as error:
            return error.reason
        except TimeoutError:
            return denials.venue_too_slow(account.exchange)
        except Exception:
            receipt = self.task.arrival.receipt
            log.exception("order_not_planned", receipt=receipt, account_id=account.id)
            return denials.not_planned(account.exchange)

    async def _price(
        self, link: LinkRoute, exchange: Exchange, wanted: OrderInstruction
    ) -> Decimal | None:
        """Without the price that an order is sized by there is no order; others go without."""
        if needs_price_to_size(wanted) and link.capital > 0:
            return await self._prices.of(exchange, wanted.market_type, wanted.symbol)
        if not self._would_use_price(link, wanted):
            return None
        try:
            async with asyncio.timeout(PRICE_TAKES_AT_MOST):
                return await self._prices.of(exchange, wanted.market_type, wanted.symbol)
        except (ExchangeError, TimeoutError):
            return None

    def _would_use_price(self, link: LinkRoute, wanted: OrderInstruction) -> bool:
        if wanted.is_exit:
            return False
        facts = risk.needs((self.task.strategy.risk, link.risk))
        if risk.VENUE_PRICE in facts:
            return True
        if risk.NOTIONAL in facts and not is_bounded(wanted, _opening_side(wanted)):
            return True
        return wanted.known_price is None and bool(Attached.of(wanted))

    def _is_limited(self, link: LinkRoute) -> bool:
        """A sale of what is owned then needs to know how much of it the ledger holds."""
        strategy = self.task.strategy
        is_limited = strategy.risk is not None or link.risk is not None
        return is_limited or strategy.stops_on_missed_alert


def is_bounded(wanted: OrderInstruction, side: Side | None) -> bool:
    """It never costs more than its limit. A sale below the market, and any other kind of order,
    trades at the market, whatever price the alert names.
    """
    return side is Side.BUY and wanted.order_type in _BOUNDED


def _opening_side(wanted: OrderInstruction) -> Side | None:
    is_target_of_owned = wanted.target_position is not None and wanted.market_type in OWNED
    return Side.BUY if is_target_of_owned else wanted.side


def needs_price_to_size(wanted: OrderInstruction) -> bool:
    """Crypto's percent of the capital is worth a quantity only at a price."""
    is_share = wanted.qty_per is not None and not wanted.is_exit
    is_crypto = wanted.market_type.family is AccountType.CRYPTO
    return is_share and is_crypto and wanted.known_price is None


def needs_ground(wanted: OrderInstruction) -> bool:
    """Exits and targets go by the position, and a sale of what protective orders hold needs them
    out of its way.
    """
    is_sale_of_own = wanted.market_type in OWNED and wanted.side is Side.SELL
    return wanted.is_exit or wanted.target_position is not None or is_sale_of_own


def _read_ground(cursor: Cursor, market: Market, freed: Collection[int]) -> Ground:
    (account_id,) = market.account_ids
    standing = ledger_queries.standings(cursor, market, freed)[account_id]
    protective = ledger_queries.protective_orders(cursor, market)[account_id]
    return Ground(standing=standing, protective=tuple(protective))
