"""What a preview tells: every order that would go, how its size came about, and what would not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exchanges.errors import Language, Reason
from exchanges.precision import tick_at
from orders.drafts import OrderDraft
from orders.wire import decimal_text, optional_decimal_text
from webhooks.answers import Answer
from webhooks.instructions import UnreadInstruction
from webhooks.missed import Verdict
from webhooks.plans import AccountPlan, AlertPlan, CancelPlan, Working
from webhooks.routing import Skipped
from webhooks.tasks import Task

ACTION = "preview"
WOULD_SEND, UNCHANGED, WOULD_FAIL = "would_send", "unchanged", "failed"

_MESSAGE = {
    "ko": "미리보기: 전송될 주문 {a}건, 전송되지 않을 주문 {b}건, 취소될 주문 {c}건. "
    "전송한 것은 없습니다",
    "en": "Preview: {a} orders would be sent, {b} would not, {c} would be cancelled. "
    "Nothing was sent",
}
_DUPLICATE = {
    "ko": ". 같은 알림을 이미 받았으므로 새 주문은 나가지 않습니다 (접수번호 {receipt})",
    "en": ". This alert was received before and would make no new order (receipt {receipt})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One line of a preview: an order that would go, or why none would."""

    plan: AccountPlan
    draft: OrderDraft | None

    @property
    def reason(self) -> Reason | None:
        return self.draft.failure if self.draft is not None else self.plan.reason

    @property
    def status(self) -> str:
        if self.reason is not None:
            return WOULD_FAIL
        return UNCHANGED if self.draft is None else WOULD_SEND

    def told(self, language: Language) -> dict[str, Any]:
        link = self.plan.link
        entry: dict[str, Any] = {
            "instruction": self.plan.instruction.index,
            "account_id": link.account.id,
            "account_name": link.account.name,
            "exchange": link.account.exchange,
            "status": self.status,
            "symbol": self.plan.instruction.symbol,
        }
        if self.draft is not None:
            entry |= _order(self.draft)
        if self.reason is not None:
            entry |= {"code": self.reason.code, "error": self.reason.text(language)}
        if self.plan.before:
            entry["cancelled_first"] = [str(order_id) for order_id in self.plan.before]
        return entry | {"working": _working(self.plan, self.draft)}


def lines_of(plans: Sequence[AccountPlan]) -> list[Planned]:
    """One a leg, and one where there is no order at all."""
    return [Planned(plan=plan, draft=draft) for plan in plans for draft in (plan.drafts or (None,))]


def of_plan(task: Task, plan: AlertPlan, *, duplicate_of: str | None) -> Answer:
    """`success`: at least one order would go, or nothing would be left to do, as at the webhook."""
    language = task.arrival.language
    lines = lines_of(plan.accounts)
    counted = Counter(line.status for line in lines)
    cancelled = sum(map(len, plan.cancels_by_account().values()))
    is_done = counted[WOULD_SEND] + counted[UNCHANGED] + len(plan.cancels) > 0
    body: dict[str, Any] = {
        "success": is_done and duplicate_of is None,
        "receipt": None,
        "duplicate": duplicate_of is not None,
        "duplicate_of": duplicate_of,
        "action": ACTION,
        "strategy": task.strategy.group_name,
        "market_type": task.reading.market_type.value,
        "message": _message(language, counted, len(plan.unread), cancelled, duplicate_of),
        "reading": task.reading.as_json(),
        "results": [line.told(language) for line in lines],
        "cancels": [told for each in plan.cancels for told in _cancels(each)],
        "unread": [_unread(each, language) for each in plan.unread],
        "skipped": _skipped(plan.skipped, language),
        "warnings": task.texts((*task.reading.warnings, *plan.warnings)),
        "missed_alert": _missed(plan.missed),
    }
    body["summary"] = _summary(plan, lines, counted, cancelled)
    return Answer(http_status=200, body=body)


def _message(
    language: Language,
    counted: Counter[str],
    unread: int,
    cancelled: int,
    duplicate_of: str | None,
) -> str:
    text = _MESSAGE[language].format(
        a=counted[WOULD_SEND], b=counted[WOULD_FAIL] + unread, c=cancelled
    )
    return (
        text if duplicate_of is None else text + _DUPLICATE[language].format(receipt=duplicate_of)
    )


