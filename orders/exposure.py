"""What a strategy has at stake: what its risk limits are held against."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from exchanges.vocabulary import MarketType
from orders.ledger_queries import UNFINISHED
from orders.positions import total
from orders.rows import Cursor

# At one instant: an order that fills just now is either still open or a position already.
_EXPOSURE = f"""
SELECT account_id, market_type, symbol, 'POSITION', NULL FROM orders_position
WHERE strategy_id = %(strategy_id)s AND quantity <> 0
UNION ALL
SELECT account_id, '', '', 'OPEN_ORDERS', count(*) FROM orders_order
WHERE strategy_id = %(strategy_id)s AND role = '' AND status IN ({UNFINISHED})
GROUP BY account_id
UNION ALL
SELECT account_id, market_type, symbol, 'REALIZED', sum(amount) FROM orders_realizedprofit
WHERE strategy_id = %(strategy_id)s AND at >= %(since)s
GROUP BY account_id, market_type, symbol
"""
Traded = tuple[MarketType, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountExposure:
    """`positions` are those that are not flat. `open_orders` are unfinished and protect nothing.
    `realized` is by what was traded, in quote currency, before fees, and negative for a loss.
    """

    positions: frozenset[Traded] = frozenset()
    open_orders: int = 0
    realized: Mapping[Traded, Decimal] = field(default_factory=dict)

    @property
    def open_positions(self) -> int:
        return len(self.positions)

    def realized_pnl(self, market_type: MarketType, symbol: str) -> Decimal:
        """Of all that is paid for in the same currency as this symbol, so that it can be added.

        A securities symbol does not name its currency: there it is all of its market type.
        """
        purse = _purse((market_type, symbol))
        return total(gain for traded, gain in self.realized.items() if _purse(traded) == purse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """By account; one that has nothing at stake may be missing."""

    accounts: Mapping[int, AccountExposure] = field(default_factory=dict)

    def of(self, account_id: int) -> AccountExposure:
        return self.accounts.get(account_id, AccountExposure())


def exposure(cursor: Cursor, strategy_id: int, since: datetime) -> Exposure:
    """What trades realised counts from `since` on by the time at which they were executed."""
    cursor.execute(_EXPOSURE, {"strategy_id": strategy_id, "since": since})
    positions: dict[int, set[Traded]] = defaultdict(set)
    open_orders: dict[int, int] = {}
    realized: dict[int, dict[Traded, Decimal]] = defaultdict(dict)
    for account_id, market_type, symbol, kind, value in cursor.fetchall():
        if kind == "OPEN_ORDERS":
            open_orders[account_id] = int(value)
        elif kind == "POSITION":
            positions[account_id].add((MarketType(market_type), symbol))
        else:
            realized[account_id][MarketType(market_type), symbol] = value
    return Exposure(
        accounts={
            account_id: AccountExposure(
                positions=frozenset(positions[account_id]),
                open_orders=open_orders.get(account_id, 0),
                realized=realized[account_id],
            )
            for account_id in {*positions, *open_orders, *realized}
        }
    )


def _purse(traded: Traded) -> str:
    market_type, symbol = traded
    _, slash, quote = symbol.partition("/")
    return quote.partition(":")[0] if slash else market_type.value
