"""Which orders a cancel-all means: the ledger's own, whatever was switched off since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orders import reasons
from orders.cancels import CancelOutcome
from orders.journal import Journal
from orders.ledger_queries import OpenOrderRow
from orders.vocabulary import OrderStatus
from strategies.routes import StrategyRoute
from webhooks import refusals
from webhooks.instructions import CancelAllInstruction
from webhooks.refusals import AlertRefused
from webhooks.routing import is_chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """`account_of` is the account of each order; `accounts` has the names by id."""

    account_of: Mapping[int, int]
    accounts: Mapping[int, str]
    statuses: Mapping[int, OrderStatus]

    def left_alone(self) -> list[CancelOutcome]:
        """When no venue could be asked: nothing was cancelled, and nobody will try again."""
        return [
            CancelOutcome(
                order_id=order_id,
                cancelled=False,
                status=status,
                reason=reasons.JOURNAL_UNAVAILABLE,
            )
            for order_id, status in self.statuses.items()
        ]


async def find(
    journal: Journal,
    strategy: StrategyRoute,
    wanted: CancelAllInstruction,
    *,
    created_before: datetime,
) -> Doomed:
    """This strategy's open orders that existed then, on accounts that are off or unlinked too.

    Raises AlertRefused when `exchange` or `account` names nobody, and JournalUnavailable.
    """
    narrowed = wanted.exchange is not None or wanted.account is not None
    links = [
        link
        for link in strategy.links
        if is_chosen(strategy, link, wanted.exchange, wanted.account)
    ]
    if narrowed and not links:
        name = "account" if wanted.account is not None else "exchange"
        raise AlertRefused(refusals.no_matching_account(name, getattr(wanted, name)))
    rows = await journal.open_orders(
        strategy.id,
        account_ids=[link.account.id for link in links] if narrowed else None,
        symbol=wanted.symbol,
        side=wanted.side,
        created_before=created_before,
    )
    meant = [row for row in rows if _is_of_the_market(row, wanted)]
    family = wanted.market_type.family
    names = {
        link.account.id: link.account.name
        for link in links
        if link.is_active and link.account.account_type is family
    }
    return Doomed(
        account_of={row.order_id: row.account_id for row in meant},
        accounts=names | {row.account_id: row.account_name for row in meant},
        statuses={row.order_id: row.status for row in meant},
    )


def _is_of_the_market(row: OpenOrderRow, wanted: CancelAllInstruction) -> bool:
    return row.market_type is wanted.market_type or not wanted.names_market
