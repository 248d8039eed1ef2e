import asyncio
from datetime import UTC, datetime
from decimal import Decimal

from exchanges.vocabulary import ReportStatus
from orders.journal import Journal
from orders.states import Event
from tests.orders.ledger.kit import REFUSED, Rows, World, change


async def test_an_alert_and_its_orders_are_there_when_the_call_returns(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    drafts = [world.draft(alert, account=1), world.draft(alert, account=0)]
    committed = await journal.write_ahead(alert, drafts, frozenset())
    stored = rows.all(
        "SELECT id, account_id FROM orders_order WHERE alert_id = %s ORDER BY id",
        committed.alert_id,
    )
    assert stored == list(
        zip(committed.order_ids, (draft.account.id for draft in drafts), strict=True)
    )


async def test_orders_are_born_as_their_sender_wants_them(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    now, later = world.draft(alert), world.draft(alert, instruction=1)
    failed = world.draft(alert, instruction=2, failure=REFUSED, quantity=Decimal(0))
    committed = await journal.write_ahead(alert, [now, later, failed], {now.client_order_id})
    columns = "status, claimed_by, error_code, finished_at IS NULL"
    assert [rows.order(order_id, columns) for order_id in committed.order_ids] == [
        ("SUBMITTING", 7, "", True),
        ("PENDING", 7, "", True),
        ("FAILED", 7, "insufficient_balance", False),
    ]
