"""The lines of a good answer: one an order, one an instruction, and what they add up to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchanges.errors import Language, Reason
from orders.flights import Flight
from orders.wire import decimal_text, optional_decimal_text
from webhooks import denials
from webhooks.instructions import KINDS, UnreadInstruction
from webhooks.outcomes import (
    ACCEPTED_KIND,
    AT_WORK,
    FAILED,
    UNCHANGED,
    UNCLEAR,
    CancelResult,
    OrderResult,
    Outcomes,
)
from webhooks.plans import AlertPlan, CancelPlan

Told = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What an alert's orders, cancels and instructions came to."""

    kinds: Counter[str]
    accounts: Mapping[int, frozenset[str]]
    cancelled: int
    not_cancelled: int
    nothing_to_cancel: bool
    unread: int

    @classmethod
    def of(cls, plan: AlertPlan, outcomes: Outcomes) -> "Count":
        kinds: dict[int, frozenset[str]] = {}
        for result in outcomes.orders:
            account_id = result.plan.link.account.id
            kinds[account_id] = kinds.get(account_id, frozenset()) | {result.kind}
        cancels = [results for _, results in outcomes.cancels]
        found = [result for results in cancels for result in results]
        return cls(
            kinds=outcomes.kinds,
            accounts=kinds,
            cancelled=sum(result.is_cancelled for result in found),
            not_cancelled=sum(not result.is_done and not result.is_at_work for result in found),
            nothing_to_cancel=any(all(r.is_done for r in results) for results in cancels),
            unread=len(plan.unread),
        )

    @property
    def succeeded(self) -> int:
        return self.kinds[ACCEPTED_KIND] + self.kinds[UNCHANGED] + self.cancelled

    @property
    def failed(self) -> int:
        return self.kinds[FAILED] + self.not_cancelled + self.unread

    @property
    def unclear(self) -> int:
        return self.kinds[UNCLEAR]

    @property
    def is_success(self) -> bool:
        return self.succeeded > 0 or self.nothing_to_cancel

    def as_json(self, *, skipped: int, is_batch: bool) -> Told:
        """An account is successful when one of its orders was accepted or none was needed."""
        good, open_ = {ACCEPTED_KIND, UNCHANGED}, {AT_WORK, UNCLEAR}
        successful = {account for account, kinds in self.accounts.items() if kinds & good}
        undecided = {a for a, kinds in self.accounts.items() if kinds & open_} - successful
        told = {
            "total_accounts": len(self.accounts),
            "successful": len(successful),
            "failed": len(self.accounts) - len(successful) - len(undecided),
            "skipped": skipped,
            "successful_orders": self.kinds[ACCEPTED_KIND],
            "failed_orders": self.kinds[FAILED],
            "unknown_orders": self.kinds[UNCLEAR],
            "pending_orders": self.kinds[AT_WORK],
        }
        if is_batch:
            told["cancelled_orders"] = self.cancelled
            told["failed_cancels"] = self.not_cancelled
            told["failed_instructions"] = self.unread
        return told


def of_orders(results: Sequence[OrderResult], language: Language) -> list[Told]:
    """What was kept, then what was not."""
    kept = [_order(each, each.flight, language) for each in results if each.flight is not None]
    return kept + [_without_order(each, language) for each in results if each.flight is None]


def of_instructions(plan: AlertPlan, outcomes: Outcomes, language: Language) -> list[Told]:
    """In the order in which the sender wrote them."""
    told = [_unread(each, language) for each in plan.unread]
    told += [_cancelling(*each, language) for each in outcomes.cancels]
    orders = {each.instruction.index: each.instruction for each in plan.accounts}
    told += [_ordering(outcomes.of(index), index, w.symbol) for index, w in orders.items()]
    return sorted(told, key=lambda entry: int(entry["instruction"]))


def of_cancel_all(plan: CancelPlan, results: Sequence[CancelResult], language: Language) -> Told:
    """None is success. While one is at work nothing is counted: the receipt has the outcome."""
    if any(result.is_at_work for result in results):
        return {}
    done = Counter(result.row.account_id for result in results if result.is_cancelled)
    failed = Counter(result.row.account_id for result in results if not result.is_done)
    return {
        "cancelled_orders": done.total(),
        "failed_orders": failed.total(),
        "results": [
            {
                "account_id": account_id,
                "account_name": name,
                "cancelled": done[account_id],
                "failed": failed[account_id],
                "errors": [
                    _cancel_error(result, language)
                    for result in results
                    if result.row.account_id == account_id and not result.is_done
                ],
            }
            for account_id, name in plan.accounts.items()
        ],
    }


