"""Why a limit denies an order: the limit, the value that met it, and the way out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_UP, Decimal

from exchanges.errors import Reason
from strategies.routes import RiskLimits

_DAYS_KO = ("월", "화", "수", "목", "금", "토", "일")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LISTED = 10
_HUNDREDTH = Decimal("0.01")


def symbol_not_allowed(symbol: str, allowed: Sequence[str]) -> Reason:
    return _not_listed(
        "risk_symbol_not_allowed", symbol, allowed, ko="종목", en="symbol", field="allowed_symbols"
    )


def side_not_allowed(side: str, allowed: Sequence[str]) -> Reason:
    return _not_listed(
        "risk_side_not_allowed", side, allowed, ko="방향", en="side", field="allowed_sides"
    )


def market_not_allowed(market_type: str, allowed: Sequence[str]) -> Reason:
    return _not_listed(
        "risk_market_not_allowed",
        market_type,
        allowed,
        ko="시장",
        en="market type",
        field="allowed_market_types",
    )


def outside_hours(limits: RiskLimits, local: datetime) -> Reason:
    """`local` is now, on the clock of the limits' time zone."""
    clock = f"{local:%H:%M}"
    ko, en = _hours(limits, _DAYS_KO), _hours(limits, _DAYS_EN)
    return Reason(
        code="risk_hours",
        ko=f"거래 허용 시간이 아닙니다: 지금 {_DAYS_KO[local.weekday()]} {clock}, "
        f"허용 {ko} ({limits.timezone}). 허용 시간에 다시 보내거나 "
        "trading_days·trading_from·trading_until 한도를 바꾸세요",
        en=f"Outside the allowed trading hours: it is {_DAYS_EN[local.weekday()]} {clock}, "
        f"allowed is {en} ({limits.timezone}). Send it in those hours, or change the limits "
        "trading_days, trading_from and trading_until",
    )


def qty_per(value: Decimal, limit: Decimal) -> Reason:
    return Reason(
        code="risk_qty_per",
        ko=f"qty_per 한도 초과: {_shown(value)}, 한도 {_shown(limit)}. "
        "수량을 줄이거나 max_qty_per 한도를 올리세요",
        en=f"Over the limit on qty_per: {_shown(value)}, the limit is {_shown(limit)}. "
        "Order less, or raise the limit max_qty_per",
    )


def notional(value: Decimal, limit: Decimal) -> Reason:
    return Reason(
        code="risk_notional",
        ko=f"주문 금액 한도 초과: {_shown(value)}, 한도 {_shown(limit)}. "
        "수량을 줄이거나 max_notional 한도를 올리세요",
        en=f"Over the limit on an order's amount: {_shown(value)}, the limit is {_shown(limit)}. "
        "Order less, or raise the limit max_notional",
    )


def price_deviation(
    price: Decimal, venue_price: Decimal, deviation: Decimal, limit: Decimal
) -> Reason:
    shown = _shown(deviation.quantize(_HUNDREDTH, rounding=ROUND_UP))
    return Reason(
        code="risk_price_deviation",
        ko=f"가격 괴리 한도 초과: 알림 가격 {_shown(price)}, 거래소 가격 {_shown(venue_price)}, "
        f"괴리 {shown}%, 한도 {_shown(limit)}%. 가격을 확인하거나 max_price_deviation "
        "한도를 올리세요",
        en=f"Too far from the venue's price: the alert has {_shown(price)}, the venue "
        f"{_shown(venue_price)}, {shown}% apart, the limit is {_shown(limit)}%. Check the price, "
        "or raise the limit max_price_deviation",
    )


def open_positions(count: int, limit: int) -> Reason:
    return Reason(
        code="risk_open_positions",
        ko=f"보유 포지션 수 한도 도달: {count}개, 한도 {limit}개. "
        "포지션을 청산하거나 max_open_positions 한도를 올리세요",
        en=f"At the limit on open positions: {count}, the limit is {limit}. "
        "Close a position, or raise the limit max_open_positions",
    )


def open_orders(count: int, limit: int) -> Reason:
    return Reason(
        code="risk_open_orders",
        ko=f"미체결 주문 수 한도 도달: {count}개, 한도 {limit}개. "
        "주문을 취소하거나 max_open_orders 한도를 올리세요",
        en=f"At the limit on open orders: {count}, the limit is {limit}. "
        "Cancel an order, or raise the limit max_open_orders",
    )


