"""Two strategies that trade one symbol in one account, and must never sell what is the other's."""

import json
import random
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from exchanges.paper import fixed_prices
from exchanges.vocabulary import AccountType, MarketType
from orders.models import Order, Position
from strategies import tokens
from strategies.models import Strategy
from tests import worlds
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from webhooks import intake

PATIENCE = 60.0
UNITS = {AccountType.CRYPTO: Decimal("0.2"), AccountType.STOCK: Decimal(1)}
SYMBOLS = {
    AccountType.CRYPTO: (MarketType.SPOT, "ETH/USDT", Decimal(3000)),
    AccountType.STOCK: (MarketType.DOMESTIC_STOCK, "005380", Decimal(200_000)),
}
_IN_MOTION = ("PENDING", "SUBMITTING", "CANCELLING", "UNKNOWN")
_RESTING = ("NEW", "PARTIALLY_FILLED")


@dataclass(kw_only=True)
class Neighbours:
    """The price is theirs alone: it is held, so nothing moves between what they see and send."""

    desk: Desk
    bridge: RunningBridge
    chance: random.Random
    heads: dict[int, dict[str, str]] = field(default_factory=dict)
    sent: int = 0
    sold: int = 0
    now: int = 100

    def __post_init__(self) -> None:
        family = self.desk.market.account_type
        self.unit = UNITS[family]
        self.market_type, self.symbol, self.usual = SYMBOLS[family]
        for name in ("left", "right"):
            strategy = worlds.make_strategy(self.desk.owner, self.desk.market, group_name=name)
            worlds.link(strategy, self.desk.accounts[0])
            Strategy.objects.filter(pk=strategy.pk).update(answer_within=60)
            self.heads[strategy.pk] = {"group_name": name, "token": tokens.issue(strategy)}
        self.bridge.runtime.routes.load()
        self.price_is(100)

    def play(self) -> None:
        """Both buy with exits attached, some offer a part of it, and the price jumps past all."""
        for head in self.heads.values():
            self.send(head, self.entry())
        self.settle()
        for strategy_id, head in self.heads.items():
            units = self.unoffered(strategy_id)
            if units and self.chance.random() < 0.8:
                self.send(head, self.sale(self.chance.randint(1, units)))
                self.sold += 1
        self.settle()
        self.price_is(self.chance.choice((94, 100, 106, 106)))
        self.settle()
        self.price_is(100)

    def end(self) -> None:
        fixed_prices.clear_price(test_dsn(), self.market_type, self.symbol)

    def entry(self) -> dict[str, str]:
        return {
            "order_type": "MARKET",
            "side": "buy",
            "qty": str(self.unit * self.chance.randint(1, 3)),
            "take_profit": str(self.percent(104)),
            "stop_loss": str(self.percent(96)),
        }

    def sale(self, units: int) -> dict[str, str]:
        """No exit, so it says itself how much; it rests a little above the price."""
        return {
            "order_type": "LIMIT",
            "side": "sell",
            "qty": str(self.unit * units),
            "price": str(self.percent(self.chance.choice((101, 102)))),
        }

    def send(self, head: dict[str, str], order: dict[str, str]) -> None:
        self.sent += 1
        where = {"symbol": self.symbol, "market_type": self.market_type.value}
        alert = head | where | order | {"alert_id": f"n{self.sent}"}
        received = intake.receive(json.dumps(alert).encode(), {}, "203.0.113.9")
        answer = self.bridge.call(received, PATIENCE)
        assert answer.body["success"], answer.body

    def settle(self) -> None:
        """Until what is held is offered or protected, each of it once."""
        until = time.monotonic() + PATIENCE
        while not all(map(self.is_settled, self.heads)):
            assert time.monotonic() < until, list(self.orders().values())[-9:]
            time.sleep(0.05)  # in real time, as the price that the venue is asked for
        assert all(self.held(strategy_id) >= 0 for strategy_id in self.heads)

    def is_settled(self, strategy_id: int) -> bool:
        if self.orders(strategy=strategy_id, status__in=_IN_MOTION).exists():
            return False
        if self.has_passed_them(strategy_id):
            return False
        free = self.held(strategy_id) - self.resting(strategy_id, role="")
        protected = {self.resting(strategy_id, role=r) for r in ("TAKE_PROFIT", "STOP_LOSS")}
        return protected == {free}

    def has_passed_them(self, strategy_id: int) -> bool:
        """Orders rest that the venue will fill at the price of the moment."""
        resting = self.orders(strategy=strategy_id, status__in=_RESTING, side="SELL")
        at = self.percent(self.now)
        return resting.filter(price__lt=at).exists() or resting.filter(stop_price__gt=at).exists()

    def unoffered(self, strategy_id: int) -> int:
        return int((self.held(strategy_id) - self.resting(strategy_id, role="")) / self.unit)

    def held(self, strategy_id: int) -> Decimal:
        found = Position.objects.filter(strategy=strategy_id, symbol=self.symbol)
        return sum((each.quantity for each in found), Decimal(0))

    def resting(self, strategy_id: int, *, role: str) -> Decimal:
        sales = self.orders(strategy=strategy_id, status__in=_RESTING, side="SELL", role=role)
        rest = sales.aggregate(rest=Sum(F("quantity") - F("filled_quantity")))["rest"]
        return rest or Decimal(0)

    def orders(self, **facts: Any) -> QuerySet[Order]:
        return Order.objects.filter(symbol=self.symbol, strategy__in=self.heads).filter(**facts)

    def price_is(self, percent: int) -> None:
        self.now = percent
        price = self.percent(percent)
        fixed_prices.set_price(test_dsn(), self.market_type, self.symbol, price)

    def percent(self, percent: int) -> Decimal:
        return self.usual * percent / 100
