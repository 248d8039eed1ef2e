"""A process that stores the same alerts as another one, each pair at the same instant.

Reads rounds from its standard input, one a line, and answers each with one line of JSON.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.client_ids import client_order_id
from orders.drafts import AlertDraft, AlertKeyDraft, OrderDraft
from orders.journal import DuplicateAlert, Journal
from orders.vocabulary import AlertStatus


@dataclass(frozen=True, kw_only=True)
class Round:
    """One alert, as this process receives it."""

    receipt: str
    strategy_id: int
    owner_id: int
    account_id: int
    market_type: str
    symbol: str
    digest: str
    at: float

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


async def store(journal: Journal, each: Round) -> str:
    """The receipt of the one that was stored."""
    received_at = datetime.now(UTC)
    alert = AlertDraft(
        receipt=each.receipt,
        strategy_id=each.strategy_id,
        owner_id=each.owner_id,
        group_name="test1",
        status=AlertStatus.ACCEPTED,
        body="{}",
        received_at=received_at,
        key=AlertKeyDraft(digest=each.digest, expires_at=received_at + timedelta(seconds=30)),
    )
    draft = _draft(each, received_at)
    await asyncio.sleep(max(0.0, each.at - datetime.now(UTC).timestamp()))
    try:
        await journal.write_ahead(alert, [draft], {draft.client_order_id})
    except DuplicateAlert as duplicate:
        return duplicate.receipt
    return each.receipt


def _draft(each: Round, received_at: datetime) -> OrderDraft:
    account = ExchangeAccount(
        id=each.account_id,
        name="A1",
        account_type=AccountType.CRYPTO,
        exchange="SCRIPTED",
        is_demo=True,
    )
    return OrderDraft(
        account=account,
        owner_id=each.owner_id,
        strategy_id=each.strategy_id,
        group_name="test1",
        receipt=each.receipt,
        instruction=0,
        client_order_id=client_order_id(each.receipt, 0, each.account_id),
        market_type=MarketType(each.market_type),
        symbol=each.symbol,
        side=Side.BUY,
        order_type=OrderType.MARKET,
        quantity=Decimal(1),
        expires_at=received_at + timedelta(seconds=60),
    )


async def main(database_url: str, process_id: int) -> None:
    journal = Journal(database_url, process_id)
    await journal.start()
    print(json.dumps("ready"), flush=True)  # noqa: T201
    while line := await asyncio.to_thread(sys.stdin.readline):
        each = Round(**json.loads(line))
        answer = {"mine": each.receipt, "first": await store(journal, each)}
        print(json.dumps(answer), flush=True)  # noqa: T201
    await journal.stop()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradingbridge.settings")
    django.setup()
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
