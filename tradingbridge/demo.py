"""The desk that a newcomer finds: paper accounts, strategies and a login, made once.

An empty database gets them, and `demo.json` remembers the secrets that are stored as hashes only.
Delete the file and the next start makes the demo user a new password and new tokens, since nobody
knows the old ones any more; a database whose users are all real ones is never touched.
"""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

from django.contrib.auth.models import User
from django.db import transaction

from exchanges.vocabulary import MarketType
from strategies import api_tokens, tokens
from strategies.models import Account, ApiToken, Strategy, StrategyAccount, StrategyToken
from strategies.routes import TokenRoute

USERNAME = "demo"
_TOKEN_NAME = "demo.json"  # noqa: S105 - the token's label
_CAPITAL = {"crypto": Decimal(10_000), "stocks": Decimal(50_000_000)}
_STRATEGIES = (
    ("demo-crypto", MarketType.SPOT, "Paper spot", _CAPITAL["crypto"]),
    ("demo-futures", MarketType.FUTURES, "Paper futures", _CAPITAL["crypto"]),
    ("demo-stocks", MarketType.DOMESTIC_STOCK, "Paper stocks", _CAPITAL["stocks"]),
)
_ACCOUNTS_EACH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStrategy:
    group_name: str
    token: str = field(repr=False)
    market_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What `demo.json` holds. `is_new` says that this start made it."""

    url: str
    username: str
    password: str = field(repr=False)
    api_token: str = field(repr=False)
    strategies: tuple[DemoStrategy, ...]
    is_new: bool = field(default=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        written = json.loads(text)
        return cls(
            url=written["url"],
            username=written["admin"]["username"],
            password=written["admin"]["password"],
            api_token=written["api_token"],
            strategies=tuple(DemoStrategy(**strategy) for strategy in written["strategies"]),
        )

    def render(self) -> str:
        written = {
            "url": self.url,
            "admin": {"username": self.username, "password": self.password},
            "api_token": self.api_token,
            "strategies": [asdict(strategy) for strategy in self.strategies],
        }
        return json.dumps(written, indent=2) + "\n"


def make_once(file: Path, *, url: str) -> Demo | None:
    """What to show a newcomer; None on a desk that never had a demo or has left it behind."""
    known = _read(file)
    if not User.objects.exists():
        return _written(file, _make(url))
    user = User.objects.filter(username=known.username if known else USERNAME).first()
    if user is None or not user.is_active:
        return None
    if known is None:
        return _written(file, _renewed(user, url)) if _is_the_demo(user) else None
    if known.url != url:
        return _written(file, replace(known, url=url))
    return known


def what_still_works(demo: Demo) -> Demo:
    """Without the secrets that were changed since, in the admin or over REST."""
    user = User.objects.filter(username=demo.username).first()
    is_known = user is not None and user.check_password(demo.password)
    return replace(
        demo,
        password=demo.password if is_known else "",
        api_token=demo.api_token if api_tokens.user_of(demo.api_token) else "",
        strategies=tuple(each for each in demo.strategies if _is_opened_by(each)),
    )


def _is_opened_by(demo: DemoStrategy) -> bool:
    rows = StrategyToken.objects.filter(strategy__group_name=demo.group_name)
    routes = tuple(TokenRoute(digest=row.digest, expires_at=row.expires_at) for row in rows)
    return tokens.matches(demo.token, routes, datetime.now(UTC))


def _make(url: str) -> Demo:
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        user = User.objects.create_superuser(username=USERNAME, password=password)
        strategies = [_strategy(user, *row) for row in _STRATEGIES]
        return _with_secrets(user, strategies, password=password, url=url)


def _renewed(user: User, url: str) -> Demo:
    """What the old file said stops working at once. A demo strategy that was deleted stays so."""
    password = secrets.token_urlsafe(12)
    names = [name for name, *_rest in _STRATEGIES]
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        ApiToken.objects.filter(user=user, name=_TOKEN_NAME).delete()
        strategies = Strategy.objects.filter(owner=user, group_name__in=names)
        return _with_secrets(user, strategies, password=password, url=url)


def _with_secrets(user: User, strategies: Iterable[Strategy], *, password: str, url: str) -> Demo:
    return Demo(
        url=url,
        username=user.username,
        password=password,
        is_new=True,
        api_token=api_tokens.issue(user, _TOKEN_NAME),
        strategies=tuple(
            DemoStrategy(
                group_name=strategy.group_name,
                token=tokens.issue(strategy, overlap=timedelta(0)),
                market_type=strategy.market_type,
            )
            for strategy in strategies
        ),
    )


def _strategy(
    owner: User, group_name: str, market: MarketType, label: str, capital: Decimal
) -> Strategy:
    strategy = Strategy.objects.create(owner=owner, group_name=group_name, market_type=market)
    for number in range(1, _ACCOUNTS_EACH + 1):
        account = Account.objects.create(
            owner=owner,
            name=f"{label} {number}",
            account_type=market.family,
            exchange="PAPER",
            is_demo=True,
        )
        StrategyAccount.objects.create(strategy=strategy, account=account, capital=capital)
    return strategy


def _is_the_demo(user: User) -> bool:
    """Ours by what it owns, so that a person who is called demo keeps their password."""
    names = [name for name, *_rest in _STRATEGIES]
    return user.is_superuser and Strategy.objects.filter(owner=user, group_name__in=names).exists()


def _read(file: Path) -> Demo | None:
    try:
        return Demo.parse(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _written(file: Path, demo: Demo) -> Demo:
    """Aside, then moved into place; never readable by others, not even for a moment."""
    aside = file.with_name(file.name + ".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(demo.render())
    aside.replace(file)
    return demo
