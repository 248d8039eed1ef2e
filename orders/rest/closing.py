"""Closing a position by hand: one reducing order through the engine, with a receipt of its own."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from django.db.models import QuerySet

from exchanges.base import Exchange
from exchanges.errors import ExchangeError
from exchanges.messages import ExchangeAccount
from exchanges.precision import round_down
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.client_ids import client_order_id
from orders.drafts import AlertDraft, OrderDraft
from orders.models import Order, Position
from orders.receipts import new_receipt
from orders.runtime import Runtime
from orders.vocabulary import OPEN_STATUSES, AlertStatus
from strategies.models import Account
from strategies.sealing import unseal


class NothingToClose(Exception):
    """The position is smaller than what the venue trades at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """`client_order_id` is the same for two people who close what they both see."""

    account: ExchangeAccount
    owner_id: int
    strategy_id: int
    group_name: str
    market_type: MarketType
    symbol: str
    held: Decimal
    client_order_id: str
    patience: float
    max_age: float
    peer: str

    @property
    def side(self) -> Side:
        return Side.SELL if self.held > 0 else Side.BUY


def closing_of(position: Position, peer: str) -> Closing:
    return Closing(
        account=_account(position.account),
        owner_id=position.account.owner_id,
        strategy_id=position.strategy_id,
        group_name=position.strategy.group_name,
        market_type=MarketType(position.market_type),
        symbol=position.symbol,
        held=position.quantity,
        client_order_id=_client_order_id(position),
        patience=float(position.strategy.answer_within),
        max_age=float(position.strategy.max_age),
        peer=peer,
    )


def is_being_reduced(position: Position) -> bool:
    """By an order that has not finished, or whose outcome nobody knows yet."""
    side = Side.SELL if position.quantity > 0 else Side.BUY
    unfinished = _orders_of(position).filter(
        side=side.value,
        order_type=OrderType.MARKET.value,
        status__in=[status.value for status in OPEN_STATUSES],
    )
    return bool(unfinished.exists())


async def close(runtime: Runtime, closing: Closing) -> int:
    """The order's id, once it is known what became of it or patience ends."""
    exchange = await runtime.exchanges.of(closing.account)
    now = datetime.now(UTC)
    draft = await _draft(exchange, closing, new_receipt(), now)
    execution = await runtime.engine.execute(_alert(closing, draft.receipt, now), [draft])
    flight = execution.flights[0]
    await asyncio.wait({flight.done}, timeout=closing.patience)
    answer = {"success": True, "receipt": draft.receipt, "order": flight.order_id}
    await runtime.journal.answered(execution.alert_id, 201, answer)
    return flight.order_id


async def _draft(exchange: Exchange, closing: Closing, receipt: str, now: datetime) -> OrderDraft:
    instrument = await exchange.instrument(closing.market_type, closing.symbol)
    quantity = round_down(abs(closing.held), instrument.lot)
    if quantity == 0:
        raise NothingToClose
    return OrderDraft(
        account=closing.account,
        owner_id=closing.owner_id,
        strategy_id=closing.strategy_id,
        group_name=closing.group_name,
        receipt=receipt,
        instruction=0,
        client_order_id=closing.client_order_id,
        market_type=closing.market_type,
        symbol=closing.symbol,
        side=closing.side,
        order_type=OrderType.MARKET,
        quantity=quantity,
        expires_at=now + timedelta(seconds=closing.max_age),
        reduce_only=True,
        reference_price=await _price(exchange, closing),
    )


async def _price(exchange: Exchange, closing: Closing) -> Decimal | None:
    """Only to tell the slippage by: without it the position is closed all the same."""
    try:
        quote = await exchange.fetch_price(closing.market_type, closing.symbol)
    except ExchangeError:
        return None
    return quote.price


def _alert(closing: Closing, receipt: str, now: datetime) -> AlertDraft:
    return AlertDraft(
        receipt=receipt,
        strategy_id=closing.strategy_id,
        owner_id=closing.owner_id,
        group_name=closing.group_name,
        status=AlertStatus.ACCEPTED,
        body=json.dumps({"close_position": closing.symbol, "account": closing.account.name}),
        content_type="application/json",
        peer=closing.peer,
        reading={"source": "rest"},
        market_type=closing.market_type.value,
        received_at=now,
    )


def _account(account: Account) -> ExchangeAccount:
    return ExchangeAccount(
        id=account.pk,
        name=account.name,
        account_type=AccountType(account.account_type),
        exchange=account.exchange,
        is_demo=account.is_demo,
        base_url=account.base_url,
        credentials=MappingProxyType(unseal(account.sealed_credentials)),
    )


def _orders_of(position: Position) -> QuerySet[Order]:
    return Order.objects.filter(
        strategy_id=position.strategy_id,
        account_id=position.account_id,
        market_type=position.market_type,
        symbol=position.symbol,
    )


def _client_order_id(position: Position) -> str:
    """Made from the newest order there is, so that of two closings at one instant one is stored."""
    newest = _orders_of(position).order_by("-id").values_list("id", flat=True).first()
    return client_order_id(f"close|{position.pk}|{newest}", 0, position.account_id)
