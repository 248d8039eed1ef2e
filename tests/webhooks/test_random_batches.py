"""Hundreds of random batches on the paper exchange: in the end the ledger says what it says."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Sum

from exchanges.paper.instruments import MARGINED
from exchanges.vocabulary import AccountType, MarketType, Side
from orders.models import Order, Position, Trade
from orders.vocabulary import OPEN_STATUSES, OrderStatus
from strategies import tokens
from strategies.models import Account, Strategy
from tests.bridges import Desk, RunningBridge, make_desk
from tests.dsn import test_dsn
from tests.webhooks.neighbours import SYMBOLS, Neighbours
from tests.worlds import MARKETS
from webhooks import intake

SEED = 20260701
BATCHES = 500  # in each of the two families
AT_ONCE = 10
PATIENCE = 60.0

_SYMBOLS: dict[MarketType, dict[str, Decimal]] = {
    MarketType.SPOT: {"BTC/USDT": Decimal(90000), "XRP/USDT": Decimal(2)},
    MarketType.FUTURES: {"ETH/USDT": Decimal(3000)},
    MarketType.DOMESTIC_STOCK: {"005930": Decimal(70000), "000660": Decimal(250000)},
    MarketType.DOMESTIC_FUTUREOPTION: {"101W09": Decimal(400)},
}


@dataclass(kw_only=True)
class Storm:
    """Alerts that nobody would send, and all that somebody could."""

    head: dict[str, str]
    markets: tuple[MarketType, ...]
    chance: random.Random
    sent: int = 0

    def alert(self) -> bytes:
        self.sent += 1
        count = self.chance.choice((1, 1, 2, 2, 3, 4))
        orders = [self.instruction() for _ in range(count)]
        return json.dumps(self.head | {"alert_id": f"a{self.sent}", "orders": orders}).encode()

    def instruction(self) -> dict[str, Any]:
        market_type = self.chance.choice(self.markets)
        symbol, usual = self.chance.choice(list(_SYMBOLS[market_type].items()))
        self.market_type, self.usual = market_type, usual
        entry = {"symbol": symbol, "market_type": market_type.value}
        if self.chance.random() < 0.8:
            entry["account"] = self.chance.choice(("A1", "A2", "A3"))
        kind = self.chance.choices(
            (
                self.cancel_all,
                self.cancel,
                self.exit,
                self.target,
                self.stop,
                self.limit,
                self.enter,
            ),
            (1, 1, 4, 4, 2, 3, 5),
        )[0]
        return entry | kind()

    def cancel_all(self) -> dict[str, Any]:
        side = self.chance.choice((None, "buy", "sell"))
        return {"order_type": "CANCEL_ALL_ORDER", "side": side}

    def cancel(self) -> dict[str, Any]:
        return {"order_type": "CANCEL", "order_id": self.chance.randint(1, 50 + self.sent * 4)}

    def exit(self) -> dict[str, Any]:
        percent = self.chance.choice((-100, -50, -33))
        return self.priced({"qty_per": percent})

    def target(self) -> dict[str, Any]:
        lowest = -3 if self.market_type in MARGINED else 0
        return self.priced({"target_position": self.size(self.chance.randint(lowest, 3))})

    def stop(self) -> dict[str, Any]:
        return {
            "order_type": "STOP_MARKET",
            "side": self.side(),
            "qty": self.size(1),
            "price": self.near(),
            "stop_price": self.near(),
        }

    def limit(self) -> dict[str, Any]:
        return {
            "order_type": "LIMIT",
            "side": self.side(),
            "qty": self.size(self.chance.randint(1, 3)),
            "price": self.near(),
        }

    def enter(self) -> dict[str, Any]:
        size = self.size(self.chance.randint(1, 3))
        entry = {"order_type": "MARKET", "side": self.side(), "qty": size, "price": self.near()}
        return entry | self.attached(Side.BUY if entry["side"] == "buy" else Side.SELL)

    def attached(self, side: Side) -> dict[str, Any]:
        """Sometimes; a price may have moved past them by the time."""
        away = self.usual * side.sign / 25
        exits = {
            "take_profit": str(self.usual + away),
            "stop_loss": str(self.usual - away),
        }
        return self.chance.choice(({}, {}, exits, {"trail": str(self.usual / 100)}))

    def priced(self, order: dict[str, Any]) -> dict[str, Any]:
        """Mostly at the market; a limit may rest."""
        if self.chance.random() < 0.7:
            return order | {"order_type": "MARKET"}
        return order | {"order_type": "LIMIT", "price": self.near()}

    def side(self) -> str:
        return self.chance.choice(("buy", "buy", "sell"))

    def near(self) -> str:
        """Within three in a hundred of the usual price: some trade, some rest, and they move it."""
        return str(self.usual * Decimal(self.chance.randint(970, 1030)) / 1000)

    def size(self, units: int) -> str:
        is_crypto = self.market_type.family is AccountType.CRYPTO
        unit = (Decimal(600) / self.usual).quantize(Decimal("0.001")) if is_crypto else Decimal(1)
        return str(unit * units)


@pytest.fixture(params=MARKETS, ids=lambda market: market.name)
def desk(request: pytest.FixtureRequest, transactional_db: None) -> Desk:
    desk = make_desk(request.param, accounts=3, exchange="PAPER")
    Strategy.objects.update(answer_within=60)
    return desk


@pytest.fixture
def bridge(desk: Desk) -> Iterator[RunningBridge]:
    """In real time: the paper exchange's prices move by it, and the follower looks by it."""
    running = RunningBridge(
        test_dsn(), clock=lambda: datetime.now(UTC), sleep=asyncio.sleep
    ).start()
    yield running
    running.stop()


