"""Risk limits as one object: read as a whole, and replaced as a whole."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from exchanges.vocabulary import MarketType, Side
from strategies import refusals, risk_terms


def _amount(help_text: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=38,
        decimal_places=18,
        normalize_output=True,
        required=False,
        allow_null=True,
        help_text=help_text,
    )


def _count(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=risk_terms.LARGEST_COUNT,
        required=False,
        allow_null=True,
        help_text=help_text,
    )


class LinkRiskSerializer(serializers.Serializer[Any]):
    """What may be opened. What is left out or null does not limit."""

    nothing: ClassVar[Mapping[str, Any]] = risk_terms.NOTHING

    allowed_symbols = serializers.ListField(
        child=serializers.CharField(max_length=risk_terms.LONGEST_SYMBOL),
        max_length=risk_terms.MOST_SYMBOLS,
        required=False,
        help_text="As orders show them: BTC/USDT, 005930, AAPL. Empty allows all.",
    )
    allowed_sides = serializers.ListField(
        child=serializers.ChoiceField(choices=[(side.value, side.value) for side in Side]),
        required=False,
    )
    allowed_market_types = serializers.ListField(
        child=serializers.ChoiceField(choices=[(word.value, word.value) for word in MarketType]),
        required=False,
    )
    max_qty_per = _amount("As alerts write it: percent of the capital; shares or contracts.")
    max_notional = _amount("One order's worth, in the quote currency.")
    max_open_positions = _count("Symbols held at once.")
    max_open_orders = _count("Unfinished orders, without those that protect a position.")
    max_daily_loss = _amount("Realized since midnight of the time zone, in the quote currency.")
    max_price_deviation = _amount("Percent between the alert's price and the venue's.")
    trading_days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6),
        required=False,
        help_text="Monday is 0. Empty allows all.",
    )
    trading_from = serializers.TimeField(required=False, allow_null=True)
    trading_until = serializers.TimeField(
        required=False,
        allow_null=True,
        help_text="Earlier than trading_from: on the next day.",
    )
    timezone = serializers.CharField(
        max_length=64, required=False, help_text="Of the days and hours. Default Asia/Seoul."
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A misspelt limit must not pass for none."""
        if isinstance(data, Mapping) and (unknown := sorted(data.keys() - self.fields.keys())):
            raise refusals.unknown_fields(unknown, "risk")
        return risk_terms.checked(super().to_internal_value(data), self.nothing)


class StrategyRiskSerializer(LinkRiskSerializer):
    """The limits of the whole strategy: counts and losses are summed over its accounts."""

    nothing = risk_terms.NOTHING_OF_A_STRATEGY
    max_alerts_per_minute = _count("What opens beyond it is refused; exits and cancels pass.")
