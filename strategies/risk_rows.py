"""From the limits' rows to limits. What makes no sense raises: a limit is never dropped."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exchanges.vocabulary import MarketType, Side
from strategies.routes import RiskLimits

_LIMITS = """
SELECT {owner}, allowed_symbols, allowed_sides, allowed_market_types, max_qty_per, max_notional,
       max_open_positions, max_open_orders, max_daily_loss, {rate},
       max_price_deviation, trading_days, trading_from, trading_until, timezone
FROM {table} ORDER BY id
"""
STRATEGY_RISKS = _LIMITS.format(
    owner="strategy_id", rate="max_alerts_per_minute", table="strategies_strategyrisk"
)
LINK_RISKS = _LIMITS.format(owner="link_id", rate="NULL::integer", table="strategies_linkrisk")

_WEEK = range(7)


def limits_of(row: tuple[Any, ...]) -> RiskLimits | None:
    """None where the row, which holds all but its owner, limits nothing. Raises ValueError."""
    symbols, sides, market_types, *numbers, days, opens, closes, timezone = row
    (qty_per, notional, open_positions, open_orders, daily_loss, alerts, deviation) = numbers
    limits = RiskLimits(
        allowed_symbols=frozenset(str(symbol) for symbol in _listed(symbols)),
        allowed_sides=frozenset(Side(side) for side in _listed(sides)),
        allowed_market_types=frozenset(MarketType(word) for word in _listed(market_types)),
        max_qty_per=qty_per,
        max_notional=notional,
        max_open_positions=open_positions,
        max_open_orders=open_orders,
        max_daily_loss=daily_loss,
        max_alerts_per_minute=alerts,
        max_price_deviation=deviation,
        trading_days=frozenset(_day(day) for day in _listed(days)),
        trading_from=opens,
        trading_until=closes,
        timezone=_zone(timezone),
    )
    return None if limits == RiskLimits(timezone=limits.timezone) else limits


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"a list was expected, not {type(value).__name__}")  # noqa: TRY004
    return value


def _day(day: Any) -> int:
    if type(day) is not int or day not in _WEEK:
        raise ValueError(f"no day of the week: {day!r}")
    return day


def _zone(timezone: str) -> str:
    try:
        return ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone: {timezone!r}") from error
