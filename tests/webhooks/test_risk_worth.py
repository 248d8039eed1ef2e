"""What an order is worth to a limit: the alert's own price cannot make it less."""

from decimal import Decimal
from typing import Any

import pytest

from exchanges.errors import ReadFailed
from exchanges.messages import PriceQuote
from strategies.models import StrategyRisk
from tests.venues import ScriptedExchange, ScriptedVenue, reason
from tests.webhooks.conftest import Sender
from tests.worlds import MARKETS
from webhooks.answers import Answer

CRYPTO = pytest.mark.parametrize("market", MARKETS[:1], ids=["crypto"])


def limited(sender: Sender, **limits: Any) -> None:
    StrategyRisk.objects.update_or_create(strategy=sender.desk.strategy, defaults=limits)
    sender.settle()


def codes(answer: Answer) -> set[str | None]:
    return {entry.get("code") for entry in answer.body["results"]}


@pytest.fixture
def unpriced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The venue tells nobody its price; what was asked for."""
    asked: list[str] = []

    async def fail(_self: ScriptedExchange, _market: object, symbol: str) -> PriceQuote:
        asked.append(symbol)
        raise ReadFailed(reason("no_price"))

    monkeypatch.setattr(ScriptedExchange, "fetch_price", fail)
    return asked


@pytest.mark.parametrize(
    "fields",
    [
        {"order_type": "MARKET", "price": None},
        {"order_type": "MARKET", "price": "0.01"},
        {"order_type": "MARKET", "price": "1000"},
        {"order_type": "STOP_MARKET", "stop_price": "1", "price": "0.01"},
        {"order_type": "STOP_MARKET", "stop_price": "1000", "price": None},
        {"order_type": "MARKET", "price": "0.01", "qty": None, "target_position": "1"},
    ],
)
def test_what_trades_at_the_market_is_worth_the_dearer_price(
    sender: Sender, venue: ScriptedVenue, fields: dict[str, Any]
) -> None:
    limited(sender, max_notional=Decimal(99))
    assert codes(sender.send(**{"qty": "1", **fields})) == {"risk_notional"}
    assert venue.book == []


@CRYPTO
@pytest.mark.parametrize("order_type", ["LIMIT", "STOP_LIMIT"])
def test_a_short_sale_below_the_market_is_worth_the_market(
    sender: Sender, venue: ScriptedVenue, order_type: str
) -> None:
    limited(sender, max_notional=Decimal(99))
    answer = sender.send(
        market_type="FUTURES",
        order_type=order_type,
        side="sell",
        price="1",
        stop_price="1",
        qty="1",
    )
    assert codes(answer) == {"risk_notional"}
    assert venue.book == []


def test_a_buy_that_waits_for_its_price_is_worth_that_and_asks_for_no_other(
    sender: Sender, unpriced: list[str]
) -> None:
    limited(sender, max_notional=Decimal(50), max_qty_per=Decimal(50))
    assert sender.send(price="50", qty="1").body["success"] is True
    assert unpriced == []


@pytest.mark.parametrize("limit", ["max_notional", "max_qty_per"])
@CRYPTO
def test_without_the_venues_price_nothing_is_worth_little(
    sender: Sender, venue: ScriptedVenue, unpriced: list[str], limit: str
) -> None:
    limited(sender, **{limit: Decimal(50)})
    answer = sender.send(order_type="MARKET", price="0.01", qty="1")
    assert codes(answer) == {"risk_cannot_be_checked"}
    assert (unpriced, venue.book) != ([], [])
    assert venue.book == []


@CRYPTO
def test_a_share_that_a_low_price_swells_is_no_share(sender: Sender, venue: ScriptedVenue) -> None:
    limited(sender, max_qty_per=Decimal(10))
    order = {"order_type": "MARKET", "qty": None, "qty_per": "10"}
    assert codes(sender.send(**order, price="0.01")) == {"risk_qty_per"}
    assert codes(sender.send(**order, price="50")) == {"risk_qty_per"}
    assert venue.book == []
    assert codes(sender.send(**order, price="99")) == {None}


def test_an_exit_asks_for_no_price(
    sender: Sender, venue: ScriptedVenue, unpriced: list[str]
) -> None:
    sender.send(order_type="MARKET", price=None, qty="5")
    limited(sender, max_notional=Decimal(1))
    answer = sender.send(order_type="MARKET", price=None, side=None, qty=None, qty_per="-100")
    assert answer.body["success"] is True
    assert unpriced == []
