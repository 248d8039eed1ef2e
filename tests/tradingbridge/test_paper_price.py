"""`manage.py paper_price`: a price of the paper exchange set by hand."""

import asyncio
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.exchanges.paper.worlds import PaperVenue, fresh_database
from tests.worlds import Market


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture(autouse=True)
def _in_english(database: str, settings: Settings) -> None:
    settings.DATABASE_URL = database
    settings.LANGUAGE_CODE = "en"


def paper_price(*arguments: str) -> str:
    said = io.StringIO()
    call_command("paper_price", *arguments, stdout=said)
    return said.getvalue()


async def price_of(database: str, market: Market) -> Decimal:
    """As an account at the venue sees it."""
    venue = PaperVenue(database)
    try:
        exchange = await venue.open(venue.account(market.account_type))
        return (await exchange.fetch_price(market.market_type, market.symbol)).price
    finally:
        await venue.close()


def seen(database: str, market: Market) -> Decimal:
    return asyncio.run(price_of(database, market))


def set_by_hand(market: Market, price: Decimal) -> str:
    return paper_price(market.symbol, str(price), "--market", market.market_type.value)


@pytest.fixture
def held(market: Market) -> Decimal:
    """Far from where the walk could get by itself."""
    return market.price / 2


def test_a_symbol_is_held_at_the_price(database: str, market: Market, held: Decimal) -> None:
    said = set_by_hand(market, held)
    assert seen(database, market) == held
    assert market.symbol in said
    assert str(held) in said


def test_a_cleared_symbol_walks_again(database: str, market: Market, held: Decimal) -> None:
    set_by_hand(market, held)
    said = paper_price(market.symbol, "--clear", "--market", market.market_type.value)
    assert seen(database, market) > held
    assert "walks" in said


def test_clearing_what_is_not_held_changes_nothing() -> None:
    assert "DOGE/USDT" in paper_price("DOGE/USDT", "--clear")


@pytest.mark.parametrize(
    ("symbol", "market", "named"),
    [
        ("BINANCE:BTCUSDT", "SPOT", "BTC/USDT (SPOT)"),
        ("btcusdt.p", "futures", "BTC/USDT (FUTURES)"),
        ("KRX:005930", "domestic-stock", "005930 (DOMESTIC_STOCK)"),
    ],
)
def test_symbols_are_written_as_in_alerts(symbol: str, market: str, named: str) -> None:
    assert named in paper_price(symbol, "50,000", "--market", market)


def test_a_price_between_two_ticks_goes_to_the_nearest_and_says_so() -> None:
    said = paper_price("005930", "70040", "--market", "DOMESTIC_STOCK")
    assert "70000" in said
    assert "nearest to 70040" in said


def test_it_speaks_korean(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "ko"
    assert "고정했습니다" in paper_price("BTC/USDT", "90000")


@pytest.mark.parametrize("price", ["0", "-1", "dear", "NaN", "1e999999"])
def test_what_is_no_price_is_refused(price: str) -> None:
    with pytest.raises(CommandError, match="PRICE"):
        paper_price("BTC/USDT", price)


@pytest.mark.parametrize(
    ("symbol", "market"),
    [("@@@", "SPOT"), ("005930", "SPOT"), ("BTC/XYZ", "SPOT"), ("5930", "DOMESTIC_STOCK")],
)
def test_a_symbol_that_is_not_listed_is_refused_with_its_market(symbol: str, market: str) -> None:
    with pytest.raises(CommandError, match=f"--market {market}"):
        paper_price(symbol, "100", "--market", market)


@pytest.mark.parametrize("arguments", [(), ("90000", "--clear")], ids=["neither", "both"])
def test_it_is_told_one_thing_to_do(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        paper_price("BTC/USDT", *arguments)


def test_an_unknown_market_is_refused_with_those_there_are() -> None:
    with pytest.raises(CommandError, match="FUTURES"):
        paper_price("BTC/USDT", "1", "--market", "MOON")


def test_a_database_that_is_not_there_is_said_without_its_password(settings: Settings) -> None:
    settings.DATABASE_URL = "postgresql://bridge:hush@/bridge?host=/nowhere"
    with pytest.raises(CommandError, match="cannot be reached") as refused:
        paper_price("BTC/USDT", "90000")
    assert "hush" not in str(refused.value)
