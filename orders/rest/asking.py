"""What a request thread asks of the engine, and how its answers become HTTP's."""

from collections.abc import Sequence

from psycopg2.errors import UniqueViolation

from exchanges.errors import ExchangeError
from orders import reasons, runtime
from orders.cancels import CancelOutcome
from orders.journal import JournalUnavailable
from orders.rest import refusals
from orders.rest.closing import BeingClosed, Closing, NothingToClose, close
from orders.vocabulary import OrderStatus

TAKES_AT_MOST = 35.0
_AT_WORK = frozenset({OrderStatus.CANCELLING, OrderStatus.UNKNOWN})


def cancel(order_id: int, cause: str) -> bool:
    """True when it is cancelled, false when that is not certain yet; refused otherwise."""
    outcome = cancel_all([order_id], cause)[0]
    if outcome.cancelled or outcome.status in _AT_WORK:
        return outcome.cancelled
    raise refusals.conflict(outcome.reason or reasons.NOT_OPEN)


def cancel_all(order_ids: Sequence[int], cause: str) -> Sequence[CancelOutcome]:
    """One outcome an order. Those that take too long go on, and are told as not certain yet."""
    running = _running()
    try:
        return runtime.call(running.engine.cancel(order_ids, cause), TAKES_AT_MOST)
    except JournalUnavailable:
        raise refusals.unreachable(reasons.JOURNAL_UNAVAILABLE) from None
    except TimeoutError:
        return [
            CancelOutcome(
                order_id=order_id,
                cancelled=False,
                status=OrderStatus.CANCELLING,
                reason=reasons.CANCEL_PENDING,
            )
            for order_id in order_ids
        ]


def close_position(closing: Closing) -> int:
    """The id of the closing order."""
    running = _running()
    try:
        order_id: int = runtime.call(close(running, closing), TAKES_AT_MOST)
    except NothingToClose:
        raise refusals.nothing_to_close() from None
    except BeingClosed:
        raise refusals.close_in_progress() from None
    except ExchangeError as error:
        raise refusals.unreachable(error.reason) from None
    except JournalUnavailable as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise refusals.close_in_progress() from None
        raise refusals.unreachable(reasons.JOURNAL_UNAVAILABLE) from None
    return order_id


def _running() -> runtime.Runtime:
    try:
        return runtime.current()
    except runtime.NotRunning:
        raise refusals.not_running() from None
