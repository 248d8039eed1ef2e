"""A bridge that is stopped, then killed, and started again in the same folder each time."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from urllib.parse import urlsplit

import pytest
import requests

from tests.scenario.bridge import (
    PATIENCE,
    Bridge,
    Json,
    from_socket,
    from_stream,
    heard_until,
    once_filled,
    order_ids,
)
from tests.scenario.conftest import new_home
from tests.scenario.scenes import SCENES, Scene
from tests.tradingbridge.house.launched import Launched
from tradingbridge.postmaster import wait_for

TERMINATED, KILLED = "terminated", "killed"


@dataclass(frozen=True, kw_only=True)
class State:
    """What an owner sees of the bridge."""

    orders: list[Json]
    trades: list[Json]
    positions: list[Json]
    alerts: list[Json]
    balances: dict[int, Json]

    @classmethod
    def of(cls, bridge: Bridge) -> "State":
        accounts = [account["id"] for account in bridge.rows_of("/api/accounts/")]
        return cls(
            orders=bridge.rows("/api/orders/"),
            trades=bridge.rows("/api/trades/"),
            positions=bridge.rows("/api/positions/"),
            alerts=bridge.rows("/api/alerts/"),
            balances={account: bridge.balances(account) for account in accounts},
        )


@dataclass(frozen=True, kw_only=True)
class End:
    """How a life ended, and what its successor found. `place` is where a client had gone away."""

    before: State
    after: State
    place: str
    missed: list[int]
    demo_before: str = field(repr=False)
    demo_after: str = field(repr=False)
    leftovers: list[str]
    exit_code: int | None


@dataclass(kw_only=True)
class Lives:
    """Bridges in one folder, one after the other; `bridge` is the one that runs now."""

    bridge: Bridge
    session: requests.Session
    resting: dict[str, Json]
    once: dict[str, Json]
    protected: dict[str, Json]
    outputs: list[Bridge]
    ends: dict[str, End] = field(default_factory=dict)

    def end(self, how: str, stack: ExitStack) -> None:
        ended = self.bridge
        place, missed = _go_away_and_miss_something(ended)
        before, demo_before, url = State.of(ended), _demo(ended), ended.url
        ended.stop_listening()
        if how == KILLED:
            ended.launched.kill()
            exit_code = None
        else:
            exit_code = ended.launched.stop(signal.SIGTERM)
        leftovers = ended.launched.leftovers()
        self.bridge = _started(stack, ended, port=str(urlsplit(url).port))
        self.outputs.append(self.bridge)
        self.ends[how] = End(
            before=before,
            after=State.of(self.bridge),
            place=place,
            missed=missed,
            demo_before=demo_before,
            demo_after=_demo(self.bridge),
            leftovers=leftovers,
            exit_code=exit_code,
        )


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with new_home() as folder, ExitStack() as stack:
        launched = Launched(folder, LANGUAGE_CODE="ko")
        stack.callback(launched.kill_everything)
        bridge = Bridge(launched=launched).until_ready()
        resting = {scene.name: bridge.rest(scene, scene.resting) for scene in SCENES}
        once = {s.name: bridge.buy(s, alert_id=f"once {s.name}") for s in SCENES}
        protected = {s.name: bridge.buy(s, symbol=s.protected, **s.exits) for s in SCENES}
        for told in protected.values():
            assert wait_for(partial(_are_placed, bridge, told), limit=PATIENCE)
        lives = Lives(
            bridge=bridge,
            session=bridge.log_in_as_demo(),
            resting=resting,
            once=once,
            protected=protected,
            outputs=[bridge],
        )
        for how in (TERMINATED, KILLED):
            lives.end(how, stack)
        yield lives
        lives.bridge.stop_listening()


@pytest.fixture(params=[TERMINATED, KILLED])
def end(lives: Lives, request: pytest.FixtureRequest) -> End:
    return lives.ends[request.param]


def _started(stack: ExitStack, ended: Bridge, *, port: str) -> Bridge:
    launched = Launched(ended.var_dir, LANGUAGE_CODE="ko", PORT=port)
    stack.callback(launched.kill_everything)
    return Bridge(launched=launched, secrets=set(ended.secrets)).until_ready()


def _go_away_and_miss_something(bridge: Bridge) -> tuple[str, list[int]]:
    """A client leaves; another one that stays tells which events it missed."""
    client, witness = bridge.events(), bridge.events()
    client.close()
    for scene in SCENES:
        last = bridge.buy(scene)
    missed = heard_until(from_stream(witness), once_filled(last))
    return client.last_event_id, [each.id for each in missed]


def _exits(bridge: Bridge, told: Json) -> list[Json]:
    """The exits that the alert's entries brought along, as they rest."""
    orders = bridge.rows("/api/orders/", receipt=told["receipt"], status="NEW")
    return [order for order in orders if order["role"]]


