"""The accounts' open adapters: opened once, replaced when the account's settings change."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from exchanges.base import Exchange, Resources
from exchanges.errors import ExchangeError, NotPlaced
from exchanges.factory import UnifiedExchangeFactory
from exchanges.messages import ExchangeAccount
from orders import reasons
from orders.waiting import within

log = structlog.get_logger(__name__)

OPENING_TAKES_AT_MOST = 15.0
CLOSING_TAKES_AT_MOST = 5.0
RETIRED_FOR = 60.0


class ExchangeUnavailable(NotPlaced):
    """The account's adapter could not be opened, so nothing was sent."""


@dataclass(slots=True, eq=False)
class _Slot:
    account: ExchangeAccount
    opening: "asyncio.Task[Exchange]"
    exchange: Exchange | None = None


class OpenExchanges:
    """Belongs to one event loop. A retired adapter is closed once its last order had its time."""

    def __init__(
        self,
        resources: Resources,
        create: Callable[[ExchangeAccount], Exchange] | None = None,
    ) -> None:
        self._create = create or UnifiedExchangeFactory(resources).create
        self._slots: dict[int, _Slot] = {}
        self._retired: dict[Exchange, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._is_stopped = False

    def ready(self, account: ExchangeAccount) -> Exchange | None:
        """The open adapter, without waiting; None when it must be opened first."""
        slot = self._slots.get(account.id)
        if slot is None or (slot.account is not account and slot.account != account):
            return None
        return slot.exchange

    async def of(self, account: ExchangeAccount) -> Exchange:
        """Raises ExchangeUnavailable, in bounded time; the next call tries again."""
        exchange = self.ready(account)
        if exchange is not None:
            return exchange
        if self._is_stopped:
            raise ExchangeUnavailable(reasons.STOPPED)
        slot = self._slots.get(account.id)
        if slot is None or slot.account != account:
            slot = self._replace(account)
        try:
            return await asyncio.shield(slot.opening)
        except asyncio.CancelledError:
            if not slot.opening.cancelled():
                raise
            raise ExchangeUnavailable(reasons.exchange_unavailable(None)) from None
        except ExchangeError as error:
            raise ExchangeUnavailable(reasons.exchange_unavailable(error.reason)) from error
        except Exception as error:
            raise ExchangeUnavailable(reasons.exchange_unavailable(None)) from error

    async def warm(self, accounts: Iterable[ExchangeAccount]) -> None:
        """Open them all at once. What fails is logged and tried again when it is used."""
        await asyncio.gather(*(self.of(account) for account in accounts), return_exceptions=True)

    async def stop(self) -> None:
        """An adapter that does not close is left to itself."""
        self._is_stopped = True
        slots, self._slots = list(self._slots.values()), {}
        for slot in slots:
            slot.opening.cancel()
        await asyncio.gather(*(slot.opening for slot in slots), return_exceptions=True)
        for slot in slots:
            self._retire(slot, after=0)
        for exchange, timer in list(self._retired.items()):
            timer.cancel()
            self._close(exchange)
        while self._closing:
            await asyncio.gather(*self._closing)

    def _replace(self, account: ExchangeAccount) -> _Slot:
        old = self._slots.pop(account.id, None)
        if old is not None:
            self._retire(old, after=RETIRED_FOR)
        opening = asyncio.create_task(self._open(account))
        slot = self._slots[account.id] = _Slot(account, opening)
        opening.add_done_callback(lambda task: self._opened(slot, task))
        return slot

    async def _open(self, account: ExchangeAccount) -> Exchange:
        exchange = self._create(account)
        try:
            await within(OPENING_TAKES_AT_MOST, exchange.open())
        except BaseException:
            self._close(exchange)
            raise
        return exchange

    def _opened(self, slot: _Slot, opening: "asyncio.Task[Exchange]") -> None:
        if opening.cancelled():
            return
        error = opening.exception()
        if error is None:
            slot.exchange = opening.result()
            return
        if self._slots.get(slot.account.id) is slot:
            del self._slots[slot.account.id]
        log.warning(
            "exchange_not_opened",
            account_id=slot.account.id,
            account=slot.account.name,
            exchange=slot.account.exchange,
            error=error.reason.code if isinstance(error, ExchangeError) else type(error).__name__,
        )

    def _retire(self, slot: _Slot, *, after: float) -> None:
        """Orders may still be on the wire through the old adapter; closing it would lose them."""
        if not slot.opening.done():
            slot.opening.add_done_callback(lambda _: self._retire(slot, after=after))
        elif not slot.opening.cancelled() and slot.opening.exception() is None:
            exchange = slot.opening.result()
            loop = asyncio.get_running_loop()
            self._retired[exchange] = loop.call_later(after, self._close, exchange)

    def _close(self, exchange: Exchange) -> None:
        self._retired.pop(exchange, None)
        task = asyncio.create_task(_closed(exchange))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(exchange: Exchange) -> None:
    try:
        await within(CLOSING_TAKES_AT_MOST, exchange.close())
    except TimeoutError:
        log.warning("exchange_does_not_close", account_id=exchange.account.id)
    except Exception:
        log.exception("exchange_not_closed", account_id=exchange.account.id)
