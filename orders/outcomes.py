"""What an adapter's answer means for the order: by the error's class, never by its text."""

import asyncio
from dataclasses import dataclass

from exchanges.errors import ExchangeError, NotOffered, NotPlaced, Reason
from exchanges.messages import OrderReport
from orders import reasons
from orders.states import Event, event_of

# The bridge itself stopped waiting.
_CUT_SHORT = (TimeoutError, asyncio.CancelledError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`bug` is set when the adapter broke: then, too, nobody knows what the venue has."""

    event: Event
    cause: str
    report: OrderReport | None = None
    reason: Reason | None = None
    bug: BaseException | None = None


def failed(reason: Reason) -> Outcome:
    """Ours: nothing was sent."""
    return Outcome(event=Event.FAILED, cause=reason.code, reason=reason)


def expired() -> Outcome:
    return Outcome(event=Event.EXPIRED, cause=reasons.EXPIRED.code, reason=reasons.EXPIRED)


def of_report(report: OrderReport, cause: str) -> Outcome:
    return Outcome(event=event_of(report), cause=cause, report=report, reason=report.reason)


def of_error(error: BaseException) -> Outcome:
    if isinstance(error, NotOffered):
        return failed(error.reason)
    if isinstance(error, NotPlaced):
        return Outcome(event=Event.REJECTED, cause=error.reason.code, reason=error.reason)
    if isinstance(error, ExchangeError):
        return Outcome(event=Event.UNCLEAR, cause=error.reason.code, reason=error.reason)
    return Outcome(
        event=Event.UNCLEAR,
        cause=type(error).__name__,
        reason=reasons.OUTCOME_UNKNOWN,
        bug=None if isinstance(error, _CUT_SHORT) else error,
    )
