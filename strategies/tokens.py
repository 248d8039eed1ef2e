"""A strategy's tokens: shown once, kept as keyed hashes, rotated with an overlap.

A sealed copy is kept beside the hash: a signature can only be checked with the token itself.
"""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from strategies.keyed_hash import keyed_hash
from strategies.models import Strategy, StrategyToken
from strategies.routes import TokenRoute
from strategies.sealing import seal_token

PREFIX = "tb_"
OVERLAP = timedelta(hours=24)
SIGNATURE_WINDOW = timedelta(seconds=300)
_HINT_LENGTH = 4
_COMPARISONS = 4
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")

DECOY_TOKENS = tuple(
    TokenRoute(digest=secrets.token_hex(32), expires_at=None, secret=secrets.token_hex(32))
    for _ in range(_COMPARISONS)
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
        found |= hmac.compare_digest(presented, route.digest) and _is_alive(route, now)
    return found


def signature_matches(
    routes: tuple[TokenRoute, ...],
    timestamp_text: str,
    body: bytes,
    signature_hex: str,
    now: datetime,
) -> bool:
    """Whether a living token signed `<timestamp>.<body>` by HMAC-SHA256, within the window.

    Constant time: every token is tried, and never fewer than a decoy's. A token without its
    sealed copy signs nothing.
    """
    signed = timestamp_text.encode("utf-8", "surrogatepass") + b"." + body
    presented = signature_hex.lower().encode("utf-8", "surrogatepass")
    found = False
    for route in (*routes, *DECOY_TOKENS[len(routes) :]):
        can_sign = route.secret != "" and _is_alive(route, now)
        key = route.secret or DECOY_TOKENS[0].secret
        made = hmac.digest(key.encode(), signed, hashlib.sha256).hex().encode()
        found |= hmac.compare_digest(presented, made) and can_sign
    return found and _is_timely(timestamp_text, now)


def _is_alive(route: TokenRoute, now: datetime) -> bool:
    return route.expires_at is None or now < route.expires_at


def _is_timely(timestamp_text: str, now: datetime) -> bool:
    """Unix seconds, and neither too old nor too far ahead of our clock."""
    if not _UNIX_SECONDS.fullmatch(timestamp_text):
        return False
    apart = abs(now.timestamp() - int(timestamp_text))
    return apart <= SIGNATURE_WINDOW.total_seconds()


def issue(strategy: Strategy, *, overlap: timedelta = OVERLAP, now: datetime | None = None) -> str:
    """The new token in plain, this once. Older ones live on for `overlap`; zero cuts them now."""
    now = now or datetime.now(UTC)
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        Strategy.objects.select_for_update(no_key=True).get(pk=strategy.pk)
        _retire(strategy, until=now + overlap, now=now)
        StrategyToken.objects.create(
            strategy=strategy, digest=digest(token), hint=hint(token), sealed=seal_token(token)
        )
    return token


def _retire(strategy: Strategy, *, until: datetime, now: datetime) -> None:
    """An older token's end only ever comes nearer."""
    older = StrategyToken.objects.filter(strategy=strategy)
    older.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=until)).update(expires_at=until)
    older.filter(expires_at__lte=now).delete()
