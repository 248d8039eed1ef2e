"""What a fill costs: rates by market and quote currency, as venues of that kind ask."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from exchanges.messages import Instrument
from exchanges.precision import EXACT, notional
from exchanges.vocabulary import MarketType, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRate:
    """Rates are parts of the notional; `per_contract` is in the quote currency."""

    maker: Decimal
    taker: Decimal
    sell_tax: Decimal = Decimal(0)
    per_contract: Decimal = Decimal(0)


FEES: dict[tuple[MarketType, str], FeeRate] = {
    (MarketType.SPOT, "KRW"): FeeRate(maker=Decimal("0.0005"), taker=Decimal("0.0005")),
    (MarketType.SPOT, "USDT"): FeeRate(maker=Decimal("0.001"), taker=Decimal("0.001")),
    (MarketType.SPOT, "USDC"): FeeRate(maker=Decimal("0.001"), taker=Decimal("0.001")),
    (MarketType.SPOT, "BTC"): FeeRate(maker=Decimal("0.001"), taker=Decimal("0.001")),
    (MarketType.FUTURES, "USDT"): FeeRate(maker=Decimal("0.0002"), taker=Decimal("0.0005")),
    (MarketType.DOMESTIC_STOCK, "KRW"): FeeRate(
        maker=Decimal("0.00015"), taker=Decimal("0.00015"), sell_tax=Decimal("0.002")
    ),
    (MarketType.OVERSEAS_STOCK, "USD"): FeeRate(maker=Decimal("0.0025"), taker=Decimal("0.0025")),
    (MarketType.DOMESTIC_FUTUREOPTION, "KRW"): FeeRate(
        maker=Decimal("0.00003"), taker=Decimal("0.00003")
    ),
    (MarketType.OVERSEAS_FUTUREOPTION, "USD"): FeeRate(
        maker=Decimal(0), taker=Decimal(0), per_contract=Decimal("2.50")
    ),
}

_SMALLEST_UNIT: dict[tuple[MarketType, str], Decimal] = {
    (MarketType.DOMESTIC_STOCK, "KRW"): Decimal(1),
    (MarketType.DOMESTIC_FUTUREOPTION, "KRW"): Decimal(1),
    (MarketType.OVERSEAS_STOCK, "USD"): Decimal("0.01"),
    (MarketType.OVERSEAS_FUTUREOPTION, "USD"): Decimal("0.01"),
}
_COIN_UNIT = Decimal("0.00000001")


def fee(
    instrument: Instrument, side: Side, quantity: Decimal, price: Decimal, *, maker: bool
) -> Decimal:
    """In the quote currency, and truncated to its smallest unit, so never above `fee_bound`."""
    exact = _exact(instrument, side, quantity, price, maker=maker)
    unit = _SMALLEST_UNIT.get((instrument.market_type, instrument.quote), _COIN_UNIT)
    return exact.quantize(unit, rounding=ROUND_DOWN, context=EXACT)


def fee_bound(instrument: Instrument, side: Side, quantity: Decimal, price: Decimal) -> Decimal:
    """The most that filling this may cost at `price`; linear in the quantity."""
    return max(
        _exact(instrument, side, quantity, price, maker=True),
        _exact(instrument, side, quantity, price, maker=False),
    )


def _exact(
    instrument: Instrument, side: Side, quantity: Decimal, price: Decimal, *, maker: bool
) -> Decimal:
    rate = FEES[instrument.market_type, instrument.quote]
    share = rate.maker if maker else rate.taker
    if side is Side.SELL:
        share += rate.sell_tax
    worth = EXACT.multiply(notional(instrument, quantity, price), share)
    return EXACT.add(worth, EXACT.multiply(quantity, rate.per_contract))
