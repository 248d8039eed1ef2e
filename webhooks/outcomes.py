"""What became of a plan, as far as it is known when the answer is due."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exchanges.errors import Reason
from orders import reasons
from orders.flights import CancelFlight, Execution, Flight
from orders.ledger_queries import OpenOrderRow
from orders.vocabulary import OrderStatus
from webhooks.plans import AccountPlan, AlertPlan, CancelPlan

ACCEPTED = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELLING,
        OrderStatus.CANCELLED,
    }
)
_OVER = frozenset({OrderStatus.EXPIRED, OrderStatus.REJECTED, OrderStatus.FAILED})
"""Ended in the meantime, so that nothing is left to cancel."""

UNFINISHED = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})
ACCEPTED_KIND, FAILED, UNCLEAR, AT_WORK, UNCHANGED = (
    "accepted",
    "failed",
    "unclear",
    "at_work",
    "unchanged",
)


def kind_of(flight: Flight) -> str:
    """What was filled was accepted, however the rest of the order ended. A target that was reached
    while its order waited needs none.
    """
    if flight.status is OrderStatus.UNKNOWN:
        return UNCLEAR
    if flight.status in ACCEPTED or flight.filled_quantity > 0:
        return ACCEPTED_KIND
    if flight.reason is not None and flight.reason.code == reasons.TARGET_REACHED.code:
        return UNCHANGED
    return AT_WORK if flight.status in UNFINISHED else FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResult:
    """One line of the answer: an order that was kept, or an account that has none."""

    plan: AccountPlan
    flight: Flight | None

    @property
    def kind(self) -> str:
        if self.flight is not None:
            return kind_of(self.flight)
        return UNCHANGED if self.plan.is_unchanged else FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelResult:
    """Of one order that a cancel names. `is_done`: nothing is left to cancel."""

    row: OpenOrderRow
    status: OrderStatus
    is_done: bool
    is_cancelled: bool = False
    is_at_work: bool = False
    reason: Reason | None = None


class Outcomes:
    """The plan beside its execution, read once."""

    def __init__(self, plan: AlertPlan, execution: Execution) -> None:
        flights = {flight.draft.client_order_id: flight for flight in execution.flights}
        cancels = {cancel.order_id: cancel for cancel in execution.cancels}
        self.orders = list(_orders(plan.accounts, flights))
        self.cancels: list[tuple[CancelPlan, list[CancelResult]]] = [
            (each, list(_cancels(each, cancels))) for each in plan.cancels
        ]

    @property
    def kinds(self) -> Counter[str]:
        return Counter(result.kind for result in self.orders)

    @property
    def is_at_work(self) -> bool:
        waits = any(result.is_at_work for _, results in self.cancels for result in results)
        return waits or any(result.kind == AT_WORK for result in self.orders)

    def of(self, index: int) -> list[OrderResult]:
        return [result for result in self.orders if result.plan.instruction.index == index]


def _orders(plans: Sequence[AccountPlan], flights: dict[str, Flight]) -> Iterator[OrderResult]:
    for plan in plans:
        for draft in plan.drafts:
            yield OrderResult(plan=plan, flight=flights[draft.client_order_id])
        if not plan.drafts:
            yield OrderResult(plan=plan, flight=None)


def _cancels(plan: CancelPlan, flights: dict[int, CancelFlight]) -> Iterator[CancelResult]:
    for row in plan.orders:
        yield _of_flight(row, flights[row.order_id])
    for row in plan.finished:
        was_filled = row.status is OrderStatus.FILLED
        why = reasons.FILLED_FIRST if was_filled else None
        yield CancelResult(row=row, status=row.status, is_done=not was_filled, reason=why)


def _of_flight(row: OpenOrderRow, flight: CancelFlight) -> CancelResult:
    outcome = flight.outcome
    if outcome is None:
        is_over = flight.done.done()
        why = reasons.STOPPED if is_over else None
        return CancelResult(
            row=row, status=row.status, is_done=False, is_at_work=not is_over, reason=why
        )
    is_done = outcome.cancelled or outcome.status in _OVER
    return CancelResult(
        row=row,
        status=outcome.status,
        is_done=is_done,
        is_cancelled=outcome.cancelled,
        reason=None if is_done else outcome.reason,
    )
