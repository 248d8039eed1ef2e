"""`Authorization: Bearer …` with a strategy's own token, for the receipts of its own alerts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from strategies import tokens
from strategies.models import Strategy, StrategyToken

_PARTS = 2


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who has a strategy's token reads of that strategy what its owner may read."""

    strategy: Strategy
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def owner(self) -> User:
        return self.strategy.owner


class StrategyTokenAuthentication(BaseAuthentication):
    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Bearer, str] | None:
        """None when the header is another scheme's; a token that is nobody's is refused."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        bearer = _bearer_of(parts[1].decode("latin-1")) if len(parts) == _PARTS else None
        if bearer is None:
            raise AuthenticationFailed(_("Unknown or expired API token."))
        return bearer, self.keyword

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return f'{self.keyword} realm="api"'


class StrategyTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = StrategyTokenAuthentication
    name = "strategyToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer <the strategy's token>`",
        }


def _bearer_of(token: str) -> Bearer | None:
    """By its keyed hash, so that nothing can be learnt from how long it takes."""
    living = Q(expires_at__isnull=True) | Q(expires_at__gt=datetime.now(UTC))
    found = StrategyToken.objects.filter(living, digest=tokens.digest(token))
    row = found.select_related("strategy__owner").first()
    return Bearer(row.strategy) if row is not None and row.strategy.owner.is_active else None
