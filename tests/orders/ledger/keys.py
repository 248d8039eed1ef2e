"""Alerts that are copies of each other."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from orders.drafts import AlertDraft, AlertKeyDraft
from orders.journal import Committed, DuplicateAlert, Journal
from tests.orders.ledger.kit import World

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WINDOW = timedelta(seconds=30)


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def a_copy(
    world: World,
    words: str = "body:buy",
    *,
    at: datetime = NOW,
    window: timedelta | None = WINDOW,
    **changes: Any,
) -> AlertDraft:
    """An alert with a receipt of its own, and the key of all that say the same words."""
    key = AlertKeyDraft(digest=digest(words), expires_at=None if window is None else at + window)
    return world.alert(received_at=at, key=key, **changes)


async def send(journal: Journal, world: World, alert: AlertDraft) -> Committed | str:
    """What was stored, or the receipt of the first one."""
    drafts = [world.draft(alert, account=account) for account in range(2)]
    try:
        return await journal.write_ahead(alert, drafts, {drafts[0].client_order_id})
    except DuplicateAlert as duplicate:
        return duplicate.receipt
