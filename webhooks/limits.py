"""Risk limits held against an alert: what they must be told is fetched only where they are set."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType
from orders.exposure import Exposure
from orders.positions import total
from strategies import risk
from strategies.risk import Intent, RateLimiter
from strategies.routes import LinkRoute, RiskLimits, StrategyRoute
from webhooks import denials, refusals
from webhooks.drafting import Opening
from webhooks.plans import Routed
from webhooks.refusals import Refusal
from webhooks.surveys import Traded
from webhooks.tasks import Task

_DIGITS = 60
_HUNDRED = Decimal(100)
_MOVED = Decimal("1.05")
_rates = RateLimiter()


@dataclass(slots=True, kw_only=True)
class Rate:
    """Of one alert, which counts once, and only when something of it opens. `counts` is False for
    a preview.
    """

    strategy: StrategyRoute
    counts: bool = True
    refusal: Refusal | None = None
    _is_asked: bool = False
    _is_counted: bool = False

    def denial(self) -> Reason | None:
        """Why nothing may be opened: there were too many alerts within a minute."""
        if not self._is_asked:
            self._is_asked = True
            self._ask()
        return None if self.refusal is None else self.refusal.reason

    def give_back(self) -> None:
        """The alert was not kept, or had been here before."""
        if self._is_counted:
            self._is_counted = False
            _rates.give_back(self.strategy.id)

    def _ask(self) -> None:
        limits = self.strategy.risk
        limit = limits.max_alerts_per_minute if limits is not None else None
        ask = _rates.admit if self.counts else _rates.wait
        wait = ask(self.strategy.id, limit)
        if wait is None:
            self._is_counted = self.counts and limit is not None
            return
        seconds = math.ceil(wait)
        self.refusal = refusals.rate_limited(denials.rate_limited(limit or 0, seconds), seconds)


class Limits:
    """Of one alert: each order that is let through counts for those behind it."""

    def __init__(self, task: Task, rate: Rate, stopped: Reason | None) -> None:
        self._task = task
        self._strategy = task.strategy
        self._now = task.arrival.received_at
        self._rate = rate
        self._stopped = stopped
        self._stakes: Mapping[datetime, Exposure] = {}
        self._opened: dict[int, set[Traded]] = defaultdict(set)
        self._orders: dict[int, int] = defaultdict(int)

    async def look(self, routed: Sequence[Routed]) -> None:
        """At what is at stake since the day began where each is. Raises JournalUnavailable."""
        links = {link.id: link for each in routed for link in each.links}
        days = {
            risk.day_start(limits, self._now)
            for limits in (self._strategy.risk, *(link.risk for link in links.values()))
            if limits is not None and risk.EXPOSURE in risk.needs((limits,))
        }
        journal = self._task.runtime.journal
        self._stakes = {day: await journal.exposure(self._strategy.id, day) for day in days}

    def may_open(self, opening: Opening) -> Reason | None:
        """Why not; None: it may be opened."""
        denial = self._stopped
        for limits, is_link in ((self._strategy.risk, False), (opening.link.risk, True)):
            if denial is None and limits is not None:
                intent = self._intent(opening, limits, is_link=is_link)
                denial = risk.check_order((limits,), intent)
        if denial is None:  # last, so that what another limit denies costs nothing of the rate
            denial = self._rate.denial()
        if denial is None:
            account_id, wanted = opening.link.account.id, opening.instruction
            self._opened[account_id].add((wanted.market_type, wanted.symbol))
            self._orders[account_id] += 1
        return denial

    def _intent(self, opening: Opening, limits: RiskLimits, *, is_link: bool) -> Intent:
        wanted = opening.instruction
        market = (wanted.market_type, wanted.symbol)
        exposure = self._stakes.get(risk.day_start(limits, self._now))
        counts: tuple[int | None, int | None, Decimal | None] = (None, None, None)
        is_new = True
        if exposure is not None:
            own = opening.link.account.id
            everybody = {*exposure.accounts, *self._orders, own}
            counts = self._counts(exposure, {own} if is_link else everybody, market)
            is_new = market not in exposure.of(own).positions | self._opened[own]
        positions, orders, realized = counts
        return Intent(
            symbol=wanted.symbol,
            side=opening.leg.side,
            market_type=wanted.market_type,
            qty_per=_qty_per(opening),
            notional=opening.worth,
            price=wanted.known_price,
            venue_price=opening.terms.price,
            open_positions=positions,
            open_orders=orders,
            opens_new_position=is_new,
            realized_today=realized,
            now=self._now,
        )

    def _counts(
        self, exposure: Exposure, account_ids: Collection[int], market: Traded
    ) -> tuple[int, int, Decimal]:
        at_stake = [(account_id, exposure.of(account_id)) for account_id in account_ids]
        return (
            sum(len(each.positions | self._opened[account_id]) for account_id, each in at_stake),
            sum(each.open_orders + self._orders[account_id] for account_id, each in at_stake),
            total(each.realized_pnl(*market) for _, each in at_stake),
        )


def _qty_per(opening: Opening) -> Decimal | None:
    """In the alert's terms, also where it said its size otherwise. A share that the alert sized by
    a price of its own is what it says only near the market, which moves while an alert travels.
    """
    wanted, link = opening.instruction, opening.link
    if wanted.market_type.family is not AccountType.CRYPTO:
        return opening.quantity
    if opening.worth is None or link.capital <= 0:
        return None
    share, said = _percent(opening.worth, link), wanted.qty_per
    if said is None or not opening.is_whole or share > said * _MOVED:
        return share
    return said


def _percent(worth: Decimal, link: LinkRoute) -> Decimal:
    with localcontext(prec=_DIGITS):
        return worth * _HUNDRED / link.capital
