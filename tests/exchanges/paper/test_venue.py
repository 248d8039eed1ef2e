"""What only the paper exchange does: its prices, its money, its own rules."""

from dataclasses import replace
from decimal import Decimal

import pytest

from exchanges.errors import ExchangeError, NotPlaced, ReadFailed
from exchanges.messages import OrderRequest
from exchanges.paper import admission
from exchanges.paper.fixed_prices import clear_price, set_price
from exchanges.paper.state import order_number
from exchanges.vocabulary import AccountType, MarketType, OrderType, ReportStatus, Side
from tests.contracts.rig import Rig
from tests.exchanges.paper import worlds
from tests.exchanges.paper.worlds import PaperRig, PaperVenue

STRANGERS = [(MarketType.SPOT, "MYCOIN/USDT"), (MarketType.DOMESTIC_STOCK, "123450")]
_made = iter(range(10**9))


def order(market_type: MarketType, symbol: str, side: Side = Side.BUY) -> OrderRequest:
    return OrderRequest(
        client_order_id=f"venue{next(_made)}",
        market_type=market_type,
        symbol=symbol,
        side=side,
        order_type=OrderType.MARKET,
        quantity=Decimal(10),
    )


def priced(request: OrderRequest, price: str) -> OrderRequest:
    """The same order with the price of its alert."""
    return replace(request, reference_price=Decimal(price))


@pytest.fixture(params=STRANGERS, ids=["crypto", "securities"])
def strange(request: pytest.FixtureRequest) -> tuple[MarketType, str]:
    """A symbol that nobody priced yet."""
    pair: tuple[MarketType, str] = request.param
    return pair


def code_of(error: pytest.ExceptionInfo[ExchangeError]) -> str:
    return error.value.reason.code


