"""Holds a symbol of the paper exchange at a price, for a demonstration or a test."""

from decimal import Decimal
from enum import Enum
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exchanges.errors import Language, NotOffered, Reason
from exchanges.paper.fixed_prices import clear_price, set_price
from exchanges.paper.instruments import instrument
from exchanges.vocabulary import MarketType
from orders.wire import decimal_text
from webhooks import language, refusals
from webhooks.numbers import number
from webhooks.refusals import AlertRefused
from webhooks.symbols import resolve


class _Text(Enum):
    """(Korean, English)"""

    HELD = (
        "{symbol} ({market}) 모의 가격을 {price}에 고정했습니다",
        "{symbol} ({market}) is held at {price} on the paper exchange",
    )
    ON_TICK = (
        "{symbol} ({market}) 모의 가격을 {asked}에 가장 가까운 호가 {price}에 고정했습니다",
        "{symbol} ({market}) is held at {price} on the paper exchange, the tick nearest to {asked}",
    )
    CLEARED = (
        "{symbol} ({market}) 고정을 풀었습니다. 가격이 다시 스스로 움직입니다",
        "{symbol} ({market}) is held no longer; its price walks by itself",
    )
    NO_DATABASE = (
        "데이터베이스에 연결할 수 없습니다: {why}",
        "The database cannot be reached: {why}",
    )

    def say(self, **values: object) -> str:
        korean, english = self.value
        return (english if _language() == "en" else korean).format(**values)


class Command(BaseCommand):
    help = "Hold a symbol of the paper exchange at a price, or let its price walk again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("symbol", help="as in an alert: BTC/USDT, BTCUSDT, KRX:005930, AAPL")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("price", nargs="?", help="held until it is changed or cleared")
        what.add_argument("--clear", action="store_true", help="let the price walk by itself again")
        parser.add_argument(
            "--market",
            default=MarketType.SPOT.value,
            type=_market_word,
            choices=[market.value for market in MarketType],
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        market = MarketType(options["market"])
        try:
            symbol = resolve(options["symbol"], market).symbol
            instrument(market, symbol)
            price = None if options["clear"] else _positive(options["price"])
            self.stdout.write(_hold(market, symbol, price))
        except AlertRefused as error:
            raise _refused(error.refusal.reason, market) from error
        except NotOffered as error:
            raise _refused(error.reason, market) from error
        except psycopg2.OperationalError as error:
            raise CommandError(_Text.NO_DATABASE.say(why=str(error).strip())) from error


def _positive(text: str) -> Decimal:
    price = number("PRICE", text)
    if price <= 0:
        raise AlertRefused(refusals.must_be_positive("PRICE"))
    return price


def _hold(market: MarketType, symbol: str, price: Decimal | None) -> str:
    if price is None:
        clear_price(settings.DATABASE_URL, market, symbol)
        return _Text.CLEARED.say(symbol=symbol, market=market)
    held = set_price(settings.DATABASE_URL, market, symbol, price)
    text = _Text.HELD if held == price else _Text.ON_TICK
    return text.say(
        symbol=symbol, market=market, price=decimal_text(held), asked=decimal_text(price)
    )


def _refused(reason: Reason, market: MarketType) -> CommandError:
    """Names the market, since a share's code is no symbol of the default one."""
    return CommandError(f"{reason.text(_language())} (--market {market})")


def _market_word(text: str) -> str:
    return text.upper().replace("-", "_")


def _language() -> Language:
    return language.choose("", None, settings.LANGUAGE_CODE)
