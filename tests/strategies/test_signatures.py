import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strategies import tokens
from strategies.models import Strategy, StrategyToken
from strategies.routes import TokenRoute
from strategies.sealing import unseal_token
from tests.strategies.conftest import World

NOW = datetime(2026, 11, 22, 9, 0, 0, 500_000, tzinfo=UTC)
DAY = timedelta(hours=24)
BODY = '{"symbol": "삼성전자"}'.encode()
T = str(int(NOW.timestamp()))


def routes_of(strategy: Strategy) -> tuple[TokenRoute, ...]:
    return tuple(
        TokenRoute(digest=row.digest, expires_at=row.expires_at, secret=unseal_token(row.sealed))
        for row in strategy.tokens.all()
    )


def signed(token: str, *, t: str = T, body: bytes = BODY) -> str:
    return hmac.new(token.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()


def matches(strategy: Strategy, signature: str, **changes: Any) -> bool:
    asked: dict[str, Any] = {"timestamp_text": T, "body": BODY, "now": NOW} | changes
    return tokens.signature_matches(routes_of(strategy), signature_hex=signature, **asked)


def test_the_token_signs_for_its_strategy(world: World) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    assert matches(world.strategy, signed(token))
    assert matches(world.strategy, signed(token).upper())


def test_a_token_signs_for_no_other_strategy(world: World) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    tokens.issue(world.mates_strategy, now=NOW)
    assert not matches(world.mates_strategy, signed(token))


def test_another_body_or_another_time_breaks_a_signature(world: World) -> None:
    signature = signed(tokens.issue(world.strategy, now=NOW))
    assert not matches(world.strategy, signature, body=BODY + b" ")
    assert not matches(world.strategy, signature, timestamp_text=str(int(T) + 1))


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-300, True), (300, True), (-301, False), (301, False)]
)
def test_a_signature_holds_within_five_minutes_of_our_clock(
    world: World, seconds: int, *, expected: bool
) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    now = NOW.replace(microsecond=0)
    t = str(int(now.timestamp()) + seconds)
    assert matches(world.strategy, signed(token, t=t), timestamp_text=t, now=now) is expected


@pytest.mark.parametrize(
    "written", ["", " ", "-1", "+{t}", "{t}.0", " {t}", "{t}\n", "1" * 5_000, "１７６３", "\ud800"]
)
def test_a_time_that_is_no_count_of_seconds_is_signed_in_vain(world: World, written: str) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    t = written.format(t=T)
    message = t.encode("utf-8", "surrogatepass") + b"." + BODY
    signature = hmac.new(token.encode(), message, hashlib.sha256).hexdigest()
    assert not matches(world.strategy, signature, timestamp_text=t)


@pytest.mark.parametrize("signature", ["", "0" * 64, "서명", "\ud800", "x" * 65_536])
def test_no_text_passes_for_a_signature(world: World, signature: str) -> None:
    tokens.issue(world.strategy, now=NOW)
    assert not matches(world.strategy, signature)
    assert not tokens.signature_matches((), T, BODY, signature, NOW)
    assert not tokens.signature_matches(tokens.DECOY_TOKENS, T, BODY, signature, NOW)


def test_after_a_rotation_both_tokens_sign_until_the_overlap_ends(world: World) -> None:
    old = tokens.issue(world.strategy, now=NOW)
    new = tokens.issue(world.strategy, overlap=timedelta(seconds=60), now=NOW)
    before, after = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)
    assert matches(world.strategy, signed(old), now=before)
    assert not matches(world.strategy, signed(old), now=after)
    assert matches(world.strategy, signed(new), now=after)


def test_an_overlap_of_zero_ends_the_old_tokens_signatures(world: World) -> None:
    old = tokens.issue(world.strategy, now=NOW)
    tokens.issue(world.strategy, overlap=timedelta(0), now=NOW)
    assert not matches(world.strategy, signed(old))


def test_a_token_of_which_no_copy_was_kept_signs_nothing_until_it_is_rotated(world: World) -> None:
    old = tokens.issue(world.strategy, now=NOW)
    StrategyToken.objects.update(sealed="")
    assert tokens.matches(old, routes_of(world.strategy), NOW)
    assert not matches(world.strategy, signed(old))
    assert not matches(world.strategy, signed(""))
    new = tokens.issue(world.strategy, now=NOW)
    assert matches(world.strategy, signed(new))


def test_a_route_never_shows_its_token(world: World) -> None:
    token = tokens.issue(world.strategy, now=NOW)
    (route,) = routes_of(world.strategy)
    assert route.secret == token
    assert token not in repr(route)