async def test_a_market_order_fills_near_the_price_of_its_alert(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    report = await exchange.create_order(priced(order(*strange), "4000"))
    assert report.average_price is not None
    assert abs(report.average_price - 4000) <= 5
    quoted = await exchange.fetch_price(*strange)
    assert quoted.price == 4000
    assert quoted.at == venue.clock.now


async def test_the_market_walks_on_from_an_alerts_price(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    await exchange.create_order(priced(order(*strange), "4000"))
    seen = set()
    for _ in range(60):
        venue.clock.advance(10)
        seen.add((await exchange.fetch_price(*strange)).price)
    assert len(seen) > 3
    assert all(abs(price - 4000) <= 70 for price in seen)


async def test_without_any_price_a_market_order_is_refused_with_the_way_out(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    request = order(*strange)
    with pytest.raises(NotPlaced) as refused:
        await exchange.create_order(request)
    assert code_of(refused) == "price_unknown"
    assert "price" in refused.value.reason.ko
    assert await exchange.fetch_order(request.ref) is None


async def test_a_symbol_without_a_price_cannot_be_quoted(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    with pytest.raises(ReadFailed) as failed:
        await exchange.fetch_price(*strange)
    assert code_of(failed) == "price_unknown"


async def test_a_limit_order_brings_a_strange_symbol_its_price(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    limit = OrderRequest(
        client_order_id="first",
        market_type=strange[0],
        symbol=strange[1],
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal(10),
        price=Decimal(4000),
    )
    assert (await exchange.create_order(limit)).status is ReportStatus.NEW
    assert (await exchange.fetch_price(*strange)).price == 4000


async def test_a_fixed_price_holds_until_it_is_cleared(venue: PaperVenue, rig: Rig) -> None:
    exchange = await rig.adapter()
    venue.clock.advance(100)
    assert (await exchange.fetch_price(rig.market_type, rig.symbol)).price == rig.price
    await exchange.create_order(priced(rig.order(Side.BUY), str(rig.price * 2)))
    assert (await exchange.fetch_price(rig.market_type, rig.symbol)).price == rig.price
    clear_price(venue.database_url, rig.market_type, rig.symbol)
    seen = set()
    for _ in range(20):
        venue.clock.advance(60)
        seen.add((await exchange.fetch_price(rig.market_type, rig.symbol)).price)
    assert len(seen) > 1


def test_a_price_set_by_hand_lands_on_the_nearest_tick(venue: PaperVenue) -> None:
    url = venue.database_url
    assert set_price(url, MarketType.DOMESTIC_STOCK, "005930", Decimal("70049")) == 70000


@pytest.mark.parametrize("price", ["0", "-5", "NaN"])
def test_a_price_set_by_hand_must_be_positive(venue: PaperVenue, price: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        set_price(venue.database_url, MarketType.SPOT, "BTC/USDT", Decimal(price))


@pytest.mark.parametrize(
    ("family", "money"),
    [
        (AccountType.CRYPTO, {"USDT": Decimal(100_000), "KRW": Decimal(100_000_000)}),
        (AccountType.STOCK, {"KRW": Decimal(100_000_000), "USD": Decimal(100_000)}),
    ],
)
async def test_a_new_account_begins_with_paper_money(
    venue: PaperVenue, family: AccountType, money: dict[str, Decimal]
) -> None:
    exchange = await venue.open(venue.account(family))
    assert {held.currency: held.total for held in await exchange.fetch_balance()} == money


async def test_shares_are_positions_and_no_currency(venue: PaperVenue) -> None:
    rig = PaperRig(venue, worlds.DOMESTIC_STOCK)
    exchange = await rig.adapter()
    await exchange.create_order(rig.order(Side.BUY))
    assert {held.currency for held in await exchange.fetch_balance()} == {"KRW", "USD"}
    assert await rig.position(exchange) == rig.quantity


async def test_order_ids_are_short_and_rise(rig: Rig) -> None:
    exchange = await rig.adapter()
    ids = [
        (await exchange.create_order(rig.limit(Side.BUY, rig.below))).ref.exchange_order_id
        for _ in range(3)
    ]
    assert all(each.startswith("P-") for each in ids)
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("text", ["", "P-", "P-12", "X-000001", "P-" + "9" * 30, "P-٠٠٠٠٠١"])
def test_a_foreign_order_id_is_none_of_ours(text: str) -> None:
    assert order_number(text) is None


async def test_an_order_larger_than_the_book_is_reported_trade_by_trade(
    venue: PaperVenue,
) -> None:
    rig = PaperRig(venue, worlds.FUTURES)
    exchange = await rig.adapter()
    report = await exchange.create_order(rig.order(Side.BUY, quantity=Decimal(30)))
    prices = [trade.price for trade in report.trades]
    assert prices == [Decimal("3000.01"), Decimal("3000.02")]
    assert len({trade.exchange_trade_id for trade in report.trades}) == 2


async def test_more_leverage_than_the_venue_lends_is_refused(venue: PaperVenue) -> None:
    rig = PaperRig(venue, worlds.FUTURES)
    with pytest.raises(NotPlaced) as refused:
        await (await rig.adapter()).create_order(rig.order(Side.BUY, leverage=Decimal(126)))
    assert code_of(refused) == "leverage_too_high"


async def test_an_account_has_no_end_of_open_orders(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "MOST_OPEN_ORDERS", 2)
    exchange = await rig.adapter()
    for _ in range(2):
        await exchange.create_order(rig.limit(Side.BUY, rig.below))
    with pytest.raises(NotPlaced) as refused:
        await exchange.create_order(rig.limit(Side.BUY, rig.below))
    assert code_of(refused) == "too_many_open_orders"


async def test_why_an_order_ended_is_still_known_later(venue: PaperVenue) -> None:
    rig = PaperRig(venue, worlds.FUTURES)
    exchange = await rig.adapter()
    await exchange.create_order(rig.order(Side.BUY))
    request = rig.order(Side.SELL, quantity=rig.quantity * 2, reduce_only=True)
    await exchange.create_order(request)
    reason = (await rig.fetched(await rig.adapter(), request.ref)).reason
    assert reason is not None
    assert reason.code == "nothing_to_reduce"


async def test_selling_what_one_owns_reduces_and_buying_does_not(rig: Rig) -> None:
    exchange = await rig.adapter()
    with pytest.raises(NotPlaced) as refused:
        await exchange.create_order(rig.order(Side.BUY, reduce_only=True))
    assert code_of(refused) == "nothing_to_reduce"
    await exchange.create_order(rig.order(Side.BUY))
    report = await exchange.create_order(rig.order(Side.SELL, reduce_only=True))
    assert report.status is ReportStatus.FILLED


async def test_why_a_stop_could_not_be_paid_is_still_known_later(rig: Rig) -> None:
    exchange = await rig.adapter()
    request = rig.stop(Side.BUY, rig.above, quantity=rig.unaffordable)
    assert (await exchange.create_order(request)).status is ReportStatus.NEW
    await rig.move_price(rig.above)
    report = await rig.fetched(exchange, request.ref)
    assert report.status is ReportStatus.REJECTED
    reason = (await rig.fetched(await rig.adapter(), request.ref)).reason
    assert reason is not None
    assert reason.code == "insufficient_balance"


async def test_a_stop_price_never_becomes_the_market(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    waiting = replace(order(*strange), order_type=OrderType.STOP_MARKET, stop_price=Decimal(5000))
    with pytest.raises(NotPlaced) as refused:
        await exchange.create_order(waiting)
    assert code_of(refused) == "price_unknown"
    stated = replace(waiting, reference_price=Decimal(4000))
    assert (await exchange.create_order(stated)).status is ReportStatus.NEW
    assert (await exchange.fetch_price(*strange)).price == 4000


async def test_a_stop_does_not_move_a_market_that_has_a_price(
    venue: PaperVenue, strange: tuple[MarketType, str]
) -> None:
    exchange = await venue.open(venue.account(strange[0].family))
    await exchange.create_order(priced(order(*strange), "4000"))
    waiting = replace(
        order(*strange),
        order_type=OrderType.STOP_MARKET,
        stop_price=Decimal(9000),
        reference_price=Decimal(8000),
    )
    await exchange.create_order(waiting)
    assert (await exchange.fetch_price(*strange)).price == 4000


async def test_a_best_limit_order_stands_at_the_best_opposite_price(venue: PaperVenue) -> None:
    rig = PaperRig(venue, worlds.DOMESTIC_STOCK)
    exchange = await rig.adapter()
    bought = await exchange.create_order(rig.order(Side.BUY, order_type=OrderType.BEST_LIMIT))
    sold = await exchange.create_order(rig.order(Side.SELL, order_type=OrderType.BEST_LIMIT))
    assert (bought.price, sold.price) == (Decimal(70100), Decimal(69900))


async def test_a_trail_as_wide_as_the_price_is_refused_with_the_way_out(rig: Rig) -> None:
    exchange = await rig.adapter()
    await exchange.create_order(rig.order(Side.BUY))
    with pytest.raises(NotPlaced) as refused:
        await exchange.create_order(rig.exit(order_type=OrderType.STOP_MARKET, trail=rig.price))
    assert code_of(refused) == "trail_too_wide"


async def test_a_watcher_is_not_told_of_every_step_of_a_trailing_stop(rig: Rig) -> None:
    exchange = await rig.adapter()
    await exchange.create_order(rig.order(Side.BUY))
    trailing = rig.exit(order_type=OrderType.STOP_MARKET, trail=rig.distance * 2)
    await exchange.create_order(trailing)
    watch = exchange.watch_orders()
    assert [(await anext(watch)).filled_quantity for _ in range(2)] == [rig.quantity, 0]
    await rig.move_price(rig.above)
    moved = await rig.fetched(exchange, trailing.ref)
    later = await exchange.create_order(rig.limit(Side.BUY, rig.below))
    assert moved.stop_price == rig.price - rig.distance
    assert (await anext(watch)).ref == later.ref
