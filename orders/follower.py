"""The follower: the bridge's leader records what becomes of every open order, whoever sent it."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from exchanges.messages import ExchangeAccount, OrderRef
from orders.exchanges import OpenExchanges
from orders.flights import Flight
from orders.following import RESTING, AccountFollower, Followed
from orders.journal import Journal, JournalUnavailable
from orders.ledger import Ledger
from orders.waiting import Sleep, ended, pause

log = structlog.get_logger(__name__)

SCAN_SECONDS = 5.0
_SCANS_APART = 0.5


class Follower:
    """Runs between `start` and `stop`, that is while this process leads."""

    def __init__(
        self,
        *,
        journal: Journal,
        exchanges: OpenExchanges,
        ledger: Ledger,
        clock: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._exchanges = exchanges
        self._ledger = ledger
        self._clock = clock
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._scanning: asyncio.Task[None] | None = None
        self._accounts: dict[int, tuple[AccountFollower, asyncio.Task[None]]] = {}

    @property
    def following(self) -> frozenset[int]:
        """The accounts that are followed now."""
        return frozenset(self._accounts)

    def start(self) -> None:
        if self._scanning is None:
            self._scanning = asyncio.create_task(self._scan_forever())

    async def stop(self) -> None:
        if self._scanning is None:
            return
        scanning, self._scanning = self._scanning, None
        await ended(scanning)
        tasks = [task for _, task in self._accounts.values()]
        self._accounts.clear()
        await ended(*tasks)

    def wake(self) -> None:
        """Something changed in the ledger, perhaps in another process."""
        self._wake.set()

    def settled(self, flight: Flight) -> None:
        """An order of this process was acknowledged: follow it without asking the ledger."""
        if self._scanning is None or flight.status not in RESTING:
            return
        draft = flight.draft
        ref = OrderRef(
            market_type=draft.market_type,
            symbol=draft.symbol,
            client_order_id=draft.client_order_id,
            exchange_order_id=flight.exchange_order_id,
        )
        self.follow(
            draft.account,
            Followed(
                order_id=flight.order_id,
                ref=ref,
                status=flight.status,
                filled_quantity=flight.filled_quantity,
            ),
        )

    def follow(self, account: ExchangeAccount, order: Followed) -> None:
        entry = self._accounts.get(account.id)
        if entry is not None and not entry[1].done():
            entry[0].account = account
            entry[0].follow(order)
            return
        follower = AccountFollower(
            account,
            journal=self._journal,
            exchanges=self._exchanges,
            ledger=self._ledger,
            clock=self._clock,
            sleep=self._sleep,
        )
        follower.follow(order)
        task = asyncio.create_task(follower.run())
        self._accounts[account.id] = (follower, task)
        task.add_done_callback(lambda _: self._ended(account.id, task))

    async def scan(self) -> None:
        """Follow every open order of the ledger."""
        for order in await self._ledger.by_status(RESTING):
            self.follow(
                order.draft.account,
                Followed(
                    order_id=order.order_id,
                    ref=order.ref,
                    status=order.status,
                    filled_quantity=order.filled_quantity,
                ),
            )

    async def _scan_forever(self) -> None:
        while True:
            try:
                await self.scan()
            except JournalUnavailable as error:
                log.warning("open_orders_not_read", error=str(error))
            except Exception:
                log.exception("open_orders_not_read")
            await self._sleep(_SCANS_APART)
            await pause(SCAN_SECONDS, self._wake, self._sleep)

    def _ended(self, account_id: int, task: "asyncio.Task[None]") -> None:
        entry = self._accounts.get(account_id)
        if entry is not None and entry[1] is task:
            del self._accounts[account_id]
