"""Which orders a cancel means: the ledger's own, whatever was switched off since."""

from collections.abc import Iterable, Sequence

from orders.ledger_queries import OpenOrderRow
from orders.vocabulary import OPEN_STATUSES
from webhooks import cancel_refusals, refusals
from webhooks.instructions import CancelAllInstruction, CancelInstruction
from webhooks.plans import CancelPlan
from webhooks.refusals import AlertRefused
from webhooks.routing import is_chosen
from webhooks.tasks import Task

_NAMED = 5


async def find(task: Task, wanted: CancelInstruction | CancelAllInstruction) -> CancelPlan:
    """This strategy's orders that existed when the alert arrived. Raises AlertRefused when it
    names what is not there, and JournalUnavailable.
    """
    if isinstance(wanted, CancelInstruction):
        return await _named(task, wanted)
    return await _all(task, wanted)


async def _named(task: Task, wanted: CancelInstruction) -> CancelPlan:
    rows = await task.runtime.journal.orders_named(
        task.strategy.id,
        order_id=wanted.order_id,
        client_order_id=wanted.client_order_id if wanted.order_id is None else None,
        created_before=task.arrival.received_at,
    )
    meant = [row for row in rows if _is_meant(row, wanted, rows)]
    field = "order_id" if wanted.order_id is not None else "client_order_id"
    place = f"orders[{wanted.index}]." if task.reading.is_batch else ""
    if not meant:
        name = wanted.order_id or wanted.client_order_id or ""
        raise AlertRefused(cancel_refusals.order_not_found(name, place + field))
    if wanted.order_id is not None:
        _refuse_two_meanings(wanted.order_id, meant, place + field)
    return CancelPlan(
        instruction=wanted,
        orders=tuple(row for row in meant if row.status in OPEN_STATUSES),
        finished=tuple(row for row in meant if row.status not in OPEN_STATUSES),
        accounts={row.account_id: row.account_name for row in meant},
    )


def _refuse_two_meanings(order_id: str, meant: Sequence[OpenOrderRow], field: str) -> None:
    """Our own id and a venue's may be alike; several of a venue's alone are all meant."""
    if len({str(row.order_id) == order_id for row in meant}) > 1:
        candidates = [
            f"{row.order_id} ({row.symbol}, {row.account_name})" for row in meant[:_NAMED]
        ]
        raise AlertRefused(cancel_refusals.ambiguous_order_id(order_id, candidates, field))


def _is_meant(row: OpenOrderRow, wanted: CancelInstruction, rows: Iterable[OpenOrderRow]) -> bool:
    """By whatever names it. An account goes by its id only when none of these has that name."""
    if wanted.client_order_id not in (None, row.client_order_id):
        return False
    if wanted.symbol is not None and row.symbol != wanted.symbol:
        return False
    if wanted.exchange is not None and row.exchange.casefold() != wanted.exchange.casefold():
        return False
    if wanted.account is None or row.account_name == wanted.account:
        return True
    is_a_name = any(other.account_name == wanted.account for other in rows)
    return not is_a_name and str(row.account_id) == wanted.account


async def _all(task: Task, wanted: CancelAllInstruction) -> CancelPlan:
    """Of accounts that are off or unlinked too."""
    narrowed = wanted.exchange is not None or wanted.account is not None
    links = [
        link
        for link in task.strategy.links
        if is_chosen(task.strategy, link, wanted.exchange, wanted.account)
    ]
    if narrowed and not links:
        name = "account" if wanted.account is not None else "exchange"
        raise AlertRefused(refusals.no_matching_account(name, getattr(wanted, name)))
    rows = await task.runtime.journal.open_orders(
        task.strategy.id,
        account_ids=[link.account.id for link in links] if narrowed else None,
        symbol=wanted.symbol,
        side=wanted.side,
        created_before=task.arrival.received_at,
    )
    meant = tuple(row for row in rows if _is_of_the_market(row, wanted))
    family = wanted.market_type.family
    names = {
        link.account.id: link.account.name
        for link in links
        if link.is_active and link.account.account_type is family
    }
    return CancelPlan(
        instruction=wanted,
        orders=meant,
        accounts=names | {row.account_id: row.account_name for row in meant},
    )


def _is_of_the_market(row: OpenOrderRow, wanted: CancelAllInstruction) -> bool:
    return row.market_type is wanted.market_type or not wanted.names_market
