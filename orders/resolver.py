"""What became of orders that nobody knows of: the venue is asked until there is evidence."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, repeat

import structlog

from exchanges.errors import ExchangeError
from exchanges.messages import OrderReport
from orders import evidence, reasons
from orders.changes import Change
from orders.exchanges import OpenExchanges
from orders.follower import Follower
from orders.following import RESTING, Followed
from orders.journal import Journal
from orders.ledger import LedgerOrder
from orders.states import Event, event_of
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus
from orders.waiting import Sleep, ended

log = structlog.get_logger(__name__)

BACK_OFF = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
ABSENCES_APART = timedelta(seconds=5)


def _delays() -> Iterator[float]:
    return chain(BACK_OFF, repeat(BACK_OFF[-1]))


class Resolver:
    """One task an order. No evidence: it stays UNKNOWN, and is asked for again."""

    def __init__(
        self,
        *,
        journal: Journal,
        exchanges: OpenExchanges,
        follower: Follower,
        unknowns: UnknownOutcomes,
        clock: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._exchanges = exchanges
        self._follower = follower
        self._unknowns = unknowns
        self._clock = clock
        self._sleep = sleep
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def ask_for(self, orders: Iterable[LedgerOrder]) -> None:
        """These orders are unknown now; whatever else was asked for is resolved."""
        unknown = {order.order_id: order for order in orders}
        self._tasks = {key: task for key, task in self._tasks.items() if not task.done()}
        for order_id in self._tasks.keys() - unknown.keys():
            self._tasks.pop(order_id).cancel()
        for order_id in unknown.keys() - self._tasks.keys():
            self._tasks[order_id] = asyncio.create_task(self._resolve(unknown[order_id]))

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        await ended(*tasks)

    async def _resolve(self, order: LedgerOrder) -> None:
        first_absent: datetime | None = None
        for delay in _delays():
            await self._sleep(delay)
            try:
                report, is_absent = await self._ask(order)
            except ExchangeError as error:
                log.warning("order_not_resolved", order_id=order.order_id, code=error.reason.code)
                continue
            except Exception:
                log.exception("order_not_resolved", order_id=order.order_id)
                continue
            if report is not None:
                if await self._record(order, event_of(report), report):
                    return
            elif is_absent:
                first_absent = first_absent or self._clock()
                apart = self._clock() - first_absent
                if apart >= ABSENCES_APART and await self._record(order, Event.ABSENT, None):
                    return

    async def _ask(self, order: LedgerOrder) -> tuple[OrderReport | None, bool]:
        """The venue's report, or whether its "no such order" counts."""
        exchange = await self._exchanges.of(order.draft.account)
        report = await evidence.ask(exchange, order.ref)
        return report, report is None and evidence.proves_absence(exchange, order.ref)

    async def _record(self, order: LedgerOrder, event: Event, report: OrderReport | None) -> bool:
        """Whether the order is resolved."""
        recorded = await self._journal.record(
            Change(
                order_id=order.order_id,
                event=event,
                at=self._clock(),
                cause="resolved by the venue's book",
                report=report,
                reason=report.reason if report else reasons.NOT_AT_VENUE,
            )
        )
        self._unknowns.settle(order.order_id, order.lane, recorded.status)
        log.info(
            "order_resolved",
            receipt=order.draft.receipt,
            order_id=order.order_id,
            account_id=order.draft.account.id,
            symbol=order.draft.symbol,
            status=recorded.status.value,
        )
        if recorded.status in RESTING:
            ref = report.ref if report else order.ref
            self._follower.follow(
                order.draft.account,
                Followed(
                    order_id=order.order_id,
                    ref=ref,
                    status=recorded.status,
                    filled_quantity=recorded.filled_quantity,
                ),
            )
        return recorded.status is not OrderStatus.UNKNOWN
