"""An order's row at its birth, column by column, as both statements that make one write it."""

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from orders.drafts import OrderDraft
from orders.vocabulary import OrderStatus

ORDER = {
    "strategy_id": "bigint",
    "account_id": "bigint",
    "instruction": "smallint",
    "leg": "smallint",
    "role": "text",
    "is_exit": "boolean",
    "behind": "text",
    "linked_to": "text",
    "client_order_id": "text",
    "exchange": "text",
    "market_type": "text",
    "symbol": "text",
    "side": "text",
    "order_type": "text",
    "time_in_force": "text",
    "reduce_only": "boolean",
    "post_only": "boolean",
    "quantity": "numeric",
    "price": "numeric",
    "stop_price": "numeric",
    "reference_price": "numeric",
    "take_profit": "numeric",
    "stop_loss": "numeric",
    "trail": "numeric",
    "target": "numeric",
    "leverage": "numeric",
    "contract_size": "numeric",
    "expires_at": "timestamptz",
    "status": "text",
    "error_code": "text",
    "error_ko": "text",
    "error_en": "text",
    "finished_at": "timestamptz",
}


def types(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{column}[]" for column in columns.values())


def casts(columns: Mapping[str, str]) -> str:
    return ", ".join(f"%s::{column}[]" for column in columns.values())


def birth(draft: OrderDraft, claimed: Container[str]) -> OrderStatus:
    """Those in `claimed` are born as this process's to send at once."""
    if draft.failure is not None:
        return OrderStatus.FAILED
    if draft.client_order_id in claimed:
        return OrderStatus.SUBMITTING
    return OrderStatus.PENDING


def values(receipt: str, draft: OrderDraft, status: OrderStatus, at: datetime) -> tuple[Any, ...]:
    """Behind the receipt of its alert, which is no column of its own."""
    failure = draft.failure
    return (
        receipt,
        draft.strategy_id,
        draft.account.id,
        draft.instruction,
        draft.leg,
        draft.role or "",
        draft.is_exit,
        draft.behind,
        draft.linked_to,
        draft.client_order_id,
        draft.account.exchange,
        draft.market_type,
        draft.symbol,
        draft.side,
        draft.order_type,
        draft.time_in_force or "",
        draft.reduce_only,
        draft.post_only,
        draft.quantity,
        draft.price,
        draft.stop_price,
        draft.reference_price,
        draft.take_profit,
        draft.stop_loss,
        draft.trail,
        draft.target,
        draft.leverage,
        draft.contract_size,
        draft.expires_at,
        status,
        failure.code if failure else "",
        failure.ko if failure else "",
        failure.en if failure else "",
        at if failure else None,
    )
