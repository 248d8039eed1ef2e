"""A venue that wants two credentials and lets one look at a balance, and at nothing else."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import ClassVar, Never

from exchanges import registry
from exchanges.base import Capabilities, Exchange
from exchanges.messages import (
    Balance,
    ExchangeAccount,
    Instrument,
    OrderRef,
    OrderReport,
    OrderRequest,
    PositionReport,
    PriceQuote,
    TradeReport,
)
from exchanges.vocabulary import AccountType, MarketType, OrderType

NAME = "VAULT"
KEYS = {"api_key": "key-of-the-vault", "api_secret": "secret-of-the-vault"}


class Vault(Exchange):
    name = NAME
    refusal: ClassVar[Exception | None] = None
    visitors: ClassVar[list[ExchangeAccount]] = []
    still_open: ClassVar[int] = 0

    async def open(self) -> None:
        type(self).still_open += 1
        self.visitors.append(self.account)

    async def close(self) -> None:
        type(self).still_open -= 1

    async def fetch_balance(self) -> Sequence[Balance]:
        if self.refusal is not None:
            raise self.refusal
        return (Balance(currency="USDT", total=Decimal("1250.50"), free=Decimal(1000)),)

    async def create_order(self, request: OrderRequest) -> OrderReport:
        _nobody_trades()

    async def cancel_order(self, order: OrderRef) -> OrderReport:
        _nobody_trades()

    async def fetch_order(self, order: OrderRef) -> OrderReport | None:
        _nobody_trades()

    async def fetch_open_orders(self, market_type: MarketType) -> Sequence[OrderReport]:
        _nobody_trades()

    async def fetch_trades(self, order: OrderRef) -> Sequence[TradeReport]:
        _nobody_trades()

    async def fetch_positions(self) -> Sequence[PositionReport]:
        _nobody_trades()

    async def fetch_price(self, market_type: MarketType, symbol: str) -> PriceQuote:
        _nobody_trades()

    async def instrument(self, market_type: MarketType, symbol: str) -> Instrument:
        _nobody_trades()

    def watch_orders(self) -> AsyncIterator[OrderReport]:
        _nobody_trades()


def _nobody_trades() -> Never:
    raise AssertionError("nobody trades at the vault")


def _vault_of(account_type: AccountType, *, demo: bool) -> type[Vault]:
    class Door(Vault):
        family = account_type
        visitors: ClassVar[list[ExchangeAccount]] = []
        capabilities = Capabilities(
            market_types=frozenset(m for m in MarketType if m.family is account_type),
            order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
            times_in_force=frozenset(),
            credential_fields=tuple(KEYS),
            demo=demo,
        )

    return Door


@contextmanager
def open_vault(account_type: AccountType, *, demo: bool = True) -> Iterator[type[Vault]]:
    vault = _vault_of(account_type, demo=demo)
    registry.register(vault)
    try:
        yield vault
    finally:
        registry.withdraw(account_type, NAME)