def _are_placed(bridge: Bridge, told: Json) -> bool:
    """Both exits on both accounts."""
    return len(_exits(bridge, told)) == 4


def _demo(bridge: Bridge) -> str:
    return (bridge.var_dir / "demo.json").read_text(encoding="utf-8")


def test_sigterm_leaves_no_process_no_socket_and_no_mark(lives: Lives) -> None:
    assert lives.ends[TERMINATED].exit_code == 0
    assert lives.ends[TERMINATED].leftovers == []


def test_a_killed_bridge_leaves_its_postgresql_to_the_next_start(lives: Lives) -> None:
    assert any(left.startswith("process") for left in lives.ends[KILLED].leftovers)
    assert lives.bridge.launched.status("/api/health/ready/") == 200


def test_orders_trades_and_alerts_survive(end: End) -> None:
    assert end.after.orders == end.before.orders
    assert end.after.trades == end.before.trades
    assert end.after.alerts == end.before.alerts


def test_positions_and_paper_balances_survive(end: End) -> None:
    assert end.before.positions
    assert end.after.positions == end.before.positions
    assert end.after.balances == end.before.balances


def test_an_alert_that_comes_again_after_the_restarts_makes_no_order(
    lives: Lives, scene: Scene
) -> None:
    first, before = lives.once[scene.name], len(lives.bridge.rows("/api/orders/"))
    again = lives.bridge.buy(scene, alert_id=f"once {scene.name}")
    assert (again["duplicate"], again["receipt"]) == (True, first["receipt"])
    assert again["results"] == first["results"]
    assert len(lives.bridge.rows("/api/orders/")) == before


def test_attached_exits_go_on_and_are_placed_once(lives: Lives, scene: Scene) -> None:
    told = lives.protected[scene.name]
    exits = _exits(lives.bridge, told)
    accounts = {entry["account_id"] for entry in told["results"]}
    assert sorted((e["account_id"], e["role"]) for e in exits) == sorted(
        (account, role) for account in accounts for role in ("STOP_LOSS", "TAKE_PROFIT")
    )
    assert len(lives.bridge.rows("/api/orders/", receipt=told["receipt"])) == 6


def test_the_login_and_every_token_stay_the_same(end: End) -> None:
    assert end.demo_after == end.demo_before
    assert json.loads(end.demo_after)["strategies"]


def test_an_old_place_is_replayed_by_sse_after_the_restart(lives: Lives, end: End) -> None:
    reader = lives.bridge.events(last_event_id=end.place)
    assert [each.id for each in reader.take(len(end.missed))] == end.missed


def test_an_old_place_is_replayed_by_websocket_after_the_restart(lives: Lives, end: End) -> None:
    with lives.bridge.socket(f"?last_event_id={end.place}") as socket:
        take = from_socket(socket)
        assert [take().id for _ in end.missed] == end.missed


def test_the_tokens_still_trade(lives: Lives, scene: Scene) -> None:
    assert lives.bridge.buy(scene)["summary"]["successful_orders"] == 2


def test_an_order_that_rested_before_still_fills(lives: Lives, scene: Scene) -> None:
    wanted = order_ids(lives.resting[scene.name])
    reader = lives.bridge.events(last_event_id=lives.ends[TERMINATED].place)
    lives.bridge.hold_price(scene.market_type, scene.resting, Decimal(scene.far))
    heard_until(from_stream(reader), once_filled(lives.resting[scene.name]))
    assert {lives.bridge.order(each)["status"] for each in wanted} == {"FILLED"}


def test_a_session_outlives_its_bridge(lives: Lives) -> None:
    page = lives.session.get(f"{lives.bridge.url}/", timeout=PATIENCE)
    assert (page.status_code, page.url) == (200, f"{lives.bridge.url}/")


def test_no_life_says_a_secret(lives: Lives) -> None:
    assert [bridge.spoken_secrets() for bridge in lives.outputs] == [[], [], []]
