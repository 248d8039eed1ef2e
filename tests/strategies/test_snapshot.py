from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from math import inf

import psycopg2
import pytest
from django.db import connection

from strategies import tokens
from strategies.models import (
    Account,
    LinkRisk,
    Strategy,
    StrategyAccount,
    StrategyRisk,
)
from strategies.notifications import Listener
from strategies.routes import Routes
from strategies.sealing import seal
from strategies.snapshot import RoutesKeeper
from tests.strategies.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)

MakeKeeper = Callable[..., RoutesKeeper]


def test_the_routes_hold_all_that_an_alert_needs(world: World, keeper_of: MakeKeeper) -> None:
    token = tokens.issue(world.strategy)
    route = keeper_of().load().strategies["test1"]
    assert route.owner_id == world.owner.pk
    assert route.market_type is world.market.market_type
    assert (route.answer_within, route.max_age, route.dedupe_window) == (2.5, 60.0, 30.0)
    assert route.language is None
    assert tokens.matches(token, route.tokens, datetime.now(UTC))
    (link,) = route.links
    assert link.account.id == world.account.pk
    assert link.account.account_type is world.market.account_type
    assert link.capital == Decimal(10_000)
    assert link.is_active


def test_credentials_arrive_unsealed_and_never_show(world: World, keeper_of: MakeKeeper) -> None:
    Account.objects.update(sealed_credentials=seal({"api_secret": "hush"}))
    routes = keeper_of().load()
    assert routes.strategies["test1"].links[0].account.credentials == {"api_secret": "hush"}
    assert "hush" not in repr(routes)


def test_an_account_that_cannot_be_unsealed_stops_its_link_alone(
    world: World, keeper_of: MakeKeeper, caplog: pytest.LogCaptureFixture
) -> None:
    healthy = StrategyAccount.objects.create(
        strategy=world.strategy, account=world.mates_account, capital=1
    )
    Account.objects.filter(pk=world.account.pk).update(sealed_credentials="sealed elsewhere")
    links = keeper_of().load().strategies["test1"].links
    assert {link.id: link.is_active for link in links} == {world.link.pk: False, healthy.pk: True}
    assert "sealed elsewhere" not in caplog.text


def test_a_strategy_that_makes_no_sense_is_left_out_and_the_others_stay(
    world: World, keeper_of: MakeKeeper
) -> None:
    Strategy.objects.filter(pk=world.strategy.pk).update(market_type="MOON")
    assert set(keeper_of().load().strategies) == {"mates"}


@pytest.mark.parametrize("switched_off", [StrategyAccount, Account])
def test_a_link_is_active_only_while_it_and_its_account_are(
    world: World, keeper_of: MakeKeeper, switched_off: type[StrategyAccount] | type[Account]
) -> None:
    switched_off._default_manager.update(is_active=False)
    assert not keeper_of().load().strategies["test1"].links[0].is_active


def test_nothing_is_built_again_while_nothing_changed(world: World, keeper_of: MakeKeeper) -> None:
    keeper = keeper_of()
    before, after = keeper.load(), keeper.load()
    assert after.strategies is before.strategies
    assert after.loaded_at > before.loaded_at


def test_an_account_that_did_not_change_stays_the_same_object(
    world: World, keeper_of: MakeKeeper
) -> None:
    keeper = keeper_of()
    before = keeper.load().strategies["test1"].links[0].account
    StrategyAccount.objects.update(capital=5)
    assert keeper.load().strategies["test1"].links[0].account is before


def test_a_failed_reload_keeps_the_last_good_routes(world: World, keeper_of: MakeKeeper) -> None:
    keeper = keeper_of()
    good = keeper.load()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE strategies_strategytoken RENAME TO away")
    try:
        keeper.refresh()
        assert keeper.routes is good
        with pytest.raises(psycopg2.Error):
            keeper.load()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO strategies_strategytoken")
    keeper.refresh()
    assert keeper.routes is not good


def test_the_age_is_without_end_until_the_first_load(world: World, keeper_of: MakeKeeper) -> None:
    keeper = keeper_of()
    assert keeper.age == inf
    keeper.load()
    assert keeper.age < inf


def test_a_keeper_does_not_start_on_a_database_that_does_not_answer(
    database_url: str, keeper_of: MakeKeeper
) -> None:
    with pytest.raises(psycopg2.OperationalError):
        keeper_of(database_url + "&dbname=no_such_database").start()


def test_a_lost_connection_is_replaced_by_the_next_reload(
    world: World, keeper_of: MakeKeeper
) -> None:
    keeper = keeper_of()
    keeper.load()
    _terminate("tradingbridge-routes")
    assert set(keeper.load().strategies) == {"test1", "mates"}


def _off(world: World) -> None:
    Strategy.objects.filter(pk=world.strategy.pk).update(is_active=False)


def _off_by_save(world: World) -> None:
    world.strategy.is_active = False
    world.strategy.save()


def _off_by_sql(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE strategies_strategy SET is_active = false")


def _off_in_bulk(world: World) -> None:
    world.strategy.is_active = False
    Strategy.objects.bulk_update([world.strategy], ["is_active"])


def _is_off(routes: Routes) -> bool:
    return not routes.strategies["test1"].is_active


@pytest.mark.parametrize("switch", [_off, _off_by_save, _off_by_sql, _off_in_bulk])
def test_a_switch_off_arrives_however_it_was_written(
    world: World, keeper_of: MakeKeeper, database_url: str, switch: Callable[[World], None]
) -> None:
    keeper = keeper_of()
    listener = Listener(database_url, {"routes": keeper.refresh})
    keeper.start()
    listener.start()
    try:
        switch(world)
        assert keeper.wait_for(_is_off)
    finally:
        listener.stop()


def _token(world: World) -> None:
    tokens.issue(world.strategy)


def _capital(world: World) -> None:
    StrategyAccount.objects.update(capital=7)


def _account_name(world: World) -> None:
    Account.objects.update(is_demo=False)


def _unlink(world: World) -> None:
    world.link.delete()


def _truncate(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE strategies_strategyaccount CASCADE")


def _limit(world: World) -> None:
    StrategyRisk.objects.create(strategy=world.strategy, max_open_orders=3)


def _limit_the_link(world: World) -> None:
    LinkRisk.objects.create(link=world.link, max_open_orders=3)


def _stop_on_missed_alerts(world: World) -> None:
    Strategy.objects.update(on_missed_alert="stop_opening")


CHANGES = (
    _token,
    _capital,
    _account_name,
    _unlink,
    _truncate,
    _limit,
    _limit_the_link,
    _stop_on_missed_alerts,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_table_of_the_routes_arrives(
    world: World, keeper_of: MakeKeeper, database_url: str, change: Callable[[World], None]
) -> None:
    keeper = keeper_of()
    listener = Listener(database_url, {"routes": keeper.refresh})
    keeper.start()
    before = keeper.routes.strategies["test1"]
    listener.start()
    try:
        change(world)
        assert keeper.wait_for(lambda routes: routes.strategies["test1"] != before)
    finally:
        listener.stop()


def test_the_poll_finds_what_no_notice_told(world: World, keeper_of: MakeKeeper) -> None:
    keeper = keeper_of(poll_seconds=0.01)
    keeper.start()
    _off(world)
    assert keeper.wait_for(_is_off)


def _terminate(application_name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            [application_name],
        )
