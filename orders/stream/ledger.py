"""Reads of the event ledger. Streams live for hours, so none of them ever holds a connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections
from django.db.models import Max, TextField
from django.db.models.functions import Cast

from orders.models import OrderEvent
from orders.stream.subscription import StoredEvent, Subscription

T = TypeVar("T")

# However many clients reconnect at once, they share these threads, and so as many connections.
_READERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="event-reader")


def read(query: Callable[[], T]) -> T:
    """Run a query in a reader's thread and give its connection back."""
    return _READERS.submit(_lent, query).result()


async def aread(query: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_READERS, _lent, query)


def _lent(query: Callable[[], T]) -> T:
    try:
        return query()
    finally:
        connections.close_all()


def newest_id() -> int:
    return OrderEvent.objects.aggregate(newest=Max("id"))["newest"] or 0


def resume_at(position: int | None) -> int:
    """After an id that was never given (of a restored database, say) the newest is the last one."""
    newest = newest_id()
    return newest if position is None else min(position, newest)


def events_after(subscription: Subscription, position: int, limit: int) -> list[StoredEvent]:
    rows = OrderEvent.objects.filter(user_id=subscription.user_id, id__gt=position)
    if subscription.strategy:
        rows = rows.filter(strategy=subscription.strategy)
    if subscription.account_id is not None:
        rows = rows.filter(account_id=subscription.account_id)
    values = rows.order_by("id").values_list(
        "id", "user_id", "name", "strategy", "account_id", Cast("payload", TextField())
    )
    return [
        StoredEvent(
            id=event_id,
            user_id=user_id,
            name=name,
            strategy=strategy,
            account_id=account_id,
            payload=payload,
        )
        for event_id, user_id, name, strategy, account_id, payload in values[:limit]
    ]
