"""The builder's page: the form with what was chosen, and beside it the message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import OrderType
from tradingbridge.desk import builder
from tradingbridge.desk.builder import Built
from tradingbridge.desk.choices import Choices, Deed, Kind, Size
from tradingbridge.desk.examples import TOKEN_GAP
from tradingbridge.desk.words import MARKET_TYPES, ORDER_TYPES, SIDES

KINDS: dict[str, Any] = {
    Kind.STRATEGY: _("A Pine strategy() on TradingView"),
    Kind.INDICATOR: _("A Pine indicator() or a chart's alert"),
    Kind.SCRIPT: _("A cron job or a script"),
}
DEEDS: dict[str, Any] = {
    Deed.ORDER: _("Place an order"),
    Deed.EXIT: _("Close the position, or part of it"),
    Deed.TARGET: _("Hold a position of this size"),
    Deed.CANCEL_ALL: _("Cancel the symbol's open orders"),
    Deed.CANCEL: _("Cancel one order"),
}
SIZES: dict[str, Any] = {
    Size.CONTRACTS: _("The script's own quantity"),
    Size.QTY: _("A fixed quantity"),
    Size.QTY_PER: _("Percent of the capital"),
}
_SHARES = _("Number of shares or contracts")
_WORDS: dict[str, Mapping[str, Any]] = {
    "kind": KINDS,
    "market": MARKET_TYPES,
    "deed": DEEDS,
    "order_type": ORDER_TYPES,
    "size": SIZES,
    "side": SIDES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    text: Any
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    built: Built
    strategies: tuple[Option, ...]
    options: Mapping[str, tuple[Option, ...]]
    own_market: Any
    default_symbol: str
    default_price: str
    webhook_url: str
    gap: str = TOKEN_GAP

    @property
    def price_hint(self) -> str:
        """A market order goes without, and every other has one."""
        return "" if self.choices.order_type is OrderType.MARKET else self.default_price

    @property
    def choices(self) -> Choices:
        return self.built.choices


def of(said: Mapping[str, str], viewer: User) -> Page:
    own = builder.strategies_of(viewer)
    webhook_url = f"{settings.PUBLIC_URL.rstrip('/')}/api/webhook"
    built = builder.of(said, own, webhook_url)
    choices = built.choices
    market = own.get(choices.strategy)
    offered = {**builder.offered(choices), "side": tuple(SIDES)}
    return Page(
        built=built,
        strategies=tuple(
            Option(value=name, text=name, is_chosen=name == choices.strategy) for name in own
        ),
        options={name: _options(name, words, choices) for name, words in offered.items()},
        own_market=MARKET_TYPES[market] if market else "",
        default_symbol=builder.default_symbol(choices),
        default_price=builder.default_price(choices),
        webhook_url=webhook_url,
    )


def _options(name: str, words: tuple[str, ...], choices: Choices) -> tuple[Option, ...]:
    chosen = getattr(choices, name)
    leans = name == "market" and choices.is_strategys_market
    return tuple(
        Option(value=word, text=_text(name, word, choices), is_chosen=word == chosen and not leans)
        for word in words
    )


def _text(name: str, word: str, choices: Choices) -> Any:
    if word == Size.QTY_PER and name == "size" and not choices.is_crypto:
        return _SHARES
    return _WORDS[name][word]