def _summary(
    plan: AlertPlan, lines: Sequence[Planned], counted: Counter[str], cancelled: int
) -> dict[str, int]:
    accounts = {line.plan.link.account.id for line in lines}
    going = {line.plan.link.account.id for line in lines if line.status != WOULD_FAIL}
    return {
        "total_accounts": len(accounts),
        "successful": len(going),
        "failed": len(accounts - going),
        "skipped": len({item.link.account.id for item in plan.skipped}),
        "would_send": counted[WOULD_SEND],
        "would_cancel": cancelled,
        "unchanged": counted[UNCHANGED],
        "failed_orders": counted[WOULD_FAIL] + len(plan.unread),
    }


def _cancels(plan: CancelPlan) -> list[dict[str, Any]]:
    return [
        {
            "instruction": plan.instruction.index,
            "account_id": row.account_id,
            "account_name": row.account_name,
            "order_id": str(row.order_id),
            "client_order_id": row.client_order_id,
            "symbol": row.symbol,
            "status": row.status.value,
            "is_finished": is_finished,
        }
        for rows, is_finished in ((plan.orders, False), (plan.finished, True))
        for row in rows
    ]


def _unread(item: UnreadInstruction, language: Language) -> dict[str, Any]:
    return {
        "instruction": item.index,
        "code": item.refusal.reason.code,
        "error": item.refusal.reason.text(language),
        "field": item.refusal.field,
    }


def _skipped(skipped: Sequence[Skipped], language: Language) -> list[dict[str, Any]]:
    """Each account and reason once, however many instructions there are."""
    told = dict.fromkeys((item.link.account.name, item.reason.text(language)) for item in skipped)
    return [{"account_name": name, "reason": reason} for name, reason in told]


def _missed(missed: Verdict | None) -> dict[str, Any] | None:
    if missed is None or not missed.reveals_gap:
        return None
    return {
        "market_type": missed.place.market_type.value,
        "symbol": missed.place.symbol,
        "expected": missed.expected,
        "told": missed.told.value if missed.told is not None else None,
        "last_receipt": missed.before.receipt,
    }


def _order(draft: OrderDraft) -> dict[str, Any]:
    """As it would be sent; what does not apply is left out."""
    entry: dict[str, Any] = {
        "leg": draft.leg,
        "side": draft.side.value,
        "order_type": draft.order_type.value,
        "quantity": decimal_text(draft.quantity),
        "price": optional_decimal_text(draft.price),
    }
    optional: dict[str, Decimal | None] = {
        "stop_price": draft.stop_price,
        "take_profit": draft.take_profit,
        "stop_loss": draft.stop_loss,
        "trail": draft.trail,
    }
    entry |= {name: decimal_text(value) for name, value in optional.items() if value is not None}
    if draft.time_in_force is not None:
        entry["time_in_force"] = draft.time_in_force.value
    flags = {
        "reduce_only": draft.reduce_only,
        "post_only": draft.post_only,
        "waits_for_leg_0": bool(draft.behind),
    }
    return entry | {name: True for name, is_set in flags.items() if is_set}


def _working(plan: AccountPlan, draft: OrderDraft | None) -> dict[str, Any]:
    """How the quantity came about, step by step; what was not reached is null."""
    working, link = plan.working, plan.link
    return {
        "capital": decimal_text(link.capital),
        "leverage": decimal_text(link.leverage),
        "position": optional_decimal_text(working.position),
        "resting": optional_decimal_text(working.resting),
        "wanted_quantity": optional_decimal_text(working.wanted),
        "price_used": optional_decimal_text(working.priced_at),
        "price_source": _source(working),
        "asked_price": optional_decimal_text(working.asked_price),
        "asked_stop_price": optional_decimal_text(working.asked_stop_price),
        "notional": optional_decimal_text(working.notional),
        "limits": list(working.limits),
        **_instrument(working, draft),
    }


def _source(working: Working) -> str | None:
    if working.priced_at is None:
        return None
    return "venue" if working.is_venue_price else "alert"


def _instrument(working: Working, draft: OrderDraft | None) -> dict[str, Any]:
    instrument = working.instrument
    if instrument is None:
        return {}
    price = (draft.price if draft is not None else None) or working.priced_at or Decimal(0)
    return {
        "lot": decimal_text(instrument.lot),
        "tick": decimal_text(tick_at(price, instrument.ticks)),
        "minimum_quantity": optional_decimal_text(instrument.minimum_quantity),
        "minimum_notional": optional_decimal_text(instrument.minimum_notional),
        "maximum_quantity": optional_decimal_text(instrument.maximum_quantity),
        "contract_size": decimal_text(instrument.contract_size),
    }
