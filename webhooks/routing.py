"""Which links an instruction goes to: one dictionary by market type, no branches by venue."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType, MarketType
from strategies.routes import LinkRoute, StrategyRoute
from webhooks import denials, refusals
from webhooks.refusals import AlertRefused, Refusal

_NO_ACCOUNT = {
    AccountType.CRYPTO: refusals.no_crypto_account,
    AccountType.STOCK: refusals.no_securities_account,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    link: LinkRoute
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """The links that trade, in the order they were linked, and those that do not, with why."""

    links: tuple[LinkRoute, ...]
    skipped: tuple[Skipped, ...]


def fan_out(
    strategy: StrategyRoute,
    market_type: MarketType,
    *,
    exchange: str | None = None,
    account: str | None = None,
) -> Fanout:
    """Raises AlertRefused when nobody is left to trade."""
    if not strategy.links:
        raise AlertRefused(refusals.no_account_linked(strategy.group_name))
    chosen: list[LinkRoute] = []
    skipped: list[Skipped] = []
    for link in strategy.links:
        reason = _why_not(link, market_type) or _not_chosen(strategy, link, exchange, account)
        if reason is None:
            chosen.append(link)
        else:
            skipped.append(Skipped(link=link, reason=reason))
    if not chosen:
        raise AlertRefused(_nobody_left(strategy, market_type, exchange, account))
    return Fanout(links=tuple(chosen), skipped=tuple(skipped))


def is_chosen(
    strategy: StrategyRoute, link: LinkRoute, exchange: str | None, account: str | None
) -> bool:
    """Whether `exchange` and `account` leave this link in."""
    return _not_chosen(strategy, link, exchange, account) is None


def _why_not(link: LinkRoute, market_type: MarketType) -> Reason | None:
    if link.account.account_type is not market_type.family:
        return denials.other_family(link.account.account_type, market_type)
    if not link.is_active:
        return denials.link_switched_off()
    return None


def _not_chosen(
    strategy: StrategyRoute, link: LinkRoute, exchange: str | None, account: str | None
) -> Reason | None:
    """An account goes by its name, and by its id only when none has that name."""
    if exchange is not None and link.account.exchange.casefold() != exchange.casefold():
        return denials.not_chosen("exchange", exchange)
    if account is None:
        return None
    is_a_name = any(other.account.name == account for other in strategy.links)
    own = link.account.name if is_a_name else str(link.account.id)
    return None if own == account else denials.not_chosen("account", account)


def _nobody_left(
    strategy: StrategyRoute, market_type: MarketType, exchange: str | None, account: str | None
) -> Refusal:
    trading: Sequence[LinkRoute] = [
        link
        for link in strategy.links
        if link.is_active and link.account.account_type is market_type.family
    ]
    if trading:
        field, value = ("exchange", exchange) if exchange is not None else ("account", account)
        return refusals.no_matching_account(field, value or "")
    if any(link.account.account_type is market_type.family for link in strategy.links):
        return refusals.accounts_switched_off(strategy.group_name)
    return _NO_ACCOUNT[market_type.family]()
