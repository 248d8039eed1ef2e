"""A sender with a strategy's token in front of a running bridge, for both families."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from strategies import tokens
from tests.bridges import Desk, RunningBridge, make_desk
from tests.dsn import test_dsn
from tests.venues import VENUE, ScriptedVenue
from tests.worlds import Market
from webhooks import intake
from webhooks.answers import Answer


@dataclass(kw_only=True)
class Sender:
    bridge: RunningBridge
    desk: Desk
    token: str = field(repr=False)

    def order(self, **changes: Any) -> dict[str, Any]:
        """A limit order of ten lots; `changes` replace fields, and None leaves one out."""
        market = self.desk.market
        fields: dict[str, Any] = {
            "group_name": self.desk.strategy.group_name,
            "token": self.token,
            "symbol": market.symbol,
            "order_type": "LIMIT",
            "side": "buy",
            "price": str(market.price),
            "qty": str(market.lot * 10),
            "market_type": market.market_type.value,
        }
        return {key: value for key, value in (fields | changes).items() if value is not None}

    def post(self, alert: dict[str, Any] | bytes, **headers: str) -> Answer:
        body = alert if isinstance(alert, bytes) else json.dumps(alert).encode()
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        sent = {"content-type": "application/json"} | named
        return self.bridge.call(intake.receive(body, sent, "203.0.113.9"))

    def send(self, **changes: Any) -> Answer:
        return self.post(self.order(**changes))

    def batch(self, *orders: dict[str, Any], **top: Any) -> Answer:
        """Several instructions in one alert; what they do not say is the market's own symbol."""
        alert = {
            "group_name": self.desk.strategy.group_name,
            "token": self.token,
            "symbol": self.desk.market.symbol,
            "market_type": self.desk.market.market_type.value,
            "orders": list(orders),
        }
        return self.post(alert | top)

    def together(self, *alerts: dict[str, Any]) -> list[Answer]:
        """As they arrive in one burst, in this order."""

        async def burst() -> list[Answer]:
            bodies = [json.dumps(alert).encode() for alert in alerts]
            return await asyncio.gather(
                *(intake.receive(body, {}, "203.0.113.9") for body in bodies)
            )

        return self.bridge.call(burst())

    def settle(self) -> None:
        """Until the bridge knows what the test changed in the database."""
        self.bridge.runtime.routes.load()


@pytest.fixture
def venue() -> Iterator[ScriptedVenue]:
    VENUE.reset()
    yield VENUE
    VENUE.reset()


@pytest.fixture
def desk(market: Market, transactional_db: None, venue: ScriptedVenue) -> Desk:
    return make_desk(market, accounts=2)


@pytest.fixture
def sender(desk: Desk, venue: ScriptedVenue) -> Iterator[Sender]:
    token = tokens.issue(desk.strategy)
    running = RunningBridge(test_dsn()).start()
    yield Sender(bridge=running, desk=desk, token=token)
    venue.release()
    running.stop()
