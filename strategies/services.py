"""Strategies and their links: what may be written, by whom it was checked, in one place."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from strategies import refusals, tokens
from strategies.models import Account, LinkRisk, Strategy, StrategyAccount, StrategyRisk

RESERVED_NAMES = frozenset({"preview"})
"""Paths under the webhook's address that are not strategies."""


def checked_group_name(group_name: str) -> str:
    """It stands in an address and in a log line."""
    name = group_name.strip()
    if not name or "/" in name or not name.isprintable() or name.lower() in RESERVED_NAMES:
        raise refusals.bad_group_name()
    return name


def create_strategy(
    *, owner: User, group_name: str, risk: Mapping[str, Any] | None = None, **settings: Any
) -> tuple[Strategy, str]:
    """The strategy, and its token in plain, this once."""
    strategy = Strategy(owner=owner, group_name=checked_group_name(group_name), **settings)
    with transaction.atomic():
        _saved(strategy)
        _limit_strategy(strategy, risk)
        return strategy, tokens.issue(strategy)


def edit_strategy(*, strategy: Strategy, changes: Mapping[str, Any]) -> Strategy:
    """`risk`, when given, replaces all of the limits; None removes them."""
    for field, value in changes.items():
        if field != "risk":
            setattr(strategy, field, checked_group_name(value) if field == "group_name" else value)
    with transaction.atomic():
        _saved(strategy)
        if "risk" in changes:
            _limit_strategy(strategy, changes["risk"])
    return strategy


def rotate_token(*, strategy: Strategy, overlap: timedelta = tokens.OVERLAP) -> str:
    """The new token in plain, this once; the old ones live on for `overlap`."""
    return tokens.issue(strategy, overlap=overlap)


def create_link(
    *, strategy: Strategy, account: Account, risk: Mapping[str, Any] | None = None, **terms: Any
) -> StrategyAccount:
    if account.owner_id != strategy.owner_id:
        raise refusals.not_your_account()
    with transaction.atomic():
        link = _saved_link(StrategyAccount(strategy=strategy, account=account, **terms))
        _limit_link(link, risk)
    return link


def edit_link(*, link: StrategyAccount, changes: Mapping[str, Any]) -> StrategyAccount:
    """A link stays with its account: to move it, delete it and make another.

    `risk`, when given, replaces all of the limits; None removes them.
    """
    if "account" in changes and changes["account"] != link.account:
        raise refusals.fixed("account")
    for field, value in changes.items():
        if field != "risk":
            setattr(link, field, value)
    with transaction.atomic():
        _saved_link(link)
        if "risk" in changes:
            _limit_link(link, changes["risk"])
    return link


def _limit_strategy(strategy: Strategy, terms: Mapping[str, Any] | None) -> None:
    if terms is None:
        StrategyRisk.objects.filter(strategy=strategy).delete()
    else:
        StrategyRisk.objects.update_or_create(strategy=strategy, defaults=terms)
    strategy.refresh_from_db()


def _limit_link(link: StrategyAccount, terms: Mapping[str, Any] | None) -> None:
    if terms is None:
        LinkRisk.objects.filter(link=link).delete()
    else:
        LinkRisk.objects.update_or_create(link=link, defaults=terms)
    link.refresh_from_db()


def _saved(strategy: Strategy) -> Strategy:
    try:
        with transaction.atomic():
            strategy.save()
    except IntegrityError as error:
        if "one_strategy_per_group_name" in str(error):
            raise refusals.group_name_taken(strategy.group_name) from None
        raise
    return strategy


def _saved_link(link: StrategyAccount) -> StrategyAccount:
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as error:
        if "one_link_per_strategy_and_account" in str(error):
            raise refusals.already_linked() from None
        raise
    return link
