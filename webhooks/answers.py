"""What a sender is told: contract section 5, from what really happened."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from exchanges.errors import Language, Reason
from exchanges.vocabulary import MarketType
from orders.cancels import CancelOutcome
from orders.flights import Flight
from orders.vocabulary import OrderStatus
from orders.wire import decimal_text, optional_decimal_text, time_text
from strategies.routes import StrategyRoute
from webhooks import denials, texts
from webhooks.planning import Undrafted
from webhooks.refusals import Refusal
from webhooks.routing import Skipped

ACCEPTED = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELLING,
        OrderStatus.CANCELLED,
    }
)
UNFINISHED = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    http_status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What every answer to one alert has in common."""

    receipt: str
    language: Language
    strategy: StrategyRoute
    market_type: MarketType
    warnings: Sequence[str]
    skipped: Sequence[Skipped]
    timing: dict[str, object]

    def head(self, action: str, *, success: bool, message: str) -> dict[str, Any]:
        return {
            "success": success,
            "receipt": self.receipt,
            "duplicate": False,
            "action": action,
            "strategy": self.strategy.group_name,
            "market_type": self.market_type.value,
            "message": message,
        }

    def tail(self) -> dict[str, Any]:
        return {
            "skipped": [
                {"account_name": s.link.account.name, "reason": s.reason.text(self.language)}
                for s in self.skipped
            ],
            "warnings": list(self.warnings),
        }


def refused(refusal: Refusal, language: Language, receipt: str) -> Answer:
    error = {
        "code": refusal.reason.code,
        "message": refusal.reason.text(language),
        "field": refusal.field,
        "receipt": receipt,
    }
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    body = {"success": False, "error": error}
    return Answer(http_status=refusal.http_status, body=body, headers=headers)


def stored(language: Language, receipt: str) -> Answer:
    """When nothing more can be said than that it is stored."""
    message = texts.at_work(language, receipt)
    return Answer(http_status=202, body={"success": True, "receipt": receipt, "message": message})


def of_orders(told: Told, flights: Sequence[Flight], undrafted: Sequence[Undrafted]) -> Answer:
    """200 when every order has its outcome, 202 while one is still at work."""
    kinds = Counter(map(_kind, flights))
    failed = kinds["failed"] + len(undrafted)
    at_work = kinds["at_work"] > 0
    message = (
        texts.at_work(told.language, told.receipt)
        if at_work
        else texts.processed(
            told.language,
            told.market_type.family,
            succeeded=kinds["accepted"],
            failed=failed,
            unclear=kinds["unclear"],
        )
    )
    body = told.head("orders_processed", success=kinds["accepted"] > 0 or at_work, message=message)
    body["results"] = [_order(flight, told.language) for flight in flights] + [
        _undrafted(item, told.language) for item in undrafted
    ]
    body |= told.tail()
    body["summary"] = _summary(kinds, failed, flights, undrafted, told.skipped)
    body["timing"] = told.timing
    return Answer(http_status=202 if at_work else 200, body=body)


def of_cancels(
    told: Told, accounts: Mapping[int, str], outcomes: Sequence[tuple[int, CancelOutcome]]
) -> Answer:
    """`accounts` are names by id; `outcomes` has each with its account's. None is success."""
    done = Counter(account for account, outcome in outcomes if outcome.cancelled)
    failed = Counter(account for account, outcome in outcomes if not outcome.cancelled)
    message = texts.cancelled(
        told.language, told.market_type.family, succeeded=done.total(), failed=failed.total()
    )
    success = done.total() > 0 or failed.total() == 0
    body = told.head("cancel_all_orders", success=success, message=message)
    body["cancelled_orders"] = done.total()
    body["failed_orders"] = failed.total()
    body["results"] = [
        {
            "account_id": account,
            "account_name": name,
            "cancelled": done[account],
            "failed": failed[account],
            "errors": _cancel_errors(account, outcomes, told.language),
        }
        for account, name in accounts.items()
    ]
    body |= told.tail()
    body["timing"] = told.timing
    return Answer(http_status=200, body=body)


