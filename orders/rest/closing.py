"""Closing a position by hand: one reducing order through the engine, with a receipt of its own."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from exchanges.base import Exchange
from exchanges.errors import ExchangeError
from exchanges.messages import ExchangeAccount, Instrument
from exchanges.precision import round_down
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.client_ids import client_order_id
from orders.drafts import AlertDraft, OrderDraft
from orders.models import Order, Position
from orders.receipts import new_receipt
from orders.runtime import Runtime
from orders.vocabulary import AlertStatus
from strategies.models import Account
from strategies.sealing import unseal


class NothingToClose(Exception):
    """The position is smaller than what the venue trades at all."""


class BeingClosed(Exception):
    """Orders that have not finished close all of the position, or nobody knows yet whether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The order to be made. `client_order_id` is the same for two who close what both see."""

    account: ExchangeAccount
    owner_id: int
    strategy_id: int
    group_name: str
    market_type: MarketType
    symbol: str
    client_order_id: str
    patience: float
    max_age: float
    peer: str


def closing_of(position: Position, peer: str) -> Closing:
    return Closing(
        account=_account(position.account),
        owner_id=position.account.owner_id,
        strategy_id=position.strategy_id,
        group_name=position.strategy.group_name,
        market_type=MarketType(position.market_type),
        symbol=position.symbol,
        client_order_id=_client_order_id(position),
        patience=float(position.strategy.answer_within),
        max_age=float(position.strategy.max_age),
        peer=peer,
    )


async def close(runtime: Runtime, closing: Closing) -> int:
    """The order's id, once it is known what became of it or patience ends."""
    exchange = await runtime.exchanges.of(closing.account)
    instrument = await exchange.instrument(closing.market_type, closing.symbol)
    price = await _price(exchange, closing)
    with runtime.engine.queue([closing.account.id]) as turns:
        await turns.reached(closing.account.id, closing.patience)
        held = await _closable(runtime, closing)
        now = datetime.now(UTC)
        draft = _draft(closing, instrument, held, price, now)
        execution = await runtime.engine.execute(
            _alert(closing, draft.receipt, now), [draft], turns
        )
    flight = execution.flights[0]
    await asyncio.wait({flight.done}, timeout=closing.patience)
    answer = {"success": True, "receipt": draft.receipt, "order": flight.order_id}
    await runtime.journal.answered(execution.alert_id, 201, answer)
    return flight.order_id


async def _closable(runtime: Runtime, closing: Closing) -> Decimal:
    """As the ledger knows it in the account's turn, less what other orders are closing of it."""
    account_id = closing.account.id
    closable = await runtime.journal.positions(
        closing.strategy_id, [account_id], closing.market_type, closing.symbol
    )
    held = closable[account_id]
    if held == 0:
        raise BeingClosed
    return held


def _draft(
    closing: Closing, instrument: Instrument, held: Decimal, price: Decimal | None, now: datetime
) -> OrderDraft:
    quantity = round_down(abs(held), instrument.lot)
    if quantity == 0:
        raise NothingToClose
    return OrderDraft(
        account=closing.account,
        owner_id=closing.owner_id,
        strategy_id=closing.strategy_id,
        group_name=closing.group_name,
        receipt=new_receipt(),
        instruction=0,
        client_order_id=closing.client_order_id,
        market_type=closing.market_type,
        symbol=closing.symbol,
        side=Side.SELL if held > 0 else Side.BUY,
        order_type=OrderType.MARKET,
        quantity=quantity,
        expires_at=now + timedelta(seconds=closing.max_age),
        reduce_only=True,
        contract_size=instrument.contract_size,
        reference_price=price,
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


def _client_order_id(position: Position) -> str:
    """Made from the newest order there is, so that of two closings at one instant one is stored."""
    orders = Order.objects.filter(
        strategy_id=position.strategy_id,
        account_id=position.account_id,
        market_type=position.market_type,
        symbol=position.symbol,
    )
    newest = orders.order_by("-id").values_list("id", flat=True).first()
    return client_order_id(f"close|{position.pk}|{newest}", 0, position.account_id)
