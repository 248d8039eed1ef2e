"""From named fields to an instruction: checked by order type and family, symbols resolved."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from exchanges.vocabulary import AccountType, MarketType, OrderType, Side, TimeInForce
from webhooks import refusals
from webhooks.grammar import Message
from webhooks.instructions import CancelAllInstruction, Instruction, OrderInstruction, Reading
from webhooks.numbers import number, positive
from webhooks.refusals import AlertRefused
from webhooks.symbols import resolve

_CANCEL = "CANCEL"
_CANCEL_ALL = "CANCEL_ALL_ORDER"
_ORDER_TYPES = (*(word.value for word in OrderType), _CANCEL, _CANCEL_ALL)
_SIDES = {"BUY": Side.BUY, "LONG": Side.BUY, "SELL": Side.SELL, "SHORT": Side.SELL}
_NEEDS_PRICE = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.CONDITIONAL_LIMIT})
_NEEDS_STOP_PRICE = frozenset(
    {OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.CONDITIONAL_LIMIT}
)
_SECURITIES_ONLY = frozenset(
    {
        OrderType.BEST_LIMIT,
        OrderType.CONDITIONAL_LIMIT,
        OrderType.PRE_MARKET,
        OrderType.AFTER_MARKET,
    }
)
_NOT_YET = ("orders", "target_position", "take_profit", "stop_loss", "trail")
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_MILLISECONDS_FROM = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 40
Word = TypeVar("Word", bound=StrEnum)


def interpret(message: Message, default_market_type: MarketType) -> Reading:
    """Raises AlertRefused for the first thing that is missing or wrong."""
    fields = message.fields
    for name in _NOT_YET:
        if name in fields:
            raise AlertRefused(refusals.not_there_yet(name, _shown(fields[name])))
    market_type = default_market_type
    if "market_type" in fields:
        market_type = _word(fields, "market_type", MarketType)
    instruction = _instruction(fields, market_type)
    return Reading(
        instruction=instruction,
        alert_id=_text(fields, "alert_id"),
        time=_time(fields),
        warnings=message.warnings + _unused(fields),
        fields={name: _shown(value) for name, value in fields.items()},
    )


def _instruction(fields: Mapping[str, Any], market_type: MarketType) -> Instruction:
    name = _canonical(fields, "order_type", market_type.family)
    if name == _CANCEL_ALL:
        return _cancel_all(fields, market_type)
    if name == _CANCEL:
        raise AlertRefused(refusals.not_there_yet("order_type", _CANCEL))
    if name not in _ORDER_TYPES:
        raise AlertRefused(refusals.unsupported("order_type", name[:_SHOWN], _ORDER_TYPES))
    return _order(fields, market_type, OrderType(name))


def _cancel_all(fields: Mapping[str, Any], market_type: MarketType) -> CancelAllInstruction:
    symbol = None
    if "symbol" in fields:
        symbol = resolve(_required(fields, "symbol", None), market_type).symbol
    return CancelAllInstruction(
        market_type=market_type,
        exchange=_text(fields, "exchange"),
        account=_text(fields, "account"),
        symbol=symbol,
        side=_side(fields) if "side" in fields else None,
    )


def _order(
    fields: Mapping[str, Any], market_type: MarketType, order_type: OrderType
) -> OrderInstruction:
    family = market_type.family
    if order_type in _SECURITIES_ONLY and family is not AccountType.STOCK:
        raise AlertRefused(refusals.securities_only(order_type))
    symbol = resolve(_required(fields, "symbol", family), market_type).symbol
    if "side" not in fields and not _looks_like_an_exit(fields):
        raise AlertRefused(refusals.missing_field("side", family))
    side = _side(fields) if "side" in fields else None
    qty_per, qty = _size(fields, family)
    return OrderInstruction(
        index=0,
        market_type=market_type,
        exchange=_text(fields, "exchange"),
        account=_text(fields, "account"),
        symbol=symbol,
        order_type=order_type,
        side=side,
        qty_per=qty_per,
        qty=qty,
        price=_price(fields, "price", order_type, needed=order_type in _NEEDS_PRICE),
        stop_price=_price(fields, "stop_price", order_type, needed=order_type in _NEEDS_STOP_PRICE),
        time_in_force=(
            _word(fields, "time_in_force", TimeInForce) if "time_in_force" in fields else None
        ),
        reduce_only=_flag(fields, "reduce_only"),
        post_only=_flag(fields, "post_only"),
    )


def _looks_like_an_exit(fields: Mapping[str, Any]) -> bool:
    return "qty_per" in fields and number("qty_per", fields["qty_per"]) < 0


def _size(fields: Mapping[str, Any], family: AccountType) -> tuple[Decimal | None, Decimal | None]:
    """One of the two. A percent may be negative, which is an exit, but never zero."""
    if "qty_per" in fields and "qty" in fields:
        raise AlertRefused(refusals.both_sizes(("qty_per", "qty"), "qty"))
    if "qty" in fields:
        return None, positive("qty", fields["qty"])
    if "qty_per" not in fields:
        raise AlertRefused(refusals.missing_field("qty_per", family))
    qty_per = number("qty_per", fields["qty_per"])
    if qty_per == 0:
        raise AlertRefused(refusals.must_not_be_zero("qty_per"))
    return qty_per, None


def _price(
    fields: Mapping[str, Any], name: str, order_type: OrderType, *, needed: bool
) -> Decimal | None:
    if name in fields:
        return positive(name, fields[name])
    if needed:
        raise AlertRefused(refusals.price_required(order_type, name))
    return None


def _canonical(fields: Mapping[str, Any], name: str, family: AccountType | None) -> str:
    """Any case, and `-` or a space for `_`."""
    return _required(fields, name, family).upper().replace("-", "_").replace(" ", "_")


def _word(fields: Mapping[str, Any], name: str, words: type[Word]) -> Word:
    value = _canonical(fields, name, None)
    if value not in words.__members__:
        shown = _required(fields, name, None)[:_SHOWN]
        raise AlertRefused(refusals.unsupported(name, shown, tuple(words.__members__)))
    return words[value]


def _side(fields: Mapping[str, Any]) -> Side:
    value = _required(fields, "side", None)
    side = _SIDES.get(value.upper())
    if side is None:
        raise AlertRefused(refusals.unsupported("side", value[:_SHOWN], ("buy", "sell")))
    return side


def _required(fields: Mapping[str, Any], name: str, family: AccountType | None) -> str:
    text = _text(fields, name)
    if text is None:
        raise AlertRefused(refusals.missing_field(name, family))
    if text.startswith("{{"):
        raise AlertRefused(refusals.placeholder_unreplaced(name, text[:_SHOWN]))
    return text


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | Decimal):
        raise AlertRefused(refusals.wrong_type(name, "문자열", "a string"))
    return str(value).strip()


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    text = str(fields.get(name, False)).strip().lower()
    if text not in _TRUE | _FALSE:
        raise AlertRefused(refusals.wrong_type(name, "true 또는 false", "true or false"))
    return text in _TRUE


def _time(fields: Mapping[str, Any]) -> datetime | None:
    """ISO 8601 (UTC where it names no zone), or Unix seconds or milliseconds."""
    if "time" not in fields:
        return None
    raw = fields["time"]
    text = _text(fields, "time") or ""
    try:
        if isinstance(raw, str) and not text.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = number("time", raw)
        if seconds >= _MILLISECONDS_FROM:
            seconds = seconds / 1000
        return _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
    except (ValueError, OverflowError):
        raise AlertRefused(refusals.bad_time("time")) from None


def _unused(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """What is kept with the alert but has no effect in this release is said, never dropped."""
    told = {
        "alert_id": "alert_id is kept, but an alert sent twice is not yet recognised by it",
        "prev_market_position": "prev_market_position is kept, but not yet compared",
        "market_position": "market_position is kept, but not yet compared",
    }
    return tuple(text for name, text in told.items() if name in fields)


def _shown(value: Any) -> str:
    text: Callable[[Any], str] = str
    return text(value)[:200]
