"""Users' keys to the REST API and the event streams."""

import secrets
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from strategies.keyed_hash import keyed_hash
from strategies.models import ApiToken

PREFIX = "tbu_"
LONGEST_DAYS = 3_650
_HINT_LENGTH = 4


def digest(token: str) -> str:
    return keyed_hash(token, purpose="api-token")


def stamp(row: ApiToken) -> str:
    """Gives an unsaved row its token, and answers it in plain, this once."""
    token = PREFIX + secrets.token_urlsafe(32)
    row.digest, row.hint = digest(token), token[-_HINT_LENGTH:]
    return token


def issue(
    user: User, name: str, *, lifetime: timedelta | None = None, now: datetime | None = None
) -> str:
    """The token in plain, this once. Without a lifetime it does not expire."""
    now = now or datetime.now(UTC)
    row = ApiToken(user=user, name=name, expires_at=None if lifetime is None else now + lifetime)
    token = stamp(row)
    row.save()
    return token


def user_of(token: str, *, now: datetime | None = None) -> User | None:
    """None for an unknown or expired token and for a user who was switched off."""
    now = now or datetime.now(UTC)
    row = ApiToken.objects.select_related("user").filter(digest=digest(token)).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return row.user if row.user.is_active else None
