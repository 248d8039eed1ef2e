"""What the published schema says of each field, and the patterns of what its values may look like.

Patterns keep to what every dialect of regular expressions has, since editors check them too.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from webhooks.fields import squeeze

Schema = dict[str, Any]

_GAP = r"[-_ \t]*"
_DIGIT = "[0-9０-９]"
_NOT_ZERO = r"(?=[^eE]*[1-9１-９])"
_MINUS = "[-－−]"
_SIGN = "[-－−+＋]?"
_POINT = "[.．]"
_NUMBER = (
    rf"(?:{_DIGIT}+{_POINT}?{_DIGIT}*(?:[eE]{_SIGN}{_DIGIT}+)?"
    rf"|{_POINT}{_DIGIT}+(?:[eE]{_SIGN}{_DIGIT}+)?"
    rf"|{_DIGIT}{{1,3}}(?:[,，]{_DIGIT}{{3}})+(?:{_POINT}{_DIGIT}*)?"
    rf"|{_DIGIT}{{1,3}}(?:_{_DIGIT}{{3}})+)"
)

ABSENT = r"^\s*(?:NaN|nan|null)?\s*$"
PLACEHOLDER = r"\{\{[\s\S]*?\}\}"
ANY_NUMBER = rf"^\s*{_SIGN}{_NUMBER}\s*$"
POSITIVE = rf"^\s*(?!{_MINUS}){_NOT_ZERO}{_SIGN}{_NUMBER}\s*$"
NEGATIVE = rf"^\s*{_MINUS}{_NOT_ZERO}{_NUMBER}\s*$"
ZERO = rf"^\s*(?![^eE]*[1-9１-９]){_SIGN}{_NUMBER}\s*$"
NOT_ZERO = rf"^\s*{_NOT_ZERO}{_SIGN}{_NUMBER}\s*$"
MOMENT = (
    r"^\s*(?:[0-9]{1,16}(?:\.[0-9]{1,9})?"
    r"|[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[0-9])?)(?:[^0-9][0-9].*)?)\s*$"
)

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "group_name": "The strategy. Needed, unless the address names it.",
        "token": "The strategy's token. Needed, unless a header has it.",
        "symbol": "BTC/USDT, BTCUSDT, BINANCE:BTCUSDT.P, UPBIT:BTCKRW, 005930, KRX:005930, AAPL.",
        "order_type": "Any case, and - or a space for _. The last four are for securities only.",
        "side": "buy or long, sell or short. Not needed for an exit or a target.",
        "price": "The limit. A MARKET order keeps it only as the price to size by.",
        "stop_price": "What sets a stop or a conditional order off.",
        "qty_per": "Crypto: percent of the capital. Securities: shares or contracts. "
        "Below zero: exit that percent of the position.",
        "qty": "Quantity in base units, shares or contracts.",
        "target_position": "The signed position to hold; the bridge sends the difference.",
        "market_type": "Absent: the strategy's own.",
        "exchange": "Only the strategy's accounts at this venue.",
        "account": "Only the strategy's account of this name or number.",
        "orders": "Several instructions in one alert.",
        "order_id": "Which order to cancel, by the bridge's id or the venue's.",
        "client_order_id": "Which order to cancel, by the client order id.",
        "time_in_force": "How long a limit order lives.",
        "reduce_only": "The order may only make the position smaller.",
        "post_only": "The order may only rest in the book.",
        "take_profit": "Price of the attached exit with a profit, placed when the entry fills.",
        "stop_loss": "Price of the attached exit with a loss, placed when the entry fills.",
        "trail": "Distance, in the quote currency, of an attached stop that follows the price.",
        "alert_id": "The sender's own id of this alert: sent again, it trades once.",
        "time": "When it fired: ISO 8601, or Unix seconds or milliseconds.",
        "prev_market_position": "TradingView's {{strategy.prev_market_position}}.",
        "market_position": "TradingView's {{strategy.market_position}}.",
    }
)


def any_case(word: str) -> str:
    return "".join(f"[{mark.lower()}{mark.upper()}]" if mark.isalpha() else mark for mark in word)


def spelt(words: Iterable[str]) -> str:
    """Each word in any case, with `-`, `_` and blanks anywhere or nowhere."""
    spellings = (_GAP.join(map(any_case, squeeze(word))) for word in words)
    return f"(?:{'|'.join(spellings)})"


def name(*names: str) -> str:
    return f"^{_GAP}{spelt(names)}{_GAP}$"


def word(words: Iterable[str]) -> str:
    return rf"^[-_\s]*{spelt(words)}[-_\s]*$"


def plain_word(words: Iterable[str]) -> str:
    """Any case, and nothing else but blanks around it."""
    return rf"^\s*(?:{'|'.join(map(any_case, words))})\s*$"
