"""Following one account while it has open orders: the venue's stream, and polling behind it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from exchanges.base import Exchange
from exchanges.errors import ExchangeError, NotOffered
from exchanges.messages import ExchangeAccount, OrderRef, OrderReport
from exchanges.vocabulary import ReportStatus
from orders import evidence, reasons
from orders.changes import Change, Recorded
from orders.exchanges import OpenExchanges
from orders.journal import Journal
from orders.ledger import Ledger
from orders.states import Event, event_of
from orders.vocabulary import OrderStatus
from orders.waiting import Sleep, ended

log = structlog.get_logger(__name__)

RESTING = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.CANCELLING})
POLL_SECONDS = 5.0
ASKS_AT_MOST = 20
A_CANCEL_TAKES_AT_MOST = timedelta(seconds=60)
_FIRST_POLL_SECONDS = 1.0
_WATCH_AGAIN_SECONDS = 2.0
_OPEN_AT_VENUE = frozenset({ReportStatus.NEW, ReportStatus.PARTIALLY_FILLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An open order, as it was last recorded."""

    order_id: int
    ref: OrderRef
    status: OrderStatus
    filled_quantity: Decimal
    cancelling_since: datetime | None = None


class AccountFollower:
    """Its task ends by itself when none of the account's orders is open any more."""

    def __init__(
        self,
        account: ExchangeAccount,
        *,
        journal: Journal,
        exchanges: OpenExchanges,
        ledger: Ledger,
        clock: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self.account = account
        self._journal = journal
        self._exchanges = exchanges
        self._ledger = ledger
        self._clock = clock
        self._sleep = sleep
        self._orders: dict[int, Followed] = {}
        self._by_client_id: dict[str, Followed] = {}
        self._asked_last = 0

    def follow(self, order: Followed) -> None:
        known = self._orders.get(order.order_id)
        since = known.cancelling_since if known else None
        if order.status is OrderStatus.CANCELLING and since is None:
            since = self._clock()
        order = replace(order, cancelling_since=since)
        self._orders[order.order_id] = self._by_client_id[order.ref.client_order_id] = order

    async def run(self) -> None:
        watching = asyncio.create_task(self._watch())
        try:
            seconds = _FIRST_POLL_SECONDS
            while self._orders:
                await self._sleep(seconds)
                await self._poll()
                seconds = POLL_SECONDS
        finally:
            await ended(watching)

    async def _watch(self) -> None:
        while True:
            try:
                exchange = await self._exchanges.of(self.account)
                async for report in exchange.watch_orders():
                    await self._heard(report)
            except NotOffered:
                return
            except ExchangeError as error:
                log.warning("watch_interrupted", account_id=self.account.id, code=error.reason.code)
            except Exception:
                log.exception("watch_failed", account_id=self.account.id)
            await self._sleep(_WATCH_AGAIN_SECONDS)

    async def _poll(self) -> None:
        """A read that fails says nothing of any order; the rest of the round waits for the next."""
        try:
            exchange = await self._exchanges.of(self.account)
            for order in self._due():
                report = await self._ask(exchange, order)
                if report is not None:
                    await self._take(order, report, "poll")
        except ExchangeError as error:
            log.warning("poll_failed", account_id=self.account.id, code=error.reason.code)
        except Exception:
            log.exception("poll_failed", account_id=self.account.id)

    def _due(self) -> list[Followed]:
        """A bounded number, in turns, so that many open orders cost a venue no more than few."""
        ids = sorted(self._orders)
        later = [order_id for order_id in ids if order_id > self._asked_last]
        turn = (later + [order_id for order_id in ids if order_id <= self._asked_last])[
            :ASKS_AT_MOST
        ]
        self._asked_last = turn[-1] if turn else 0
        return [self._orders[order_id] for order_id in turn]

    async def _ask(self, exchange: Exchange, order: Followed) -> OrderReport | None:
        report = await evidence.ask(exchange, order.ref)
        if report is None:
            log.warning("open_order_not_shown", account_id=self.account.id, order_id=order.order_id)
        return report

    async def _heard(self, report: OrderReport) -> None:
        order = await self._ours(report.ref)
        if order is not None:
            await self._take(order, report, "stream")

    async def _ours(self, ref: OrderRef) -> Followed | None:
        """By our id or the venue's. An order that is not ours is nobody's business here."""
        known = self._by_client_id.get(ref.client_order_id) or self._by_venues_id(ref)
        if known is not None:
            return known
        if not ref.client_order_id:
            return None
        found = await self._ledger.by_client_order_id(ref.client_order_id)
        if found is None or found.draft.account.id != self.account.id:
            return None
        return Followed(
            order_id=found.order_id,
            ref=found.ref,
            status=found.status,
            filled_quantity=found.filled_quantity,
        )

    def _by_venues_id(self, ref: OrderRef) -> Followed | None:
        """For venues that keep no id of ours."""
        if ref.client_order_id or not ref.exchange_order_id:
            return None
        same = (
            o for o in self._orders.values() if o.ref.exchange_order_id == ref.exchange_order_id
        )
        return next(same, None)

    async def _take(self, order: Followed, report: OrderReport, cause: str) -> None:
        event = event_of(report)
        if self._cancel_had_no_effect(order, report):
            event = Event.CANCEL_REFUSED
        elif event in {Event.ACCEPTED, Event.PARTLY_FILLED} and _is_old_news(order, report):
            return
        recorded = await self._journal.record(
            Change(
                order_id=order.order_id,
                event=event,
                at=self._clock(),
                cause=cause,
                report=report,
                reason=reasons.CANCEL_HAD_NO_EFFECT
                if event is Event.CANCEL_REFUSED
                else report.reason,
            )
        )
        self._keep(order, recorded)

    def _cancel_had_no_effect(self, order: Followed, report: OrderReport) -> bool:
        """The process that asked for the cancel may have died before it was sent."""
        since = order.cancelling_since
        return (
            since is not None
            and report.status in _OPEN_AT_VENUE
            and self._clock() - since > A_CANCEL_TAKES_AT_MOST
        )

    def _keep(self, order: Followed, recorded: Recorded) -> None:
        if recorded.status not in RESTING:
            self._orders.pop(order.order_id, None)
            self._by_client_id.pop(order.ref.client_order_id, None)
            return
        self.follow(
            Followed(
                order_id=order.order_id,
                ref=replace(order.ref, exchange_order_id=recorded.exchange_order_id),
                status=recorded.status,
                filled_quantity=recorded.filled_quantity,
            )
        )


def _is_old_news(order: Followed, report: OrderReport) -> bool:
    return order.status in RESTING and report.filled_quantity <= order.filled_quantity
