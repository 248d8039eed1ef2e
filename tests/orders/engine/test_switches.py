from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest

from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import OrderType, Side
from orders.drafts import OrderDraft
from orders.switches import Switches
from strategies.routes import LinkRoute, Routes, StrategyRoute
from tests.worlds import Market


@pytest.fixture
def account(market: Market) -> ExchangeAccount:
    return ExchangeAccount(
        id=5, name="A1", account_type=market.account_type, exchange="SCRIPTED", is_demo=True
    )


@pytest.fixture
def strategy(market: Market, account: ExchangeAccount) -> StrategyRoute:
    on = LinkRoute(
        id=1,
        account=account,
        owner_id=1,
        capital=Decimal(1),
        leverage=Decimal(1),
        is_active=True,
    )
    return StrategyRoute(
        id=3,
        owner_id=1,
        group_name="test1",
        market_type=market.market_type,
        is_active=True,
        language=None,
        answer_within=2.5,
        max_age=60,
        dedupe_window=30,
        outside_hours="refuse",
        tokens=(),
        links=(on,),
    )


@pytest.fixture
def draft(market: Market, account: ExchangeAccount) -> OrderDraft:
    return OrderDraft(
        account=account,
        owner_id=1,
        strategy_id=3,
        group_name="test1",
        receipt="1",
        instruction=0,
        client_order_id="a",
        market_type=market.market_type,
        symbol=market.symbol,
        side=Side.BUY,
        order_type=OrderType.MARKET,
        quantity=market.lot,
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )


def _routes(*strategies: StrategyRoute) -> Routes:
    by_name: Mapping[str, StrategyRoute] = {each.group_name: each for each in strategies}
    return Routes(loaded_at=datetime.now(UTC), strategies=MappingProxyType(by_name))


def test_an_order_of_an_active_link_may_be_sent(strategy: StrategyRoute, draft: OrderDraft) -> None:
    assert Switches(lambda: _routes(strategy)).may_send(draft) is None


def test_an_order_of_a_switched_off_strategy_may_not(
    strategy: StrategyRoute, draft: OrderDraft
) -> None:
    off = replace(strategy, is_active=False)
    reason = Switches(lambda: _routes(off)).may_send(draft)
    assert reason is not None
    assert reason.code == "account_switched_off"


def test_an_order_of_a_switched_off_link_may_not(
    strategy: StrategyRoute, draft: OrderDraft
) -> None:
    off = replace(strategy, links=(replace(strategy.links[0], is_active=False),))
    assert Switches(lambda: _routes(off)).may_send(draft) is not None


def test_an_order_of_an_account_that_is_linked_to_another_strategy_only_may_not(
    strategy: StrategyRoute, draft: OrderDraft
) -> None:
    other = replace(strategy, id=4, group_name="test2")
    assert Switches(lambda: _routes(other)).may_send(draft) is not None


def test_a_switch_off_holds_for_the_very_next_order(
    strategy: StrategyRoute, draft: OrderDraft
) -> None:
    routes = [_routes(strategy)]
    switches = Switches(lambda: routes[-1])
    assert switches.may_send(draft) is None
    routes.append(_routes(replace(strategy, is_active=False)))
    assert switches.may_send(draft) is not None