def of_cancel(plan: CancelPlan, results: Sequence[CancelResult], language: Language) -> Told:
    """An order that had ended before counts neither way, unless it was filled."""
    return {
        "cancelled_orders": sum(result.is_cancelled for result in results),
        "failed_orders": sum(not r.is_done and not r.is_at_work for r in results),
        "results": [
            _cancelled(result, plan.accounts[result.row.account_id], language) for result in results
        ],
    }


def _cancelled(result: CancelResult, account_name: str, language: Language) -> Told:
    row = result.row
    entry = {
        "account_id": row.account_id,
        "account_name": account_name,
        "exchange": row.exchange,
        "order_id": str(row.order_id),
        "client_order_id": row.client_order_id,
        "symbol": row.symbol,
        "cancelled": result.is_cancelled,
        "status": result.status.value,
    }
    return entry | _error(result.reason, language)


def _cancel_error(result: CancelResult, language: Language) -> Told:
    entry = {"order_id": str(result.row.order_id), "status": result.status.value}
    return entry | _error(result.reason, language)


def _unread(unread: UnreadInstruction, language: Language) -> Told:
    refusal = unread.refusal
    return {
        "instruction": unread.index,
        "success": False,
        **_error(refusal.reason, language),
        "field": refusal.field,
    }


def _cancelling(plan: CancelPlan, results: Sequence[CancelResult], language: Language) -> Told:
    wanted = plan.instruction
    cancelled = sum(result.is_cancelled for result in results)
    failed = [result for result in results if not result.is_done and not result.is_at_work]
    entry: Told = {"instruction": wanted.index, "kind": KINDS[type(wanted)]}
    if wanted.symbol is not None:
        entry["symbol"] = wanted.symbol
    entry |= {
        "success": cancelled > 0 or not failed,
        "cancelled_orders": cancelled,
        "failed_orders": len(failed),
    }
    if failed:
        entry["errors"] = [_cancel_error(result, language) for result in failed]
    return entry


def _ordering(results: Sequence[OrderResult], index: int, symbol: str) -> Told:
    kinds = Counter(result.kind for result in results)
    successful = kinds[ACCEPTED_KIND] + kinds[UNCHANGED]
    return {
        "instruction": index,
        "kind": "ORDER",
        "symbol": symbol,
        "success": successful + kinds[AT_WORK] > 0,
        "successful": successful,
        "failed": kinds[FAILED],
    }


def _order(result: OrderResult, flight: Flight, language: Language) -> Told:
    draft, kind = flight.draft, result.kind
    entry: Told = {
        "instruction": draft.instruction,
        "account_id": draft.account.id,
        "account_name": draft.account.name,
        "exchange": draft.account.exchange,
        "order_id": str(flight.order_id),
        "exchange_order_id": flight.exchange_order_id or None,
        "client_order_id": draft.client_order_id,
        "status": kind if kind in (FAILED, UNCHANGED) else flight.status.value,
        "symbol": draft.symbol,
        "side": draft.side.value,
        "order_type": draft.order_type.value,
        "quantity": decimal_text(draft.quantity),
        "filled_quantity": decimal_text(flight.filled_quantity),
        "price": optional_decimal_text(draft.price),
        "average_price": optional_decimal_text(flight.average_price),
    }
    entry |= {
        name: decimal_text(value)
        for name in ("stop_price", "take_profit", "stop_loss", "trail")
        if (value := getattr(draft, name)) is not None
    }
    if kind == UNCLEAR:
        return entry | _error(flight.reason or denials.outcome_unknown(), language)
    is_not_sent = kind in (FAILED, UNCHANGED)
    return entry | _error(flight.reason, language) if is_not_sent else entry


def _without_order(result: OrderResult, language: Language) -> Told:
    account, wanted = result.plan.link.account, result.plan.instruction
    entry: Told = {
        "instruction": wanted.index,
        "account_id": account.id,
        "account_name": account.name,
        "exchange": account.exchange,
        "status": result.kind,
        "symbol": wanted.symbol,
    }
    return entry | _error(result.plan.reason, language)


def _error(reason: Reason | None, language: Language) -> Told:
    return {} if reason is None else {"code": reason.code, "error": reason.text(language)}