def daily_loss(loss: Decimal, limit: Decimal) -> Reason:
    return Reason(
        code="risk_daily_loss",
        ko=f"일일 손실 한도 도달: 오늘 실현 손실 {_shown(loss)}, 한도 {_shown(limit)}. "
        "내일 다시 거래하거나 max_daily_loss 한도를 올리세요",
        en=f"At the limit on a day's loss: {_shown(loss)} lost today, the limit is "
        f"{_shown(limit)}. Trade again tomorrow, or raise the limit max_daily_loss",
    )


def unknown_qty_per(limit: Decimal) -> Reason:
    return _unknown(
        ko=f"주문 비율을 알 수 없어 max_qty_per 한도({_shown(limit)})를 확인할 수 없습니다. "
        "잠시 후 다시 보내고, 연결의 capital이 0이 아닌지 확인하세요",
        en=f"The limit max_qty_per ({_shown(limit)}) cannot be checked: the order's share is not "
        "known. Send it again in a moment, and see that the link's capital is not 0",
    )


def unknown_notional(limit: Decimal) -> Reason:
    return _unknown(
        ko=f"거래소 가격을 읽을 수 없어 max_notional 한도({_shown(limit)})를 확인할 수 없습니다. "
        "잠시 후 다시 보내거나 지정가(LIMIT)로 매수하세요",
        en=f"The limit max_notional ({_shown(limit)}) cannot be checked: the venue's price cannot "
        "be read. Send it again in a moment, or buy with a LIMIT order",
    )


def no_price_to_compare(limit: Decimal) -> Reason:
    return _unknown(
        ko=f"알림에 가격이 없어 max_price_deviation 한도({_shown(limit)}%)를 확인할 수 없습니다. "
        "알림에 price를 쓰세요",
        en=f"The limit max_price_deviation ({_shown(limit)}%) cannot be checked: the alert has no "
        "price. Write price in the alert",
    )


def unknown_venue_price(limit: Decimal) -> Reason:
    return _unknown(
        ko=f"거래소 가격을 읽을 수 없어 max_price_deviation 한도({_shown(limit)}%)를 확인할 수 "
        "없습니다. 잠시 후 다시 보내세요",
        en=f"The limit max_price_deviation ({_shown(limit)}%) cannot be checked: the venue's "
        "price cannot be read. Send the alert again in a moment",
    )


def unknown_positions(limit: int) -> Reason:
    return _exposure_unknown("max_open_positions", str(limit))


def unknown_orders(limit: int) -> Reason:
    return _exposure_unknown("max_open_orders", str(limit))


def unknown_loss(limit: Decimal) -> Reason:
    return _exposure_unknown("max_daily_loss", _shown(limit))


def _not_listed(
    code: str, value: str, allowed: Sequence[str], *, ko: str, en: str, field: str
) -> Reason:
    listed = ", ".join(allowed[:_LISTED]) + (", …" if len(allowed) > _LISTED else "")
    return Reason(
        code=code,
        ko=f"허용되지 않은 {ko}입니다: {value}. 허용: {listed}. "
        f"허용하려면 {field} 한도에 추가하세요",
        en=f"The {en} {value} is not allowed. Allowed: {listed}. "
        f"To allow it, add it to the limit {field}",
    )


def _exposure_unknown(field: str, limit: str) -> Reason:
    return _unknown(
        ko=f"주문 장부를 읽을 수 없어 {field} 한도({limit})를 확인할 수 없습니다. "
        "잠시 후 다시 보내세요",
        en=f"The limit {field} ({limit}) cannot be checked: the ledger cannot be read. "
        "Send the alert again in a moment",
    )


def _unknown(*, ko: str, en: str) -> Reason:
    return Reason(code="risk_cannot_be_checked", ko=ko, en=en)


def _hours(limits: RiskLimits, names: Sequence[str]) -> str:
    days = "·".join(names[day] for day in sorted(limits.trading_days))
    if limits.trading_from is None and limits.trading_until is None:
        return days
    opens = f"{limits.trading_from:%H:%M}" if limits.trading_from else "00:00"
    closes = f"{limits.trading_until:%H:%M}" if limits.trading_until else "24:00"
    return f"{days} {opens}–{closes}".strip()


def _shown(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
