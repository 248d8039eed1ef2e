"""The bridge's adapter for the benchmark's venue, on the HTTP client that real adapters use."""

import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import aiohttp

from benchmarks.signing import SIGNATURE, signed_order
from exchanges.base import Capabilities, Exchange
from exchanges.errors import OutcomeUnknown, Reason
from exchanges.messages import (
    Balance,
    Instrument,
    OrderRef,
    OrderReport,
    OrderRequest,
    PositionReport,
    PriceQuote,
    TickBand,
    TradeReport,
)
from exchanges.vocabulary import (
    AccountType,
    MarketType,
    OrderType,
    ReportStatus,
    TimeInForce,
)

_UNCLEAR = Reason(code="outcome_unknown", ko="결과 미확인", en="The outcome is not known")
_session: aiohttp.ClientSession | None = None


def _pool() -> aiohttp.ClientSession:
    global _session  # noqa: PLW0603 - one pool for all accounts of the process, as at a real venue
    if _session is None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=600)
        _session = aiohttp.ClientSession(connector=connector)
    return _session


class Loopback(Exchange):
    name = "LOOPBACK"
    family = AccountType.CRYPTO
    capabilities = Capabilities(
        market_types=frozenset({MarketType.SPOT}),
        order_types=frozenset({OrderType.MARKET}),
        times_in_force=frozenset({TimeInForce.GTC}),
        client_order_ids=True,
    )

    async def create_order(self, request: OrderRequest) -> OrderReport:
        body, signature = signed_order(
            {
                "symbol": request.symbol,
                "side": request.side.value,
                "quantity": f"{request.quantity:f}",
                "clientOrderId": request.client_order_id,
                "account": str(self.account.id),
            }
        )
        url = f"http://127.0.0.1:{os.environ['VENUE_PORT']}/order"
        try:
            async with _pool().post(url, data=body, headers={SIGNATURE: signature}) as answer:
                placed = await answer.json()
        except aiohttp.ClientError as error:
            raise OutcomeUnknown(_UNCLEAR) from error
        return self._filled(request, placed["orderId"])

    def _filled(self, request: OrderRequest, order_id: str) -> OrderReport:
        now = datetime.now(UTC)
        price = request.reference_price or Decimal(90000)
        trade = TradeReport(
            exchange_trade_id=order_id,
            quantity=request.quantity,
            price=price,
            fee=Decimal(0),
            fee_currency="USDT",
            at=now,
        )
        return OrderReport(
            ref=OrderRef(
                market_type=request.market_type,
                symbol=request.symbol,
                client_order_id=request.client_order_id,
                exchange_order_id=order_id,
            ),
            status=ReportStatus.FILLED,
            side=request.side,
            order_type=request.order_type,
            quantity=request.quantity,
            filled_quantity=request.quantity,
            average_price=price,
            trades=(trade,),
            at=now,
        )

    async def instrument(self, market_type: MarketType, symbol: str) -> Instrument:
        return Instrument(
            market_type=market_type,
            symbol=symbol,
            base="BTC",
            quote="USDT",
            ticks=(TickBand(start=Decimal(0), tick=Decimal("0.01")),),
            lot=Decimal("0.00001"),
            minimum_quantity=Decimal("0.00001"),
        )

    async def fetch_price(self, market_type: MarketType, symbol: str) -> PriceQuote:
        now = datetime.now(UTC)
        return PriceQuote(market_type=market_type, symbol=symbol, price=Decimal(90000), at=now)

    async def cancel_order(self, order: OrderRef) -> OrderReport:
        raise OutcomeUnknown(_UNCLEAR)

    async def fetch_order(self, order: OrderRef) -> OrderReport | None:
        return None

    async def fetch_open_orders(self, market_type: MarketType) -> Sequence[OrderReport]:
        return ()

    async def fetch_trades(self, order: OrderRef) -> Sequence[TradeReport]:
        return ()

    async def fetch_balance(self) -> Sequence[Balance]:
        return ()

    async def fetch_positions(self) -> Sequence[PositionReport]:
        return ()

    async def watch_orders(self) -> AsyncIterator[OrderReport]:
        return
        yield
