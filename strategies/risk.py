"""What may be opened: orders against limits, without a side effect. Exits are never checked:
whoever wants out gets out, so the caller asks only for orders that open."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as TimeOfDay  # noqa: N812 - the module is named so already
from decimal import Decimal, localcontext
from threading import Lock
from zoneinfo import ZoneInfo

from exchanges.errors import Reason
from exchanges.vocabulary import MarketType, Side
from strategies import risk_denials as denials
from strategies.routes import RiskLimits

VENUE_PRICE = "venue_price"
NOTIONAL = "notional"
EXPOSURE = "exposure"

_MINUTE = 60.0
_DIGITS = 60
_HUNDRED = Decimal(100)
_MIDNIGHT = TimeOfDay()

Limits = Sequence[RiskLimits | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An order that would open something. None is not known, and never passes a limit on it.

    `qty_per` is in the alert's terms (percent of the capital; shares or contracts), also where
    the alert said it otherwise. `price` is the alert's, or its stop price where it has no other.
    Counts and `realized_today` are of whatever the limits are of: a strategy's are summed over
    its accounts, a link's are its account's. They hold what this alert opens before this order.
    """

    symbol: str
    side: Side
    market_type: MarketType
    qty_per: Decimal | None
    notional: Decimal | None
    price: Decimal | None
    venue_price: Decimal | None
    open_positions: int | None
    open_orders: int | None
    opens_new_position: bool
    realized_today: Decimal | None
    now: datetime


class RateLimiter:
    """Each strategy's alerts of the last minute, counted in this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._admitted: dict[int, deque[float]] = {}
        self._lock = Lock()

    def admit(self, strategy_id: int, limit: int | None) -> float | None:
        """None: admitted and counted. Else the seconds until there is room; that costs none."""
        with self._lock:
            if limit is None:
                self._admitted.pop(strategy_id, None)
                return None
            if limit < 1:
                return _MINUTE
            now = self._clock()
            admitted = self._admitted.setdefault(strategy_id, deque())
            while admitted and admitted[0] + _MINUTE <= now:
                admitted.popleft()
            if len(admitted) >= limit:
                return admitted[-limit] + _MINUTE - now
            admitted.append(now)
            return None

    def wait(self, strategy_id: int, limit: int | None) -> float | None:
        """What `admit` would say; nothing is counted."""
        with self._lock:
            if limit is None:
                return None
            if limit < 1:
                return _MINUTE
            now = self._clock()
            fresh = [at for at in self._admitted.get(strategy_id, ()) if at + _MINUTE > now]
            return fresh[-limit] + _MINUTE - now if len(fresh) >= limit else None

    def give_back(self, strategy_id: int) -> None:
        """The newest that was counted came to nothing."""
        with self._lock:
            admitted = self._admitted.get(strategy_id)
            if admitted:
                admitted.pop()


def needs(limits: Limits) -> frozenset[str]:
    """The facts that these limits must be told; without limits nothing has to be fetched.

    NOTIONAL asks for the order's worth, which the alert's own price alone does not tell: the
    venue's is wanted for whatever may trade at a worse one.
    """
    facts: set[str] = set()
    for each in limits:
        if each is None:
            continue
        if each.max_price_deviation is not None:
            facts.add(VENUE_PRICE)
        if each.max_notional is not None or each.max_qty_per is not None:
            facts.add(NOTIONAL)
        if any(
            limit is not None
            for limit in (each.max_open_positions, each.max_open_orders, each.max_daily_loss)
        ):
            facts.add(EXPOSURE)
    return frozenset(facts)


def check_alert(limits: RiskLimits | None, *, now: datetime) -> Reason | None:
    """Trading days and hours, on the clock at the limits' place."""
    if limits is None or is_open(limits, now):
        return None
    return denials.outside_hours(limits, now.astimezone(ZoneInfo(limits.timezone)))


def check_order(limits: Limits, intent: Intent) -> Reason | None:
    """The first denial, in the order of `limits`; None: it may be opened."""
    for each in limits:
        if each is None:
            continue
        for check in _CHECKS:
            if denial := check(each, intent):
                return denial
    return None