def of_cancels_at_work(told: Told) -> Answer:
    message = texts.at_work(told.language, told.receipt)
    body = told.head("cancel_all_orders", success=True, message=message)
    body |= told.tail()
    body["timing"] = told.timing
    return Answer(http_status=202, body=body)


def _cancel_errors(
    account_id: int, outcomes: Sequence[tuple[int, CancelOutcome]], language: Language
) -> list[dict[str, Any]]:
    return [
        {"order_id": str(outcome.order_id), "status": outcome.status.value}
        | _error(outcome.reason, language)
        for account, outcome in outcomes
        if account == account_id and not outcome.cancelled
    ]


def _kind(flight: Flight) -> str:
    """What was filled was accepted, however the rest of the order ended."""
    if flight.status is OrderStatus.UNKNOWN:
        return "unclear"
    if flight.status in ACCEPTED or flight.filled_quantity > 0:
        return "accepted"
    return "at_work" if flight.status in UNFINISHED else "failed"


def _order(flight: Flight, language: Language) -> dict[str, Any]:
    draft = flight.draft
    kind = _kind(flight)
    entry: dict[str, Any] = {
        "account_id": draft.account.id,
        "account_name": draft.account.name,
        "exchange": draft.account.exchange,
        "order_id": str(flight.order_id),
        "exchange_order_id": flight.exchange_order_id or None,
        "client_order_id": draft.client_order_id,
        "status": "failed" if kind == "failed" else flight.status.value,
        "symbol": draft.symbol,
        "side": draft.side.value,
        "order_type": draft.order_type.value,
        "quantity": decimal_text(draft.quantity),
        "filled_quantity": decimal_text(flight.filled_quantity),
        "price": optional_decimal_text(draft.price),
        "average_price": optional_decimal_text(flight.average_price),
    }
    if kind == "unclear":
        return entry | _error(flight.reason or denials.outcome_unknown(), language)
    return entry | _error(flight.reason, language) if kind == "failed" else entry


def _undrafted(item: Undrafted, language: Language) -> dict[str, Any]:
    account = item.link.account
    entry = {
        "account_id": account.id,
        "account_name": account.name,
        "exchange": account.exchange,
        "status": "failed",
    }
    return entry | _error(item.reason, language)


def _error(reason: Reason | None, language: Language) -> dict[str, Any]:
    return {} if reason is None else {"code": reason.code, "error": reason.text(language)}


def _summary(
    kinds: Counter[str],
    failed: int,
    flights: Sequence[Flight],
    undrafted: Sequence[Undrafted],
    skipped: Sequence[Skipped],
) -> dict[str, int]:
    """An account is successful when one of its orders was accepted."""
    accounts = {flight.draft.account.id for flight in flights}
    accounts |= {item.link.account.id for item in undrafted}
    successful = {f.draft.account.id for f in flights if _kind(f) == "accepted"}
    undecided = {
        f.draft.account.id for f in flights if _kind(f) in {"at_work", "unclear"}
    } - successful
    return {
        "total_accounts": len(accounts),
        "successful": len(successful),
        "failed": len(accounts - successful - undecided),
        "skipped": len(skipped),
        "successful_orders": kinds["accepted"],
        "failed_orders": failed,
        "unknown_orders": kinds["unclear"],
        "pending_orders": kinds["at_work"],
    }


def timing(
    received_at: datetime,
    *,
    started: float,
    committed: float,
    finished: float,
    flights: Sequence[Flight],
) -> dict[str, object]:
    """Milliseconds since the alert arrived, from monotonic seconds; null: it has not happened."""
    sent = [f.sent_monotonic for f in flights if f.sent_monotonic is not None]
    acked = [f.acknowledged_monotonic for f in flights if f.acknowledged_monotonic is not None]
    return {
        "received_at": time_text(received_at),
        "committed_ms": _since(started, committed),
        "first_sent_ms": _since(started, min(sent, default=None)),
        "last_sent_ms": _since(started, max(sent, default=None)),
        "first_ack_ms": _since(started, min(acked, default=None)),
        "total_ms": _since(started, finished),
    }


def _since(start: float, moment: float | None) -> float | None:
    return None if moment is None else round((moment - start) * 1000, 3)
