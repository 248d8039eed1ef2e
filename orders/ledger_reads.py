"""What callers on any loop ask of the ledger; one thread with a connection of its own reads it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from exchanges.vocabulary import MarketType, Side
from orders import known_alerts, ledger_queries
from orders.exposure import Exposure, exposure
from orders.known_alerts import Fate
from orders.ledger_queries import Market, OpenOrderQuery, OpenOrderRow, Standing
from orders.reader import Reader, ReadJob
from orders.rows import Cursor

T = TypeVar("T")


class LedgerReads:
    """Every question may raise JournalUnavailable, and is then not answered with a guess."""

    def __init__(self, database_url: str) -> None:
        self._reader = Reader(database_url)

    async def first_of(self, strategy_id: int, digest: str, at: datetime) -> str | None:
        """The receipt of the alert that has this key at that time. Raises JournalUnavailable."""
        return await self._read(
            lambda cursor: known_alerts.first_of(cursor, strategy_id, digest, at)
        )

    async def answer_of(self, receipt: str) -> tuple[int, dict[str, Any]] | None:
        """HTTP status and answer; None while the alert is at work. Raises JournalUnavailable."""
        return await self._read(lambda cursor: known_alerts.answer_of(cursor, receipt))

    async def body_of(self, receipt: str) -> str | None:
        """The alert's body, its secrets masked. Raises JournalUnavailable."""
        return await self._read(lambda cursor: known_alerts.body_of(cursor, receipt))

    async def fate_of(self, receipt: str) -> Fate:
        """Whether a copy of that alert may rest on it. Raises JournalUnavailable."""
        return await self._read(lambda cursor: known_alerts.fate_of(cursor, receipt))

    async def standings(
        self,
        strategy_id: int,
        account_ids: Sequence[int],
        market_type: MarketType,
        symbol: str,
        *,
        freed: Collection[int] = (),
    ) -> dict[int, Standing]:
        """What may be closed and what rests, of one instant: asked for one after the other, an
        order that fills in between would count twice, or in neither. `freed` are orders that are
        to be cancelled first. Raises JournalUnavailable.
        """
        market = Market(
            strategy_id=strategy_id,
            account_ids=account_ids,
            market_type=market_type,
            symbol=symbol,
        )
        return await self._read(lambda cursor: ledger_queries.standings(cursor, market, freed))

    async def positions(
        self,
        strategy_id: int,
        account_ids: Sequence[int],
        market_type: MarketType,
        symbol: str,
        *,
        freed: Collection[int] = (),
    ) -> dict[int, Decimal]:
        """What may be closed, signed, one for each account asked for; see `Standing`. Raises
        JournalUnavailable, never a zero guess.
        """
        standings = await self.standings(strategy_id, account_ids, market_type, symbol, freed=freed)
        return {account_id: standing.closable for account_id, standing in standings.items()}

    async def orders_named(
        self,
        strategy_id: int,
        *,
        order_id: str | None = None,
        client_order_id: str | None = None,
        created_before: datetime,
    ) -> list[OpenOrderRow]:
        """The strategy's orders of that name, finished ones too: by our own id, by the venue's
        where we have none of that id, or by client order id. Raises JournalUnavailable.
        """
        if (order_id is None) == (client_order_id is None):
            raise ValueError("an order is named by one id")
        if order_id is not None:
            by_id = order_id
            return await self._read(
                lambda cursor: ledger_queries.orders_by_id(
                    cursor, strategy_id, by_id, created_before
                )
            )
        return await self._read(
            lambda cursor: ledger_queries.orders_by_client_id(
                cursor, strategy_id, client_order_id or "", created_before
            )
        )

    async def exposure(self, strategy_id: int, since: datetime) -> Exposure:
        """What the strategy has at stake, and what it realised since. Raises JournalUnavailable."""
        return await self._read(lambda cursor: exposure(cursor, strategy_id, since))

    async def open_orders(
        self,
        strategy_id: int,
        account_ids: Sequence[int] | None = None,
        *,
        symbol: str | None = None,
        side: Side | None = None,
        created_before: datetime | None = None,
    ) -> list[OpenOrderRow]:
        """The strategy's unfinished orders. Raises JournalUnavailable."""
        query = OpenOrderQuery(
            strategy_id=strategy_id,
            account_ids=account_ids,
            symbol=symbol,
            side=side,
            created_before=created_before,
        )
        return await self._read(lambda cursor: ledger_queries.open_orders(cursor, query))

    async def read(self, read: Callable[[Cursor], T]) -> T:
        """What else is to be known, asked in the reading thread. Raises JournalUnavailable."""
        return await self._read(read)

    async def _read(self, read: Callable[[Cursor], T]) -> T:
        job = ReadJob(read=read)
        self._reader.put(job)
        answer: T = await job.reply.future
        return answer