def is_open(limits: RiskLimits, now: datetime) -> bool:
    """Hours that pass midnight belong to the day on which they began."""
    local = now.astimezone(ZoneInfo(limits.timezone))
    clock, day = local.time(), local.weekday()
    opens, closes = limits.trading_from or _MIDNIGHT, limits.trading_until or _MIDNIGHT
    if opens < closes:
        return _is_trading_day(limits, day) and opens <= clock < closes
    if clock >= opens:
        return _is_trading_day(limits, day)
    return clock < closes and _is_trading_day(limits, (day - 1) % 7)


def day_start(limits: RiskLimits, now: datetime) -> datetime:
    """When today began at the limits' place, in UTC."""
    zone = ZoneInfo(limits.timezone)
    today = now.astimezone(zone).date()
    return datetime.combine(today, _MIDNIGHT, tzinfo=zone).astimezone(UTC)


def _is_trading_day(limits: RiskLimits, day: int) -> bool:
    return not limits.trading_days or day in limits.trading_days


def _symbol(limits: RiskLimits, intent: Intent) -> Reason | None:
    """A pair may be listed with its slash or without."""
    allowed = limits.allowed_symbols
    if not allowed or intent.symbol in allowed or intent.symbol.replace("/", "") in allowed:
        return None
    return denials.symbol_not_allowed(intent.symbol, sorted(allowed))


def _market(limits: RiskLimits, intent: Intent) -> Reason | None:
    allowed = limits.allowed_market_types
    if not allowed or intent.market_type in allowed:
        return None
    return denials.market_not_allowed(intent.market_type, sorted(allowed))


def _side(limits: RiskLimits, intent: Intent) -> Reason | None:
    if not limits.allowed_sides or intent.side in limits.allowed_sides:
        return None
    return denials.side_not_allowed(intent.side, sorted(limits.allowed_sides))


def _hours(limits: RiskLimits, intent: Intent) -> Reason | None:
    return check_alert(limits, now=intent.now)


def _qty_per(limits: RiskLimits, intent: Intent) -> Reason | None:
    limit = limits.max_qty_per
    if limit is None:
        return None
    if intent.qty_per is None:
        return denials.unknown_qty_per(limit)
    return denials.qty_per(intent.qty_per, limit) if intent.qty_per > limit else None


def _notional(limits: RiskLimits, intent: Intent) -> Reason | None:
    limit = limits.max_notional
    if limit is None:
        return None
    if intent.notional is None:
        return denials.unknown_notional(limit)
    return denials.notional(intent.notional, limit) if intent.notional > limit else None


def _price_deviation(limits: RiskLimits, intent: Intent) -> Reason | None:
    limit = limits.max_price_deviation
    if limit is None:
        return None
    if intent.price is None:
        return denials.no_price_to_compare(limit)
    if intent.venue_price is None or intent.venue_price <= 0:
        return denials.unknown_venue_price(limit)
    with localcontext(prec=_DIGITS):
        deviation = abs(intent.price - intent.venue_price) * _HUNDRED / intent.venue_price
    if deviation <= limit:
        return None
    return denials.price_deviation(intent.price, intent.venue_price, deviation, limit)


def _open_positions(limits: RiskLimits, intent: Intent) -> Reason | None:
    """More of what is held already is no new position."""
    limit = limits.max_open_positions
    if limit is None or not intent.opens_new_position:
        return None
    if intent.open_positions is None:
        return denials.unknown_positions(limit)
    if intent.open_positions < limit:
        return None
    return denials.open_positions(intent.open_positions, limit)


def _open_orders(limits: RiskLimits, intent: Intent) -> Reason | None:
    limit = limits.max_open_orders
    if limit is None:
        return None
    if intent.open_orders is None:
        return denials.unknown_orders(limit)
    return denials.open_orders(intent.open_orders, limit) if intent.open_orders >= limit else None


def _daily_loss(limits: RiskLimits, intent: Intent) -> Reason | None:
    limit = limits.max_daily_loss
    if limit is None:
        return None
    if intent.realized_today is None:
        return denials.unknown_loss(limit)
    loss = -intent.realized_today
    return denials.daily_loss(loss, limit) if loss >= limit else None


_CHECKS: tuple[Callable[[RiskLimits, Intent], Reason | None], ...] = (
    _symbol,
    _market,
    _side,
    _hours,
    _qty_per,
    _notional,
    _price_deviation,
    _open_positions,
    _open_orders,
    _daily_loss,
)
