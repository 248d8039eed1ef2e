from datetime import UTC, datetime, timedelta

import pytest

from strategies import tokens
from strategies.models import Strategy
from strategies.routes import TokenRoute
from tests.strategies.conftest import World

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def routes_of(strategy: Strategy) -> tuple[TokenRoute, ...]:
    return tuple(
        TokenRoute(digest=row.digest, expires_at=row.expires_at) for row in strategy.tokens.all()
    )


def test_a_new_token_opens_its_strategy(world: World) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    assert token.startswith("tb_")
    assert len(token) >= 35
    assert tokens.matches(token, routes_of(world.strategy), NOW)


def test_a_token_opens_no_other_strategy(world: World) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    tokens.issue(world.mates_strategy, now=NOW)
    assert not tokens.matches(token, routes_of(world.mates_strategy), NOW)


def test_only_a_keyed_hash_and_a_hint_are_stored(world: World) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    row = world.strategy.tokens.get()
    assert row.hint == token[-4:]
    assert token not in repr(vars(row))


def test_after_a_rotation_both_tokens_open_until_the_overlap_ends(world: World) -> None:
    old = tokens.issue(world.strategy, now=NOW)
    new = tokens.issue(world.strategy, overlap=DAY, now=NOW)
    routes = routes_of(world.strategy)
    assert tokens.matches(old, routes, NOW + DAY - timedelta(seconds=1))
    assert not tokens.matches(old, routes, NOW + DAY)
    assert tokens.matches(new, routes, NOW + DAY)


def test_an_overlap_of_zero_cuts_the_old_token_at_once(world: World) -> None:
    old = tokens.issue(world.strategy, now=NOW)
    new = tokens.issue(world.strategy, overlap=timedelta(0), now=NOW)
    assert not tokens.matches(old, routes_of(world.strategy), NOW)
    assert tokens.matches(new, routes_of(world.strategy), NOW)


def test_another_rotation_never_lengthens_an_older_tokens_life(world: World) -> None:
    first = tokens.issue(world.strategy, now=NOW)
    tokens.issue(world.strategy, overlap=timedelta(hours=1), now=NOW)
    tokens.issue(world.strategy, overlap=DAY, now=NOW)
    assert not tokens.matches(first, routes_of(world.strategy), NOW + timedelta(hours=1))


def test_one_strategys_rotation_leaves_anothers_token_alone(world: World) -> None:
    mates = tokens.issue(world.mates_strategy, now=NOW)
    tokens.issue(world.strategy, overlap=timedelta(0), now=NOW)
    assert tokens.matches(mates, routes_of(world.mates_strategy), NOW + DAY * 365)


@pytest.mark.parametrize("presented", ["", "tb_", "x" * 65_536, "토큰", "\ud800"])
def test_no_text_opens_a_decoy_or_a_strategy_without_tokens(presented: str) -> None:
    assert not tokens.matches(presented, tokens.DECOY_TOKENS, NOW)
    assert not tokens.matches(presented, (), NOW)


def test_a_route_never_shows_its_digest() -> None:
    route = tokens.DECOY_TOKENS[0]
    assert route.digest not in repr(route)
