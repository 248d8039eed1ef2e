"""Limits as a table: what passes, what is denied and by which code."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from exchanges.vocabulary import MarketType, Side
from strategies.risk import Intent, check_alert, check_order, needs
from strategies.routes import RiskLimits
from tests.worlds import Market

NOON_UTC = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday, 21:00 in Seoul."""

CODE_OF_UNKNOWN = "risk_cannot_be_checked"


def intent(**changes: Any) -> Intent:
    plain = Intent(
        symbol="BTC/USDT",
        side=Side.BUY,
        market_type=MarketType.SPOT,
        qty_per=Decimal(10),
        notional=Decimal(1000),
        price=Decimal(100),
        venue_price=Decimal(100),
        open_positions=2,
        open_orders=3,
        opens_new_position=True,
        realized_today=Decimal(-50),
        now=NOON_UTC,
    )
    return replace(plain, **changes)


def code_of(limits: RiskLimits, **changes: Any) -> str | None:
    denial = check_order([limits], intent(**changes))
    return denial.code if denial else None


PASSES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"allowed_symbols": frozenset({"BTC/USDT", "ETH/USDT"})}, {}),
    ({"allowed_symbols": frozenset({"BTCUSDT"})}, {}),
    ({"allowed_symbols": frozenset({"005930"})}, {"symbol": "005930"}),
    ({"allowed_symbols": frozenset({"BRK.B"})}, {"symbol": "BRK.B"}),
    ({"allowed_sides": frozenset({Side.BUY})}, {}),
    ({"allowed_sides": frozenset({Side.BUY, Side.SELL})}, {"side": Side.SELL}),
    ({"allowed_market_types": frozenset({MarketType.SPOT})}, {}),
    ({"max_qty_per": Decimal(10)}, {"qty_per": Decimal("10.000")}),
    ({"max_notional": Decimal(1000)}, {"notional": Decimal(1000)}),
    ({"max_open_positions": 3}, {"open_positions": 2}),
    ({"max_open_positions": 2}, {"open_positions": 2, "opens_new_position": False}),
    ({"max_open_positions": 2}, {"open_positions": None, "opens_new_position": False}),
    ({"max_open_orders": 4}, {"open_orders": 3}),
    ({"max_daily_loss": Decimal(100)}, {"realized_today": Decimal("-99.99")}),
    ({"max_daily_loss": Decimal(100)}, {"realized_today": Decimal(5000)}),
    ({"max_price_deviation": Decimal(1)}, {"price": Decimal(101)}),
    ({"max_price_deviation": Decimal(1)}, {"price": Decimal(99)}),
    ({"trading_days": frozenset({0})}, {}),
    ({"trading_from": time(21), "trading_until": time(22)}, {}),
]

DENIED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("risk_symbol_not_allowed", {"allowed_symbols": frozenset({"ETH/USDT"})}, {}),
    ("risk_symbol_not_allowed", {"allowed_symbols": frozenset({"BTC/USD"})}, {}),
    ("risk_symbol_not_allowed", {"allowed_symbols": frozenset({"00593"})}, {"symbol": "005930"}),
    ("risk_side_not_allowed", {"allowed_sides": frozenset({Side.BUY})}, {"side": Side.SELL}),
    ("risk_market_not_allowed", {"allowed_market_types": frozenset({MarketType.FUTURES})}, {}),
    ("risk_qty_per", {"max_qty_per": Decimal(10)}, {"qty_per": Decimal("10.01")}),
    ("risk_notional", {"max_notional": Decimal(1000)}, {"notional": Decimal("1000.000001")}),
    ("risk_open_positions", {"max_open_positions": 2}, {"open_positions": 2}),
    ("risk_open_positions", {"max_open_positions": 2}, {"open_positions": 9}),
    ("risk_open_orders", {"max_open_orders": 3}, {"open_orders": 3}),
    ("risk_daily_loss", {"max_daily_loss": Decimal(50)}, {"realized_today": Decimal(-50)}),
    ("risk_daily_loss", {"max_daily_loss": Decimal(50)}, {"realized_today": Decimal(-51)}),
    ("risk_price_deviation", {"max_price_deviation": Decimal(1)}, {"price": Decimal("101.01")}),
    ("risk_price_deviation", {"max_price_deviation": Decimal(1)}, {"price": Decimal("98.99")}),
    ("risk_hours", {"trading_days": frozenset({5, 6})}, {}),
    ("risk_hours", {"trading_from": time(9), "trading_until": time(21)}, {}),
    (CODE_OF_UNKNOWN, {"max_qty_per": Decimal(10)}, {"qty_per": None}),
    (CODE_OF_UNKNOWN, {"max_notional": Decimal(10)}, {"notional": None}),
    (CODE_OF_UNKNOWN, {"max_open_positions": 2}, {"open_positions": None}),
    (CODE_OF_UNKNOWN, {"max_open_orders": 2}, {"open_orders": None}),
    (CODE_OF_UNKNOWN, {"max_daily_loss": Decimal(1)}, {"realized_today": None}),
    (CODE_OF_UNKNOWN, {"max_price_deviation": Decimal(1)}, {"price": None}),
    (CODE_OF_UNKNOWN, {"max_price_deviation": Decimal(1)}, {"venue_price": None}),
    (CODE_OF_UNKNOWN, {"max_price_deviation": Decimal(1)}, {"venue_price": Decimal(0)}),
]


