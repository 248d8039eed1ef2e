"""The routing snapshot's shapes: what an alert needs to know, held in memory and never queried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from exchanges.errors import Language
from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import MarketType


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRoute:
    digest: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRoute:
    """`is_active` is true only while both the link and its account are switched on."""

    id: int
    account: ExchangeAccount
    owner_id: int
    capital: Decimal
    leverage: Decimal
    is_active: bool


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """All of it at one instant."""

    loaded_at: datetime
    strategies: Mapping[str, StrategyRoute] = field(default_factory=lambda: MappingProxyType({}))
