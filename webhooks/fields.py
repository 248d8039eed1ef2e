"""The fields of an alert, their aliases, and what counts as not being there."""

from collections.abc import Mapping
from types import MappingProxyType

from exchanges.errors import Reason
from webhooks import unreadable
from webhooks.cautions import (
    more_unknown_fields,
    no_test_mode,
    other_name_used,
    unknown_field,
)
from webhooks.moments import moment
from webhooks.numbers import number
from webhooks.refusals import AlertRefused

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "group_name": ("strategy",),
        "token": ("user_token", "password"),
        "symbol": ("ticker",),
        "order_type": ("type",),
        "side": ("action",),
        "price": (),
        "stop_price": (),
        "qty_per": (),
        "qty": ("quantity", "contracts"),
        "target_position": ("position_size",),
        "market_type": (),
        "exchange": (),
        "account": (),
        "orders": (),
        "order_id": (),
        "client_order_id": (),
        "time_in_force": (),
        "reduce_only": (),
        "post_only": (),
        "take_profit": (),
        "stop_loss": (),
        "trail": (),
        "alert_id": ("id",),
        "time": ("timenow", "timestamp"),
        "prev_market_position": (),
        "market_position": (),
    }
)
OF_THE_ALERT = frozenset(
    {
        "group_name",
        "token",
        "orders",
        "alert_id",
        "time",
        "prev_market_position",
        "market_position",
    }
)
"""Said once for the whole alert; every other field belongs to an instruction."""

FALLING_BACK = frozenset({"symbol", "market_type", "exchange", "account"})
"""What an entry of a batch takes from the top level."""

FOR_EVERY_KIND = frozenset({"symbol", "order_type", "market_type", "exchange", "account"})
FOR_ORDERS = frozenset(
    {
        "side",
        "price",
        "qty_per",
        "qty",
        "target_position",
        "time_in_force",
        "reduce_only",
        "post_only",
        "take_profit",
        "stop_loss",
        "trail",
    }
)
FOR_STOPS = frozenset({"stop_price"})
FOR_CANCELS = frozenset({"order_id", "client_order_id"})
FOR_CANCELS_OF_ALL = frozenset({"side"})
"""What each kind of instruction reads; any other field beside it is told, and not looked at."""

ABSENT_TEXTS = frozenset({"", "NaN", "nan", "null"})
"""In just this spelling, since NAN is a symbol in New York."""

NAME_LIMIT = 40
"""No longer name is known, so that masking can tell every name that is."""

_WARNED_AT_MOST = 20
_NUMBERS = frozenset(
    {
        "price",
        "stop_price",
        "qty_per",
        "qty",
        "target_position",
        "take_profit",
        "stop_loss",
        "trail",
    }
)
_DROPPED = str.maketrans("", "", "_- \t")


def squeeze(name: str) -> str:
    """`stopPrice`, `Stop-Price` and `stop_price` are one name."""
    return name.translate(_DROPPED).lower()


_NAMES = {squeeze(name): field for field, aliases in ALIASES.items() for name in (field, *aliases)}


def is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in ABSENT_TEXTS)


def known_fields(
    said: Mapping[str, object], place: str = ""
) -> tuple[dict[str, object], tuple[Reason, ...]]:
    """The fields by their own names, without the absent ones, and a warning for each unknown one.

    `place` is where they stand in a batch, as in `orders[2].`
    """
    found: dict[str, object] = {}
    names: dict[str, str] = {}
    unknown: list[str] = []
    outdone: list[Reason] = []
    for name, value in said.items():
        field = _NAMES.get(squeeze(name)) if len(name) <= NAME_LIMIT else None
        if field is None:
            unknown.append(name)
        elif is_absent(value):
            continue
        elif field not in found:
            found[field], names[field] = value, name
        elif not _agree(field, found[field], value):
            kept, lost = _by_rank(field, names[field], name, place)
            found[field], names[field] = said[kept], kept
            outdone.append(other_name_used(place + lost, kept))
    return found, (*_warnings(unknown, place), *outdone)


def _agree(field: str, one: object, other: object) -> bool:
    """Equal numbers agree however they are written, and so do two spellings of one moment."""
    if not isinstance(one, str) or not isinstance(other, str):
        return one == other
    one, other = one.strip(), other.strip()
    if one == other:
        return True
    try:
        if field in _NUMBERS:
            return number(field, one) == number(field, other)
        return field == "time" and moment(field, one) == moment(field, other)
    except AlertRefused:
        return False


def _by_rank(field: str, one: str, other: str, place: str) -> tuple[str, str]:
    """Only times may differ: a chart's own clock often stands beside the sender's."""
    ranks = [squeeze(name) for name in (field, *ALIASES[field])]
    if field != "time" or squeeze(one) == squeeze(other):
        raise AlertRefused(unreadable.told_twice(place + field, (one, other)))
    kept, lost = sorted((one, other), key=lambda name: ranks.index(squeeze(name)))
    return kept, lost


def _warnings(unknown: list[str], place: str) -> list[Reason]:
    told = [
        no_test_mode(place + name) if squeeze(name) == "testmode" else unknown_field(place + name)
        for name in unknown[:_WARNED_AT_MOST]
    ]
    more = len(unknown) - len(told)
    return [*told, more_unknown_fields(more)] if more else told
