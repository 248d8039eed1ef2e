"""Whatever the venue does, in whatever order: no order twice, and an outcome for each."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from exchanges.vocabulary import OrderType, Side
from orders.flights import Flight
from orders.lanes import Turns
from orders.models import Order
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge, alert_for
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedVenue

_ACTS = st.sampled_from(
    [
        Act.REST,
        Act.FILL,
        Act.PARTIAL,
        Act.REFUSE,
        Act.LIMIT_RATE,
        Act.NOT_OFFERED,
        Act.TIME_OUT,
        Act.VANISH,
        Act.BREAK,
        Act.HANG,
        Act.HANG_AFTER_ACCEPT,
    ]
)
_UNDECIDED = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})
_SETTLED = frozenset(OrderStatus) - _UNDECIDED - {OrderStatus.UNKNOWN, OrderStatus.CANCELLING}


class Bridged(RuleBasedStateMachine):
    """Orders, cancels, faults, fills and restarts, against one desk with two accounts."""

    desk: Desk
    venue: ScriptedVenue

    def __init__(self) -> None:
        super().__init__()
        self.venue.reset()
        self.flights: list[Flight] = []
        self.turns: list[Turns] = []
        self.first_order = (Order.objects.order_by("-id").values_list("id", flat=True)[:1] or [0])[
            0
        ]
        self.bridge = RunningBridge(test_dsn()).start()

    @rule(
        acts=st.lists(_ACTS, max_size=3),
        count=st.integers(1, 3),
        account=st.integers(0, 1),
        symbol=st.sampled_from(["S1", "S2"]),
        reduces=st.booleans(),
    )
    def alert(self, acts: list[Act], count: int, account: int, symbol: str, reduces: bool) -> None:
        self.venue.next(*acts)
        orders = self.desk.batch(
            count,
            self.desk.accounts[account],
            symbol=symbol,
            order_type=OrderType.LIMIT,
            side=Side.SELL if reduces else Side.BUY,
            reduce_only=reduces,
            expires_at=self.bridge.time.now() + timedelta(seconds=60),
        )
        self.flights.extend(self.bridge.launch(*orders).flights)

    @rule(acts=st.lists(_ACTS, max_size=2), account=st.integers(0, 1))
    def a_flip(self, acts: list[Act], account: int) -> None:
        """The first leg may be trimmed, and the second depends on it."""
        self.venue.next(*acts)
        closing, opening = self.desk.batch(
            2,
            self.desk.accounts[account],
            symbol="S1",
            side=Side.SELL,
            expires_at=self.bridge.time.now() + timedelta(seconds=60),
        )
        closing = replace(closing, is_exit=True, reduce_only=True)
        opening = replace(opening, behind=closing.client_order_id)
        self.flights.extend(self.bridge.launch(closing, opening).flights)

    @rule(act=_ACTS, account=st.integers(0, 1), count=st.integers(1, 2))
    def an_alert_cancels_first(self, act: Act, account: int, count: int) -> None:
        account_id = self.desk.accounts[account].pk
        doomed = [f.order_id for f in self.flights if f.key[0] == account_id][-3:]
        if doomed and act not in {Act.HANG, Act.HANG_AFTER_ACCEPT}:
            self.venue.next_cancel(act)
        orders = self.desk.batch(count, self.desk.accounts[account], symbol="S1")
        execution = self.bridge.runtime.engine.execute(
            alert_for(orders), orders, None, {account_id: doomed}, "alert"
        )
        self.flights.extend(self.bridge.call(execution).flights)

    @rule(accounts=st.sets(st.integers(0, 1)))
    def an_alert_is_planned(self, accounts: set[int]) -> None:
        self.turns.append(self.bridge.call(self._queue(accounts)))

    @rule(pick=st.integers(0, 20))
    def a_plan_comes_to_nothing(self, pick: int) -> None:
        if self.turns:
            self.bridge.call(_given_up(self.turns.pop(pick % len(self.turns))))

    @rule(pick=st.integers(0, 20), account=st.integers(0, 1), count=st.integers(1, 2))
    def a_plan_is_carried_out(self, pick: int, account: int, count: int) -> None:
        if self.turns:
            turns = self.turns.pop(pick % len(self.turns))
            orders = self.desk.batch(count, self.desk.accounts[account])
            execution = self.bridge.runtime.engine.execute(alert_for(orders), orders, turns)
            self.flights.extend(self.bridge.call(execution).flights)

    @rule(act=_ACTS, pick=st.integers(0, 20))
    def cancel(self, act: Act, pick: int) -> None:
        resting = [flight for flight in self.flights if flight.status is OrderStatus.NEW]
        if resting:
            if act not in {Act.HANG, Act.HANG_AFTER_ACCEPT}:
                self.venue.next_cancel(act)
            self.bridge.cancel(resting[pick % len(resting)].order_id)

    @rule(pick=st.integers(0, 20))
    def fill(self, pick: int) -> None:
        if arrived := [a for a in self.venue.book if self._stands(a.request.client_order_id)]:
            self.venue.fill(arrived[pick % len(arrived)].request.client_order_id)

    @rule(acts=st.lists(st.sampled_from([Act.FAIL_TO_READ, Act.BREAK]), max_size=3))
    def reads_fail(self, acts: list[Act]) -> None:
        self.venue.next_fetch(*acts)

    @rule(seconds=st.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self.bridge.time.advance(seconds)

    @rule()
    def the_venue_goes_on(self) -> None:
        self.venue.release()

    @rule()
    def the_bridge_is_killed_and_started(self) -> None:
        time = self.bridge.time
        self.bridge.kill()
        self.flights.clear()
        self.turns.clear()
        self.venue.release()
        self.bridge = RunningBridge(test_dsn(), time).start()

    @invariant()
    def no_order_reached_the_venue_twice(self) -> None:
        arrived = [arrival.request.client_order_id for arrival in self.venue.book]
        assert len(arrived) == len(set(arrived))

    def teardown(self) -> None:
        try:
            self.venue.calm()
            for turns in self.turns:
                self.bridge.call(_given_up(turns))
            self.bridge.wait_until(self._all_settled, step=1)
            self.bridge.wait_until(lambda: self.bridge.runtime.engine.is_idle)
            self.no_order_reached_the_venue_twice()
            self._ledger_tells_what_the_venue_holds()
        finally:
            self.venue.release()
            self.bridge.stop()

    async def _queue(self, accounts: set[int]) -> Turns:
        ids = [self.desk.accounts[account].pk for account in sorted(accounts)]
        return self.bridge.runtime.engine.queue(ids)

    def _stands(self, client_order_id: str) -> bool:
        return self.venue.holds(client_order_id) and not self.venue.is_filled(client_order_id)

    def _all_settled(self) -> bool:
        self.venue.release()
        statuses = Order.objects.filter(id__gt=self.first_order).values_list("status", flat=True)
        return all(status in _SETTLED for status in statuses)

    def _ledger_tells_what_the_venue_holds(self) -> None:
        for order in Order.objects.filter(id__gt=self.first_order):
            if self.venue.holds(order.client_order_id):
                assert order.status not in {"FAILED", "REJECTED", "EXPIRED"}, order
                self.bridge.wait_until(lambda order=order: self._agrees(order), step=1)  # type: ignore[misc]
            else:
                assert order.status in {"REJECTED", "FAILED", "EXPIRED", "CANCELLED"}, order

    def _agrees(self, order: Order) -> bool:
        order.refresh_from_db()
        return bool(order.filled_quantity == self.venue.filled(order.client_order_id))


async def _given_up(turns: Turns) -> None:
    with turns:
        pass


@pytest.fixture
def _two_accounts(desk: Desk, venue: ScriptedVenue) -> None:
    desk.open_account("A2")
    Bridged.desk, Bridged.venue = desk, venue


@pytest.mark.usefixtures("_two_accounts")
def test_no_order_goes_out_twice_and_every_order_gets_its_outcome() -> None:
    run_state_machine_as_test(
        Bridged,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],  # a failure is told at once; shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
