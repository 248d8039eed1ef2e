"""The one table of an order's life: (status, event) -> status. What is not listed does not apply.

Only a row whose cause is proved may end an order, and nothing leads from UNKNOWN back to sending.
"""

from enum import StrEnum

from exchanges.messages import OrderReport
from exchanges.vocabulary import ReportStatus
from orders.vocabulary import OPEN_STATUSES, OrderStatus


class Event(StrEnum):
    """What can happen to an order. ABSENT: asked by id, the venue twice said it has none."""

    CLAIMED = "CLAIMED"
    ACCEPTED = "ACCEPTED"
    PARTLY_FILLED = "PARTLY_FILLED"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCEL_ASKED = "CANCEL_ASKED"
    CANCELLED = "CANCELLED"
    CANCEL_REFUSED = "CANCEL_REFUSED"
    FAILED = "FAILED"
    UNCLEAR = "UNCLEAR"
    ABSENT = "ABSENT"


_S = OrderStatus
_E = Event

TERMINAL = frozenset(OrderStatus) - OPEN_STATUSES

_TABLE: dict[tuple[OrderStatus, Event], OrderStatus] = {
    # Committed, not sent.
    (_S.PENDING, _E.CLAIMED): _S.SUBMITTING,
    (_S.PENDING, _E.EXPIRED): _S.EXPIRED,
    (_S.PENDING, _E.FAILED): _S.FAILED,
    (_S.PENDING, _E.CANCEL_ASKED): _S.CANCELLED,  # never sent: there is nobody to ask
    (_S.PENDING, _E.CANCELLED): _S.CANCELLED,
    (_S.PENDING, _E.ACCEPTED): _S.NEW,  # the venue holds it already, so it must not be sent
    (_S.PENDING, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.PENDING, _E.FILLED): _S.FILLED,
    (_S.PENDING, _E.UNCLEAR): _S.UNKNOWN,  # better asked for than sent
    # On its way. A cancel waits for the answer; absence proves nothing while it travels.
    (_S.SUBMITTING, _E.ACCEPTED): _S.NEW,
    (_S.SUBMITTING, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.SUBMITTING, _E.FILLED): _S.FILLED,
    (_S.SUBMITTING, _E.REJECTED): _S.REJECTED,
    (_S.SUBMITTING, _E.EXPIRED): _S.EXPIRED,
    (_S.SUBMITTING, _E.CANCELLED): _S.CANCELLED,  # fill-or-kill that was killed at once
    (_S.SUBMITTING, _E.FAILED): _S.FAILED,  # proved that not a byte was sent
    (_S.SUBMITTING, _E.UNCLEAR): _S.UNKNOWN,
    # At the venue. A send that seemed to fail (UNCLEAR) is no news of an order the venue showed.
    (_S.NEW, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.NEW, _E.FILLED): _S.FILLED,
    (_S.NEW, _E.CANCEL_ASKED): _S.CANCELLING,
    (_S.NEW, _E.CANCELLED): _S.CANCELLED,
    (_S.NEW, _E.EXPIRED): _S.EXPIRED,
    (_S.NEW, _E.REJECTED): _S.REJECTED,  # venues that acknowledge first and refuse later
    (_S.PARTIALLY_FILLED, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.FILLED): _S.FILLED,
    (_S.PARTIALLY_FILLED, _E.CANCEL_ASKED): _S.CANCELLING,
    (_S.PARTIALLY_FILLED, _E.CANCELLED): _S.CANCELLED,  # what is filled stays filled
    (_S.PARTIALLY_FILLED, _E.EXPIRED): _S.EXPIRED,
    (_S.PARTIALLY_FILLED, _E.REJECTED): _S.CANCELLED,  # the rest was refused; the fills are real
    # Being cancelled. It may fill all the same, and its outcome may be unknown as a send's may.
    (_S.CANCELLING, _E.PARTLY_FILLED): _S.CANCELLING,
    (_S.CANCELLING, _E.FILLED): _S.FILLED,
    (_S.CANCELLING, _E.CANCELLED): _S.CANCELLED,
    (_S.CANCELLING, _E.EXPIRED): _S.EXPIRED,
    (_S.CANCELLING, _E.REJECTED): _S.CANCELLED,
    (_S.CANCELLING, _E.CANCEL_REFUSED): _S.NEW,
    (_S.CANCELLING, _E.UNCLEAR): _S.UNKNOWN,
    # Nobody knows. Only evidence ends it: a report, a proof of refusal, or proved absence.
    (_S.UNKNOWN, _E.ACCEPTED): _S.NEW,
    (_S.UNKNOWN, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.UNKNOWN, _E.FILLED): _S.FILLED,
    (_S.UNKNOWN, _E.CANCELLED): _S.CANCELLED,
    (_S.UNKNOWN, _E.EXPIRED): _S.EXPIRED,
    (_S.UNKNOWN, _E.REJECTED): _S.REJECTED,
    (_S.UNKNOWN, _E.ABSENT): _S.REJECTED,
    # Finished, and the venue says otherwise. Its trades are the truth, whatever came before.
    (_S.CANCELLED, _E.PARTLY_FILLED): _S.CANCELLED,  # a late fill still counts
    (_S.CANCELLED, _E.FILLED): _S.FILLED,
    (_S.EXPIRED, _E.PARTLY_FILLED): _S.EXPIRED,
    (_S.EXPIRED, _E.FILLED): _S.FILLED,
    (_S.REJECTED, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.REJECTED, _E.FILLED): _S.FILLED,
    (_S.REJECTED, _E.CANCELLED): _S.CANCELLED,
    (_S.REJECTED, _E.ACCEPTED): _S.UNKNOWN,  # two answers contradict each other: ask again
    (_S.FAILED, _E.PARTLY_FILLED): _S.PARTIALLY_FILLED,
    (_S.FAILED, _E.FILLED): _S.FILLED,
    (_S.FAILED, _E.CANCELLED): _S.CANCELLED,
    (_S.FAILED, _E.ACCEPTED): _S.UNKNOWN,
}

_EVENT_OF: dict[ReportStatus, Event] = {
    ReportStatus.NEW: Event.ACCEPTED,
    ReportStatus.PARTIALLY_FILLED: Event.PARTLY_FILLED,
    ReportStatus.FILLED: Event.FILLED,
    ReportStatus.CANCELLED: Event.CANCELLED,
    ReportStatus.REJECTED: Event.REJECTED,
    ReportStatus.EXPIRED: Event.EXPIRED,
}


def next_status(status: OrderStatus, event: Event) -> OrderStatus | None:
    """None: the event does not apply to such an order, and its status stays."""
    return _TABLE.get((status, event))


def event_of(report: OrderReport) -> Event:
    """An order with fills is not merely accepted, and cannot have been refused as a whole."""
    event = _EVENT_OF[report.status]
    if report.filled_quantity > 0:
        if event is Event.ACCEPTED:
            return Event.PARTLY_FILLED
        if event is Event.REJECTED:
            return Event.CANCELLED
    return event
