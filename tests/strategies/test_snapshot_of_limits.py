"""What the routes say of risk limits, signatures and missed alerts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from exchanges.vocabulary import MarketType, Side
from strategies import tokens
from strategies.models import LinkRisk, Strategy, StrategyRisk, StrategyToken
from strategies.routes import RiskLimits, StrategyRoute
from strategies.snapshot import RoutesKeeper
from tests.strategies.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)

MakeKeeper = Callable[..., RoutesKeeper]

TERMS: dict[str, Any] = {
    "allowed_symbols": ["BTC/USDT", "005930"],
    "allowed_sides": ["BUY"],
    "allowed_market_types": ["SPOT", "DOMESTIC_STOCK"],
    "max_qty_per": Decimal("12.5"),
    "max_notional": Decimal("1000000.000000000000000001"),
    "max_open_positions": 3,
    "max_open_orders": 4,
    "max_daily_loss": Decimal(250),
    "max_price_deviation": Decimal("0.5"),
    "trading_days": [0, 4],
    "trading_from": time(9),
    "trading_until": time(15, 30),
    "timezone": "America/New_York",
}
LIMITS = RiskLimits(
    allowed_symbols=frozenset({"BTC/USDT", "005930"}),
    allowed_sides=frozenset({Side.BUY}),
    allowed_market_types=frozenset({MarketType.SPOT, MarketType.DOMESTIC_STOCK}),
    max_qty_per=Decimal("12.5"),
    max_notional=Decimal("1000000.000000000000000001"),
    max_open_positions=3,
    max_open_orders=4,
    max_daily_loss=Decimal(250),
    max_price_deviation=Decimal("0.5"),
    trading_days=frozenset({0, 4}),
    trading_from=time(9),
    trading_until=time(15, 30),
    timezone="America/New_York",
)


def route_of(keeper_of: MakeKeeper) -> StrategyRoute:
    return keeper_of().load().strategies["test1"]


def test_a_strategys_limits_arrive_exactly(world: World, keeper_of: MakeKeeper) -> None:
    StrategyRisk.objects.create(strategy=world.strategy, max_alerts_per_minute=30, **TERMS)
    route = route_of(keeper_of)
    assert route.risk == replace(LIMITS, max_alerts_per_minute=30)
    assert route.links[0].risk is None


def test_a_links_limits_arrive_at_the_link_alone(world: World, keeper_of: MakeKeeper) -> None:
    LinkRisk.objects.create(link=world.link, **TERMS)
    route = route_of(keeper_of)
    assert route.links[0].risk == LIMITS
    assert route.risk is None


def test_limits_that_limit_nothing_are_none(world: World, keeper_of: MakeKeeper) -> None:
    StrategyRisk.objects.create(strategy=world.strategy, timezone="UTC")
    LinkRisk.objects.create(link=world.link)
    route = route_of(keeper_of)
    assert route.risk is None
    assert route.links[0].risk is None


NONSENSE: tuple[dict[str, Any], ...] = (
    {"allowed_sides": ["UP"]},
    {"allowed_market_types": ["MOON"]},
    {"allowed_symbols": "BTC/USDT"},
    {"allowed_symbols": {}},
    {"trading_days": [7]},
    {"trading_days": [True]},
    {"trading_days": ["0"]},
    {"timezone": "Asia/Atlantis"},
    {"timezone": "../etc/passwd"},
    {"timezone": ""},
)


@pytest.mark.parametrize("terms", NONSENSE)
def test_a_strategy_whose_limits_make_no_sense_does_not_trade_without_them(
    world: World, keeper_of: MakeKeeper, terms: dict[str, Any]
) -> None:
    StrategyRisk.objects.create(strategy=world.strategy, **terms)
    assert set(keeper_of().load().strategies) == {"mates"}


@pytest.mark.parametrize("terms", NONSENSE)
def test_a_link_whose_limits_make_no_sense_is_switched_off(
    world: World, keeper_of: MakeKeeper, terms: dict[str, Any]
) -> None:
    LinkRisk.objects.create(link=world.link, **terms)
    (link,) = route_of(keeper_of).links
    assert not link.is_active


def test_what_follows_a_missed_alert_is_the_strategys_choice(
    world: World, keeper_of: MakeKeeper
) -> None:
    assert not route_of(keeper_of).stops_on_missed_alert
    Strategy.objects.update(on_missed_alert="stop_opening")
    assert route_of(keeper_of).stops_on_missed_alert


def test_a_token_arrives_unsealed_and_never_shows(world: World, keeper_of: MakeKeeper) -> None:
    token = tokens.issue(world.strategy)
    routes = keeper_of().load()
    assert [each.secret for each in routes.strategies["test1"].tokens] == [token]
    assert token not in repr(routes)


def test_a_token_without_a_sealed_copy_can_still_be_presented(
    world: World, keeper_of: MakeKeeper
) -> None:
    tokens.issue(world.strategy)
    StrategyToken.objects.update(sealed="")
    (route,) = route_of(keeper_of).tokens
    assert route.secret == ""
    assert route.digest != ""


def test_a_token_that_cannot_be_unsealed_is_told_of_without_its_content(
    world: World, keeper_of: MakeKeeper, caplog: pytest.LogCaptureFixture
) -> None:
    tokens.issue(world.strategy)
    StrategyToken.objects.update(sealed="sealed elsewhere")
    (route,) = route_of(keeper_of).tokens
    assert route.secret == ""
    assert "token_not_unsealed" in caplog.text
    assert f"'strategy': {world.strategy.pk}" in caplog.text
    assert "sealed elsewhere" not in caplog.text


def test_a_token_that_did_not_change_stays_the_same_object(
    world: World, keeper_of: MakeKeeper
) -> None:
    tokens.issue(world.strategy)
    keeper = keeper_of()
    (before,) = keeper.load().strategies["test1"].tokens
    tokens.issue(world.mates_strategy)
    (after,) = keeper.load().strategies["test1"].tokens
    assert after is before
