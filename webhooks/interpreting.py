"""From named fields to instructions: checked by order type and family, symbols resolved."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side, TimeInForce
from webhooks import denials, refusals, unreadable
from webhooks.attached import wrong_side
from webhooks.batches import entries_of
from webhooks.cautions import not_used, only_for_entries
from webhooks.fields import (
    FOR_CANCELS,
    FOR_CANCELS_OF_ALL,
    FOR_EVERY_KIND,
    FOR_ORDERS,
    FOR_STOPS,
    OF_THE_ALERT,
    squeeze,
)
from webhooks.grammar import Message
from webhooks.instructions import (
    CancelAllInstruction,
    CancelInstruction,
    Instruction,
    MarketPosition,
    OrderInstruction,
    Reading,
    UnreadInstruction,
)
from webhooks.moments import moment
from webhooks.refusals import AlertRefused
from webhooks.symbols import ResolvedSymbol, resolve
from webhooks.targets import OWNED
from webhooks.values import Entry

ALERT_ID_LIMIT = 200

_CANCEL = "CANCEL"
_CANCEL_ALL = "CANCEL_ALL_ORDER"
_ORDER_WORDS: dict[str, str] = {
    squeeze(word): word for word in (*(t.value for t in OrderType), _CANCEL, _CANCEL_ALL)
}
_SIDES = {"buy": Side.BUY, "long": Side.BUY, "sell": Side.SELL, "short": Side.SELL}
_SIZES = ("qty_per", "qty", "target_position")
_NEEDS_PRICE = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
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
_ATTACHED = ("take_profit", "stop_loss", "trail")


def interpret(
    message: Message, default_market_type: MarketType, *, idempotency_key: str = ""
) -> Reading:
    """Raises AlertRefused where nothing can be carried out. What is missing or wrong in one of a
    batch concerns only that one. `idempotency_key` is the header's, where the alert has no id.
    """
    alert = Entry(message.fields)
    warnings = [*message.warnings]
    read, unread = _read(entries_of(alert, warnings), default_market_type, warnings)
    if not read:
        raise AlertRefused(unread[0].refusal)
    _refuse_two_families(read)
    fired_at = alert.text("time")
    return Reading(
        market_type=read[0].market_type,
        instructions=tuple(sorted(read, key=_turn)),
        unread=tuple(unread),
        is_batch="orders" in alert,
        alert_id=_alert_id(alert, idempotency_key),
        time=moment("time", fired_at) if fired_at else None,
        prev_market_position=alert.word("prev_market_position", MarketPosition),
        market_position=alert.word("market_position", MarketPosition),
        warnings=tuple(warnings),
    )


def _read(
    entries: Sequence[Entry | UnreadInstruction], default: MarketType, warnings: list[Reason]
) -> tuple[list[Instruction], list[UnreadInstruction]]:
    read: list[Instruction] = []
    unread: list[UnreadInstruction] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, UnreadInstruction):
            unread.append(entry)
            continue
        try:
            read.append(_instruction(entry, index, default, warnings))
        except AlertRefused as error:
            unread.append(UnreadInstruction(index=index, refusal=error.refusal))
    return read, unread


def _alert_id(alert: Entry, idempotency_key: str) -> str | None:
    own = alert.text("alert_id", limit=ALERT_ID_LIMIT)
    header = idempotency_key.strip()
    if not own and len(header) > ALERT_ID_LIMIT:
        raise AlertRefused(unreadable.too_long("Idempotency-Key", ALERT_ID_LIMIT))
    return own or header or None


def _refuse_two_families(instructions: Sequence[Instruction]) -> None:
    first = instructions[0].market_type.family
    for instruction in instructions:
        if instruction.market_type.family is not first:
            field = f"orders[{instruction.index}].market_type"
            raise AlertRefused(refusals.mixed_families(field))


def _turn(instruction: Instruction) -> int:
    """Cancels first, then what trades at once, then the rest; otherwise as they were sent."""
    if not isinstance(instruction, OrderInstruction):
        return 0
    return 1 if instruction.order_type is OrderType.MARKET else 2


def _instruction(
    entry: Entry, index: int, default: MarketType, warnings: list[Reason]
) -> Instruction:
    market_type = entry.word("market_type", MarketType) or default
    word = _order_word(entry, market_type.family)
    idle = entry.fields.keys() - OF_THE_ALERT - FOR_EVERY_KIND - _used_by(word)
    warnings.extend(not_used(entry.at(name), word) for name in sorted(idle))
    if word == _CANCEL_ALL:
        return _cancel_all(entry, index, market_type)
    if word == _CANCEL:
        return _cancel(entry, index, market_type)
    return _order(entry, index, market_type, OrderType(word), warnings)


def _used_by(word: str) -> frozenset[str]:
    """Fields of its own kind; whatever stands in others is told, and never looked at."""
    if word == _CANCEL_ALL:
        return FOR_CANCELS_OF_ALL
    if word == _CANCEL:
        return FOR_CANCELS
    return FOR_ORDERS | FOR_STOPS if word in _NEEDS_STOP_PRICE else FOR_ORDERS


def _order_word(entry: Entry, family: AccountType) -> str:
    word = _ORDER_WORDS.get(squeeze(_required(entry, "order_type", family)))
    if word is None:
        known = (w for w in _ORDER_WORDS.values() if _is_for(w, family))
        raise AlertRefused(entry.unknown("order_type", known))
    if not _is_for(word, family):
        raise AlertRefused(refusals.securities_only(word, entry.at("order_type")))
    return word


def _is_for(word: str, family: AccountType) -> bool:
    return family is AccountType.STOCK or word not in _SECURITIES_ONLY


def _cancel_all(entry: Entry, index: int, market_type: MarketType) -> CancelAllInstruction:
    symbol = _symbol(entry, market_type)
    return CancelAllInstruction(
        index=index,
        market_type=market_type,
        exchange=entry.text("exchange") or None,
        account=entry.text("account") or None,
        symbol=symbol.symbol if symbol else None,
        side=_side(entry),
        names_market=bool(entry.text("market_type")),
    )


def _cancel(entry: Entry, index: int, market_type: MarketType) -> CancelInstruction:
    symbol = _symbol(entry, market_type)
    order_id = entry.text("order_id") or None
    client_order_id = entry.text("client_order_id") or None
    if order_id is None and client_order_id is None:
        raise AlertRefused(refusals.missing_field(entry.at("order_id"), market_type.family))
    return CancelInstruction(
        index=index,
        market_type=market_type,
        exchange=entry.text("exchange") or None,
        account=entry.text("account") or None,
        order_id=order_id,
        client_order_id=client_order_id,
        symbol=symbol.symbol if symbol else None,
    )


def _order(
    entry: Entry,
    index: int,
    market_type: MarketType,
    order_type: OrderType,
    warnings: list[Reason],
) -> OrderInstruction:
    written = _required(entry, "symbol", market_type.family)
    symbol = resolve(written, market_type, entry.at("symbol"))
    side = _side(entry)
    if side is None and not _takes_its_side_from_the_position(entry):
        raise AlertRefused(refusals.missing_field(entry.at("side"), market_type.family))
    size = _size(entry, market_type.family)
    wanted = OrderInstruction(
        index=index,
        market_type=market_type,
        exchange=entry.text("exchange") or None,
        account=entry.text("account") or None,
        symbol=symbol.symbol,
        written_symbol=written,
        venue=symbol.venue,
        order_type=order_type,
        side=side,
        qty_per=_not_zero(entry, "qty_per") if size == "qty_per" else None,
        qty=entry.positive("qty") if size == "qty" else None,
        target_position=_target(entry, market_type) if size == "target_position" else None,
        price=_price(entry, order_type),
        stop_price=_stop_price(entry, order_type),
        time_in_force=entry.word("time_in_force", TimeInForce),
        reduce_only=entry.flag("reduce_only"),
        post_only=entry.flag("post_only"),
        take_profit=entry.positive("take_profit"),
        stop_loss=entry.positive("stop_loss"),
        trail=entry.positive("trail"),
    )
    _refuse_reduce_only_buy(wanted, entry)
    return _with_attached_exits(wanted, entry, warnings)


def _refuse_reduce_only_buy(wanted: OrderInstruction, entry: Entry) -> None:
    """Nothing there is below zero: it would open, and call itself an exit to every limit."""
    is_buy = wanted.side is Side.BUY and not (wanted.is_exit or wanted.target_position is not None)
    if wanted.reduce_only and is_buy and wanted.market_type in OWNED:
        reason = denials.reduce_only_buy(wanted.market_type)
        raise AlertRefused(refusals.denied(reason, entry.at("reduce_only")))


def _target(entry: Entry, market_type: MarketType) -> Decimal | None:
    target = entry.number("target_position")
    if target is not None and target < 0 and market_type in OWNED:
        at = entry.at("target_position")
        raise AlertRefused(refusals.cannot_be_short(market_type, at))
    return target


def _with_attached_exits(
    wanted: OrderInstruction, entry: Entry, warnings: list[Reason]
) -> OrderInstruction:
    """Only what opens a position can bring its exits along."""
    given = [name for name in _ATTACHED if getattr(wanted, name) is not None]
    if given and _only_closes(wanted):
        warnings.extend(only_for_entries(entry.at(name)) for name in given)
        return replace(wanted, take_profit=None, stop_loss=None, trail=None)
    if wanted.stop_loss is not None and wanted.trail is not None:
        raise AlertRefused(refusals.both_stops(entry.at("trail")))
    price = wanted.known_price
    if price is not None and wanted.side is not None and wanted.target_position is None:
        name = wrong_side(wanted.side, price, wanted.take_profit, wanted.stop_loss)
        if name:
            reason = denials.wrong_side(name, getattr(wanted, name), wanted.side, price)
            raise AlertRefused(refusals.denied(reason, entry.at(name)))
    return wanted


def _only_closes(wanted: OrderInstruction) -> bool:
    is_sale_of_own = wanted.market_type in OWNED and wanted.side is Side.SELL
    is_target = wanted.target_position is not None
    to_nothing = is_target and wanted.target_position == 0
    return wanted.is_exit or wanted.reduce_only or to_nothing or (is_sale_of_own and not is_target)


def _required(entry: Entry, name: str, family: AccountType) -> str:
    text = entry.text(name)
    if not text:
        raise AlertRefused(refusals.missing_field(entry.at(name), family))
    return text


def _symbol(entry: Entry, market_type: MarketType) -> ResolvedSymbol | None:
    written = entry.text("symbol")
    return resolve(written, market_type, entry.at("symbol")) if written else None


def _side(entry: Entry) -> Side | None:
    text = entry.text("side")
    if not text:
        return None
    side = _SIDES.get(text.lower())
    if side is None:
        raise AlertRefused(entry.unknown("side", _SIDES))
    return side


def _takes_its_side_from_the_position(entry: Entry) -> bool:
    """A percent below zero is an exit; a target says itself which way it lies."""
    percent = entry.number("qty_per")
    return "target_position" in entry or (percent is not None and percent < 0)


def _size(entry: Entry, family: AccountType) -> str:
    """The name of the one size that is given."""
    given = [name for name in _SIZES if name in entry]
    if not given:
        raise AlertRefused(refusals.missing_field(entry.at("qty_per"), family))
    if len(given) > 1:
        raise AlertRefused(refusals.both_sizes(given, entry.at(given[1])))
    return given[0]


def _not_zero(entry: Entry, name: str) -> Decimal | None:
    value = entry.number(name)
    if value == 0:
        raise AlertRefused(refusals.must_not_be_zero(entry.at(name)))
    return value


def _price(entry: Entry, order_type: OrderType) -> Decimal | None:
    price = entry.positive("price")
    if price is None and order_type in _NEEDS_PRICE:
        raise AlertRefused(refusals.price_required(order_type, entry.at("price")))
    return price


def _stop_price(entry: Entry, order_type: OrderType) -> Decimal | None:
    if order_type not in _NEEDS_STOP_PRICE:
        return None
    stop_price = entry.positive("stop_price")
    if stop_price is None:
        raise AlertRefused(refusals.price_required(order_type, entry.at("stop_price")))
    return stop_price
