"""The routing snapshot's shapes: what an alert needs to know, held in memory and never queried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from types import MappingProxyType

from exchanges.errors import Language
from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import MarketType, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRoute:
    """`secret` is the token itself, where it is kept: only signatures need it."""

    digest: str = field(repr=False)
    expires_at: datetime | None
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What may be opened; None and empty do not limit. Amounts in quote currency, Monday is 0."""

    allowed_symbols: frozenset[str] = frozenset()
    allowed_sides: frozenset[Side] = frozenset()
    allowed_market_types: frozenset[MarketType] = frozenset()
    max_qty_per: Decimal | None = None
    max_notional: Decimal | None = None
    max_open_positions: int | None = None
    max_open_orders: int | None = None
    max_daily_loss: Decimal | None = None
    max_alerts_per_minute: int | None = None
    max_price_deviation: Decimal | None = None
    trading_days: frozenset[int] = frozenset()
    trading_from: time | None = None
    trading_until: time | None = None
    timezone: str = "Asia/Seoul"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRoute:
    """`is_active` is true only while both the link and its account are switched on."""

    id: int
    account: ExchangeAccount
    owner_id: int
    capital: Decimal
    leverage: Decimal
    is_active: bool
    risk: RiskLimits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRoute:
    """Durations in seconds. Inactive strategies are routes too: refusing them takes as long."""

    id: int
    owner_id: int
    group_name: str
    market_type: MarketType
    is_active: bool
    language: Language | None
    answer_within: float
    max_age: float
    dedupe_window: float
    outside_hours: str
    tokens: tuple[TokenRoute, ...]
    links: tuple[LinkRoute, ...]
    stops_on_missed_alert: bool = False
    risk: RiskLimits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """All of it at one instant."""

    loaded_at: datetime
    strategies: Mapping[str, StrategyRoute] = field(default_factory=lambda: MappingProxyType({}))
