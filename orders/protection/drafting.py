"""Exits as orders of the alert that asked for them, and the news of what is not protected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from orders.events import NewEvent
from orders.protection.shapes import Keeping, NewExit
from orders.vocabulary import EventName, OrderRole, ProtectionStatus
from orders.wire import decimal_text, time_text

EXITS_LIVE_FOR = timedelta(days=30)
"""An alert grows stale in seconds, but an exit protects a position: one that was stored and not
sent before its process died is still wanted at the next start. Its guard takes it back when the
position is gone, so this only bounds how long a bridge may have been away.
"""


def drafts(exits: Sequence[NewExit], entry: OrderDraft, now: datetime) -> list[OrderDraft]:
    return [_draft(new, entry, now) for new in exits]


def bridge_state(keeping: Keeping, entry: OrderDraft, at: datetime) -> NewEvent:
    """For the account's owner: what stays without protection, and why."""
    error, kept = keeping.told, keeping.kept
    is_broken = kept.status is ProtectionStatus.BROKEN
    payload: dict[str, Any] = {
        "kind": "protection_broken" if is_broken else "protection_ended",
        "account_id": entry.account.id,
        "account_name": entry.account.name,
        "exchange": entry.account.exchange,
        "strategy": entry.group_name,
        "symbol": entry.symbol,
        "market_type": entry.market_type,
        "order_id": str(keeping.entry_id),
        "client_order_id": entry.client_order_id,
        "receipt": entry.receipt,
        "quantity": decimal_text(kept.guarded),
        "error": {"code": error.code, "ko": error.ko, "en": error.en} if error else None,
        "timestamp": time_text(at),
    }
    return NewEvent(
        user_id=entry.owner_id,
        name=EventName.BRIDGE_STATE,
        strategy=entry.group_name,
        account_id=entry.account.id,
        payload=payload,
    )


def _draft(new: NewExit, entry: OrderDraft, now: datetime) -> OrderDraft:
    """The same receipt, instruction and account; the leg makes its client order id its own."""
    return replace(
        entry,
        leg=new.leg,
        role=new.role,
        client_order_id=_name(entry, new.leg),
        behind=entry.client_order_id,
        linked_to="" if new.partner is None else _name(entry, new.partner),
        side=new.side,
        order_type=new.order_type,
        quantity=new.quantity,
        price=new.price,
        stop_price=new.stop_price,
        trail=new.trail if new.role is OrderRole.TRAIL else None,
        take_profit=None,
        stop_loss=None,
        time_in_force=None,
        post_only=False,
        reduce_only=True,
        is_exit=True,
        reference_price=None,
        failure=None,
        expires_at=now + EXITS_LIVE_FOR,
    )


def _name(entry: OrderDraft, leg: int) -> str:
    return client_order_id(entry.receipt, entry.instruction, entry.account.id, leg)
