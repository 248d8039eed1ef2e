"""What a sender is told: contract section 5, from what really happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from exchanges.errors import Language
from orders.flights import Flight
from orders.wire import time_text
from webhooks import results, texts
from webhooks.instructions import CancelAllInstruction, CancelInstruction
from webhooks.outcomes import Outcomes
from webhooks.plans import AlertPlan
from webhooks.refusals import Refusal
from webhooks.results import Count
from webhooks.routing import Skipped
from webhooks.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    http_status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


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


def of_alert(task: Task, plan: AlertPlan, outcomes: Outcomes, timing: dict[str, object]) -> Answer:
    """200 when everything has its outcome, 202 while something is still at work."""
    action, told = _told(task, plan, outcomes)
    count = Count.of(plan, outcomes)
    http_status = 202 if outcomes.is_at_work else 200
    body: dict[str, Any] = {
        "success": count.is_success or outcomes.is_at_work,
        "receipt": task.arrival.receipt,
        "duplicate": False,
        "action": action,
        "strategy": task.strategy.group_name,
        "market_type": task.reading.market_type.value,
        "message": _message(task, action, count, is_at_work=outcomes.is_at_work),
    }
    body |= told
    body["skipped"] = _skipped(plan.skipped, task.arrival.language)
    body["warnings"] = task.texts((*task.reading.warnings, *plan.warnings))
    if action == _ORDERS:
        body["summary"] = count.as_json(skipped=len(body["skipped"]), is_batch=_is_batch(task))
    body["timing"] = timing
    return Answer(http_status=http_status, body=body)


_ORDERS, _CANCEL_ALL, _CANCEL = "orders_processed", "cancel_all_orders", "cancel_order"


def _told(task: Task, plan: AlertPlan, outcomes: Outcomes) -> tuple[str, dict[str, Any]]:
    """The action, and what the body says of each order."""
    language = task.arrival.language
    only = task.reading.instructions[0]
    if not _is_batch(task) and isinstance(only, CancelAllInstruction):
        return _CANCEL_ALL, results.of_cancel_all(*outcomes.cancels[0], language)
    if not _is_batch(task) and isinstance(only, CancelInstruction):
        return _CANCEL, results.of_cancel(*outcomes.cancels[0], language)
    told: dict[str, Any] = {"results": results.of_orders(outcomes.orders, language)}
    if _is_batch(task):
        told["instructions"] = results.of_instructions(plan, outcomes, language)
    return _ORDERS, told


def _is_batch(task: Task) -> bool:
    return task.reading.is_batch


def _message(task: Task, action: str, count: Count, *, is_at_work: bool) -> str:
    language, family = task.arrival.language, task.reading.market_type.family
    if is_at_work:
        return texts.at_work(language, task.arrival.receipt)
    if action == _ORDERS:
        return texts.processed(
            language,
            family,
            succeeded=count.succeeded,
            failed=count.failed,
            unclear=count.unclear,
        )
    return texts.cancelled(language, family, succeeded=count.cancelled, failed=count.not_cancelled)


def _skipped(skipped: Sequence[Skipped], language: Language) -> list[dict[str, Any]]:
    """Each account and reason once, however many instructions there are."""
    told = dict.fromkeys((each.link.account.name, each.reason.text(language)) for each in skipped)
    return [{"account_name": name, "reason": reason} for name, reason in told]


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
