"""A strategy's tokens: shown once, kept as keyed hashes, rotated with an overlap."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from strategies.keyed_hash import keyed_hash
from strategies.models import Strategy, StrategyToken
from strategies.routes import TokenRoute

PREFIX = "tb_"
OVERLAP = timedelta(hours=24)
_HINT_LENGTH = 4
_COMPARISONS = 4

DECOY_TOKENS = tuple(
    TokenRoute(digest=secrets.token_hex(32), expires_at=None) for _ in range(_COMPARISONS)
)
"""What an unknown strategy is compared with, so that refusing it takes as long as any other."""


def digest(token: str) -> str:
    return keyed_hash(token, purpose="strategy-token")


def hint(token: str) -> str:
    return token[-_HINT_LENGTH:]


def matches(token: str, routes: tuple[TokenRoute, ...], now: datetime) -> bool:
    """Constant time: every token is compared, and never fewer than a decoy's."""
    presented = digest(token)
    found = False
    for route in (*routes, *DECOY_TOKENS[len(routes) :]):
        alive = route.expires_at is None or now < route.expires_at
        found |= hmac.compare_digest(presented, route.digest) and alive
    return found


def issue(strategy: Strategy, *, overlap: timedelta = OVERLAP, now: datetime | None = None) -> str:
    """The new token in plain, this once. Older ones live on for `overlap`; zero cuts them now."""
    now = now or datetime.now(UTC)
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        Strategy.objects.select_for_update(no_key=True).get(pk=strategy.pk)
        _retire(strategy, until=now + overlap, now=now)
        StrategyToken.objects.create(strategy=strategy, digest=digest(token), hint=hint(token))
    return token


def _retire(strategy: Strategy, *, until: datetime, now: datetime) -> None:
    """An older token's end only ever comes nearer."""
    older = StrategyToken.objects.filter(strategy=strategy)
    older.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=until)).update(expires_at=until)
    older.filter(expires_at__lte=now).delete()