def test_after_five_hundred_batches_the_ledger_says_what_the_venue_says(
    desk: Desk, bridge: RunningBridge
) -> None:
    storm = make_storm(desk)
    bridge.runtime.routes.load()
    neighbours = Neighbours(desk=desk, bridge=bridge, chance=random.Random(SEED))  # noqa: S311
    playing = asyncio.run_coroutine_threadsafe(played(storm), bridge.loop)
    while not playing.done() or neighbours.sold < 2:
        neighbours.play()
    neighbours.end()
    statuses = playing.result(PATIENCE)
    assert {status for status, _ in statuses} <= {200, 422}
    assert sum(accepted for _, accepted in statuses) > BATCHES / 2
    heads = [storm.head, *neighbours.heads.values()]
    bridge.wait_until(lambda: is_quiet(desk) or cancelled_all(bridge, storm, heads))
    assert not Order.objects.filter(status=OrderStatus.UNKNOWN).exists()
    assert all(map(is_owned_rightly, Position.objects.exclude(quantity=0)))
    ledger = in_the_ledger()
    assert ledger == at_the_venue(desk)
    assert len(ledger) > 3
    assert_much_happened()


def assert_much_happened() -> None:
    """Else the storm would prove little."""
    filled = Order.objects.filter(status=OrderStatus.FILLED)
    assert filled.filter(is_exit=True, role="").count() > BATCHES / 10
    assert filled.filter(leg=1).exists()
    assert filled.filter(order_type="STOP_MARKET", role="").exists()
    assert filled.exclude(role="").exists()
    assert Order.objects.filter(status=OrderStatus.CANCELLED).count() > BATCHES / 20


def make_storm(desk: Desk) -> Storm:
    return Storm(
        head={"group_name": desk.strategy.group_name, "token": tokens.issue(desk.strategy)},
        markets=tuple(m for m in _SYMBOLS if m.family is desk.market.account_type),
        chance=random.Random(SEED),  # noqa: S311 - the same storm every time
    )


async def played(storm: Storm) -> list[tuple[int, bool]]:
    """In waves of alerts that arrive at once."""
    answered: list[tuple[int, bool]] = []
    for _ in range(BATCHES // AT_ONCE):
        wave = [intake.receive(storm.alert(), {}, "203.0.113.9") for _ in range(AT_ONCE)]
        answered += [(a.http_status, a.body["success"]) for a in await asyncio.gather(*wave)]
    return answered


def cancelled_all(bridge: RunningBridge, storm: Storm, heads: list[dict[str, str]]) -> bool:
    """Never says that it is enough: what is put back meanwhile is cancelled the next time."""
    for head in heads:
        storm.sent += 1
        alert = head | {"order_type": "CANCEL_ALL_ORDER", "alert_id": f"end{storm.sent}"}
        received = intake.receive(json.dumps(alert).encode(), {}, "203.0.113.9")
        answer = bridge.call(received, PATIENCE)
        assert answer.http_status == 200, answer.body
    return False


def is_quiet(desk: Desk) -> bool:
    """No order is open, and every fill that the venue knows of is in the ledger."""
    if Order.objects.filter(status__in=[s.value for s in OPEN_STATUSES]).exists():
        return False
    filled = Trade.objects.aggregate(each=Count("id"), all=Sum("quantity"))
    keys = [venue_key(desk, account) for account in desk.accounts]
    ((count, quantity),) = rows(
        "SELECT count(*), sum(t.quantity) FROM paper.trade t"
        " JOIN paper.book_order o ON o.id = t.order_id WHERE o.account = ANY(%s)",
        keys,
    )
    return bool((filled["each"], filled["all"]) == (count, quantity))


def venue_key(desk: Desk, account: Account) -> str:
    return f"{desk.market.account_type}-{account.pk}"


def in_the_ledger() -> dict[tuple[int, str, str], Decimal]:
    """Of all strategies together, as the venue knows them."""
    held = Position.objects.values_list("account_id", "market_type", "symbol")
    return {(a, m, s): q for a, m, s, q in held.annotate(q=Sum("quantity")) if q}


def at_the_venue(desk: Desk) -> dict[tuple[int, str, str], Decimal]:
    """Coins and shares are holdings there, contracts are positions."""
    family = desk.market.account_type
    found = {}
    for account in desk.accounts:
        key = venue_key(desk, account)
        for name, total in rows("SELECT name, total FROM paper.holding WHERE account = %s", key):
            for market_type, symbol in owned_as(name, family):
                found[account.pk, market_type.value, symbol] = total
        held = "SELECT market_type, symbol, quantity FROM paper.position WHERE account = %s"
        for market_type, symbol, quantity in rows(held, key):
            if market_type in MARGINED:
                found[account.pk, market_type, symbol] = quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def owned_as(name: str, family: AccountType) -> Iterator[tuple[MarketType, str]]:
    traded = [(market_type, symbol) for market_type, by in _SYMBOLS.items() for symbol in by]
    for market_type, symbol in [*traded, SYMBOLS[family][:2]]:
        is_owned = market_type.family is family and market_type not in MARGINED
        if is_owned and name in (symbol.partition("/")[0], f"{market_type}/{symbol}"):
            yield market_type, symbol


def rows(query: str, key: str | list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [key])
        return list(cursor.fetchall())


def is_owned_rightly(each: Position) -> bool:
    """No strategy has sold what another one owns."""
    return each.quantity > 0 or MarketType(each.market_type) in MARGINED