@pytest.mark.parametrize(("limits", "changes"), PASSES)
def test_what_keeps_to_its_limits_passes(limits: dict[str, Any], changes: dict[str, Any]) -> None:
    assert code_of(RiskLimits(**limits), **changes) is None


@pytest.mark.parametrize(("code", "limits", "changes"), DENIED)
def test_what_goes_beyond_a_limit_is_denied_by_its_code(
    code: str, limits: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert code_of(RiskLimits(**limits), **changes) == code


@pytest.mark.parametrize(("code", "limits", "changes"), DENIED)
def test_a_denial_names_its_limit_in_both_languages(
    code: str, limits: dict[str, Any], changes: dict[str, Any]
) -> None:
    denial = check_order([RiskLimits(**limits)], intent(**changes))
    assert denial is not None
    (field, *_) = limits
    assert field in denial.ko
    assert field in denial.en


def test_a_denial_names_the_value_and_the_limit() -> None:
    limits = RiskLimits(max_notional=Decimal("500.000000000000000000"))
    denial = check_order([limits], intent(notional=Decimal("1000.50")))
    assert denial is not None
    assert "1000.5, the limit is 500. " in denial.en
    assert "1000.5, 한도 500. " in denial.ko


def test_large_numbers_are_shown_to_the_last_digit() -> None:
    amount = Decimal("12345678901234567890.123456789012345678")
    denial = check_order([RiskLimits(max_notional=Decimal(1))], intent(notional=amount))
    assert denial is not None
    assert str(amount) in denial.en


def test_a_deviation_is_never_shown_as_small_as_its_limit() -> None:
    limits = RiskLimits(max_price_deviation=Decimal(1))
    denial = check_order([limits], intent(price=Decimal("101.0001")))
    assert denial is not None
    assert "1.01% apart, the limit is 1%" in denial.en


def test_a_long_list_of_symbols_is_cut_short() -> None:
    limits = RiskLimits(allowed_symbols=frozenset(f"COIN{number}/USDT" for number in range(50)))
    denial = check_order([limits], intent())
    assert denial is not None
    assert denial.en.count("/USDT") == 11
    assert "…" in denial.en


def test_the_strategys_denial_comes_before_the_links() -> None:
    strategy = RiskLimits(max_open_orders=3)
    link = RiskLimits(allowed_sides=frozenset({Side.SELL}))
    first, second = (
        check_order(limits, intent()) for limits in ([strategy, link], [None, link, strategy])
    )
    assert first is not None
    assert second is not None
    assert (first.code, second.code) == ("risk_open_orders", "risk_side_not_allowed")


def test_without_limits_everything_passes_however_little_is_known() -> None:
    unknown = intent(
        qty_per=None,
        notional=None,
        price=None,
        venue_price=None,
        open_positions=None,
        open_orders=None,
        realized_today=None,
    )
    assert check_order([None, RiskLimits()], unknown) is None
    assert check_alert(None, now=NOON_UTC) is None


def test_only_the_order_of_the_market_at_hand_is_asked_for(market: Market) -> None:
    limits = RiskLimits(
        allowed_symbols=frozenset({market.symbol}),
        allowed_market_types=frozenset({market.market_type}),
    )
    own = intent(symbol=market.symbol, market_type=market.market_type)
    assert check_order([limits], own) is None


@pytest.mark.parametrize(
    ("limits", "facts"),
    [
        ([], set()),
        ([None, None], set()),
        ([RiskLimits()], set()),
        ([RiskLimits(allowed_symbols=frozenset({"AAPL"}), max_alerts_per_minute=5)], set()),
        ([RiskLimits(max_qty_per=Decimal(1))], {"notional"}),
        ([None, RiskLimits(max_notional=Decimal(1))], {"notional"}),
        ([RiskLimits(max_price_deviation=Decimal(1))], {"venue_price"}),
        ([RiskLimits(max_open_positions=1)], {"exposure"}),
        ([RiskLimits(max_open_orders=1)], {"exposure"}),
        ([RiskLimits(max_daily_loss=Decimal(1))], {"exposure"}),
        (
            [RiskLimits(max_open_orders=1), RiskLimits(max_price_deviation=Decimal(1))],
            {"exposure", "venue_price"},
        ),
    ],
)
def test_only_facts_that_a_limit_reads_have_to_be_fetched(
    limits: list[RiskLimits | None], facts: set[str]
) -> None:
    assert needs(limits) == facts
