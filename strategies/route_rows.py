"""From the tables' rows to frozen routes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import psycopg2.extensions
import structlog

from exchanges.errors import Language
from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType, MarketType
from strategies.risk_rows import LINK_RISKS, STRATEGY_RISKS, limits_of
from strategies.routes import LinkRoute, RiskLimits, Routes, StrategyRoute, TokenRoute
from strategies.sealing import Unsealable, unseal, unseal_token

log = structlog.get_logger(__name__)

Row = tuple[Any, ...]

_STRATEGIES = """
SELECT id, owner_id, group_name, market_type, is_active, language, answer_within::float8,
       max_age::float8, dedupe_window::float8, outside_hours, on_missed_alert
FROM strategies_strategy ORDER BY id
"""
_TOKENS = """
SELECT id, strategy_id, digest, expires_at, sealed FROM strategies_strategytoken ORDER BY id
"""
_ACCOUNTS = """
SELECT id, owner_id, name, account_type, exchange, is_demo, is_active, base_url, sealed_credentials
FROM strategies_account WHERE id IN (SELECT account_id FROM strategies_strategyaccount) ORDER BY id
"""
_LINKS = """
SELECT id, strategy_id, account_id, capital, leverage, is_active
FROM strategies_strategyaccount ORDER BY id
"""
_LANGUAGES: Mapping[str, Language | None] = {"": None, "ko": "ko", "en": "en"}
_STOPS_ON_MISSED_ALERT = {"tell": False, "stop_opening": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRows:
    """Equal rows make equal routes, so nothing is built again when nothing changed."""

    strategies: Sequence[Row]
    tokens: Sequence[Row]
    accounts: Sequence[Row]
    links: Sequence[Row]
    strategy_risks: Sequence[Row]
    link_risks: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class _AccountRoute:
    account: ExchangeAccount
    owner_id: int
    is_active: bool


def read_rows(cursor: psycopg2.extensions.cursor) -> RouteRows:
    """Six queries, to be run in one snapshot of the database."""

    def rows(query: str) -> Sequence[Row]:
        cursor.execute(query)
        return cursor.fetchall()

    return RouteRows(
        strategies=rows(_STRATEGIES),
        tokens=rows(_TOKENS),
        accounts=rows(_ACCOUNTS),
        links=rows(_LINKS),
        strategy_risks=rows(STRATEGY_RISKS),
        link_risks=rows(LINK_RISKS),
    )


class RoutesBuilder:
    """Builds routes; an account or a token whose row did not change stays the same object.

    A row that makes no sense is left out and logged: it must not hold back a switch-off elsewhere.
    """

    def __init__(self) -> None:
        self._accounts: dict[int, tuple[Row, _AccountRoute]] = {}
        self._tokens: dict[int, tuple[Row, TokenRoute]] = {}

    def build(self, rows: RouteRows, *, loaded_at: datetime) -> Routes:
        accounts = self._accounts_by_id(rows.accounts)
        links = _links_by_strategy(rows.links, accounts, _rows_by_owner(rows.link_risks))
        tokens = self._tokens_by_strategy(rows.tokens)
        risks = _rows_by_owner(rows.strategy_risks)
        routes = {}
        for row in rows.strategies:
            try:
                routes[row[2]] = _strategy(
                    row, tuple(tokens[row[0]]), tuple(links[row[0]]), _limits(risks.get(row[0]))
                )
            except (ValueError, KeyError) as error:
                log.error("strategy_left_out", strategy=row[2], reason=str(error))  # noqa: TRY400
        return Routes(loaded_at=loaded_at, strategies=MappingProxyType(routes))

    def _accounts_by_id(self, rows: Sequence[Row]) -> dict[int, _AccountRoute]:
        known: dict[int, tuple[Row, _AccountRoute]] = {}
        for row in rows:
            before = self._accounts.get(row[0])
            if before is not None and before[0] == row:
                known[row[0]] = before
                continue
            try:
                known[row[0]] = (row, _account(row))
            except ValueError as error:
                log.error("account_left_out", account=row[0], reason=str(error))  # noqa: TRY400
        self._accounts = known
        return {account_id: route for account_id, (_, route) in known.items()}

    def _tokens_by_strategy(self, rows: Sequence[Row]) -> defaultdict[int, list[TokenRoute]]:
        known: dict[int, tuple[Row, TokenRoute]] = {}
        tokens = defaultdict(list)
        for row in rows:
            before = self._tokens.get(row[0])
            same = before is not None and before[0] == row
            known[row[0]] = before if before is not None and same else (row, _token(row))
            tokens[row[1]].append(known[row[0]][1])
        self._tokens = known
        return tokens


def _account(row: Row) -> _AccountRoute:
    account_id, owner_id, name, account_type, exchange, is_demo, is_active, base_url, sealed = row
    try:
        credentials = unseal(sealed)
    except Unsealable as error:
        log.error("account_not_unsealed", account=account_id, reason=str(error))  # noqa: TRY400
        credentials, is_active = {}, False
    account = ExchangeAccount(
        id=account_id,
        name=name,
        account_type=AccountType(account_type),
        exchange=exchange,
        is_demo=is_demo,
        base_url=base_url,
        credentials=MappingProxyType(credentials),
    )
    return _AccountRoute(account=account, owner_id=owner_id, is_active=is_active)


def _rows_by_owner(rows: Sequence[Row]) -> dict[int, Row]:
    return {row[0]: row[1:] for row in rows}


def _limits(row: Row | None) -> RiskLimits | None:
    return None if row is None else limits_of(row)


def _links_by_strategy(
    rows: Sequence[Row], accounts: Mapping[int, _AccountRoute], risks: Mapping[int, Row]
) -> defaultdict[int, list[LinkRoute]]:
    """A link whose limits make no sense is switched off: it must not trade without them."""
    links = defaultdict(list)
    for link_id, strategy_id, account_id, capital, leverage, is_active in rows:
        route = accounts.get(account_id)
        if route is None:
            continue
        risk, is_sane = None, True
        try:
            risk = _limits(risks.get(link_id))
        except ValueError as error:
            log.error("link_switched_off", link=link_id, reason=str(error))  # noqa: TRY400
            is_sane = False
        links[strategy_id].append(
            LinkRoute(
                id=link_id,
                account=route.account,
                owner_id=route.owner_id,
                capital=capital,
                leverage=leverage,
                is_active=is_active and route.is_active and is_sane,
                risk=risk,
            )
        )
    return links


def _token(row: Row) -> TokenRoute:
    """Without its sealed copy, or one that opens, a token can still be presented."""
    row_id, strategy_id, digest, expires_at, sealed = row
    try:
        secret = unseal_token(sealed)
    except Unsealable as error:
        reason = str(error)
        log.error("token_not_unsealed", strategy=strategy_id, row=row_id, reason=reason)  # noqa: TRY400
        secret = ""
    return TokenRoute(digest=digest, expires_at=expires_at, secret=secret)


def _strategy(
    row: Row,
    tokens: tuple[TokenRoute, ...],
    links: tuple[LinkRoute, ...],
    risk: RiskLimits | None,
) -> StrategyRoute:
    (strategy_id, owner_id, group_name, market_type, is_active, language) = row[:6]
    answer_within, max_age, dedupe_window, outside_hours, on_missed_alert = row[6:]
    return StrategyRoute(
        id=strategy_id,
        owner_id=owner_id,
        group_name=group_name,
        market_type=MarketType(market_type),
        is_active=is_active,
        language=_LANGUAGES[language],
        answer_within=answer_within,
        max_age=max_age,
        dedupe_window=dedupe_window,
        outside_hours=outside_hours,
        tokens=tokens,
        links=links,
        stops_on_missed_alert=_STOPS_ON_MISSED_ALERT[on_missed_alert],
        risk=risk,
    )
