"""How a sender proves which strategy it speaks for: a token in the body or in a header, or a
signature of the body.

At `/api/webhook` and at the preview the body's own token is the proof where it has one, and the
headers count only without it, since relays put headers of their own there. At
`/api/webhook/<group_name>` whatever is presented must be right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from strategies import tokens
from strategies.routes import StrategyRoute
from webhooks import refusals, unreadable
from webhooks.grammar import NAME_LIMIT, TOKEN_LIMIT, Message
from webhooks.refusals import AlertRefused

_BEARER = "bearer"
_HEADER_LIMIT = 256
_LAST_SECOND = timedelta(seconds=1)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`written` is the time as it was sent, since just that was signed."""

    written: str
    digest: str = field(repr=False)

    @property
    def good_until(self) -> datetime:
        """From then on nobody can send it again. Only for one whose time was found to be right."""
        at = datetime.fromtimestamp(int(self.written), UTC)
        return at + tokens.SIGNATURE_WINDOW + _LAST_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What the sender claims to be, and by what it proves it: at least one of the two."""

    group_name: str
    tokens: tuple[str, ...] = field(default=(), repr=False)
    signature: Signature | None = None


def presented(message: Message, headers: Mapping[str, str], door_name: str = "") -> Presented:
    """`door_name` is the strategy that the path names, decoded. Raises AlertRefused for what is
    missing, cannot be read, or contradicts itself: nothing that depends on the strategy.
    """
    group_name = _group_name(message, door_name)
    if message.token and not door_name:
        return Presented(group_name=group_name, tokens=(message.token,))
    bearer = _bearer(headers.get("authorization", ""))
    signature = _signature(headers.get("x-signature", ""))
    shown = tuple(token for token in (message.token, bearer) if token)
    if not shown and signature is None:
        raise AlertRefused(refusals.missing_field("token"))
    return Presented(group_name=group_name, tokens=shown, signature=signature)


def is_right(claim: Presented, strategy: StrategyRoute | None, body: bytes, now: datetime) -> bool:
    """Takes as long for an unknown strategy, a wrong proof and a right one. `body` is raw."""
    known = strategy.tokens if strategy is not None else tokens.DECOY_TOKENS
    right = strategy is not None and strategy.is_active
    for token in claim.tokens:
        right &= tokens.matches(token, known, now)
    if (signature := claim.signature) is not None:
        right &= tokens.signature_matches(known, signature.written, body, signature.digest, now)
    return right


def _group_name(message: Message, door_name: str) -> str:
    name = message.group_name
    if door_name:
        if _UNSTORABLE.search(door_name):
            raise AlertRefused(unreadable.bad_address())
        if len(door_name) > NAME_LIMIT:
            raise AlertRefused(unreadable.too_long("group_name", NAME_LIMIT))
        if name not in ("", door_name):
            raise AlertRefused(refusals.other_group_name())
        return door_name
    if not name:
        raise AlertRefused(refusals.missing_field("group_name"))
    return name


def _bearer(header: str) -> str:
    """Empty where the header is absent or another scheme's, which a proxy may have put there."""
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != _BEARER:
        return ""
    token = token.strip()
    if len(token) > TOKEN_LIMIT:
        raise AlertRefused(unreadable.too_long("Authorization", TOKEN_LIMIT))
    return token


def _signature(header: str) -> Signature | None:
    """`t=<unix seconds>,v1=<hex>`; other names are for later versions."""
    if not header.strip():
        return None
    said: dict[str, str] = {}
    for part in header[:_HEADER_LIMIT].split(","):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name in said:
            raise AlertRefused(unreadable.bad_signature())
        said[name] = value
    written, digest = said.get("t", ""), said.get("v1", "")
    if not (_SECONDS.fullmatch(written) and _DIGEST.fullmatch(digest)):
        raise AlertRefused(unreadable.bad_signature())
    return Signature(written=written, digest=digest.lower())
