"""`Authorization: Token …` for the REST API."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from strategies import api_tokens

_PARTS = 2


class ApiTokenAuthentication(BaseAuthentication):
    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """None when the header is another scheme's; a bad token of ours is refused."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        user = None
        if len(parts) == _PARTS:
            user = api_tokens.user_of(parts[1].decode("latin-1"))
        if user is None:
            raise AuthenticationFailed(_("Unknown or expired API token."))
        return user, self.keyword

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return f'{self.keyword} realm="api"'
