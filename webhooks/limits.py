"""Risk limits held against an alert: what they must be told is fetched only where they are set."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, localcontext

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType
from orders.exposure import Exposure
from orders.positions import total
from strategies import risk
from strategies.risk import Intent, RateLimiter
from strategies.routes import LinkRoute, RiskLimits, StrategyRoute
from webhooks import refusals
from webhooks.drafting import Opening
from webhooks.instructions import Instruction, OrderInstruction, Reading
from webhooks.plans import Routed
from webhooks.refusals import AlertRefused
from webhooks.surveys import Traded
from webhooks.tasks import Task

_DIGITS = 60
_HUNDRED = Decimal(100)
_rates = RateLimiter()


def admit(strategy: StrategyRoute, reading: Reading) -> None:
    """Counts the alert. Raises AlertRefused where there were too many within a minute. One that
    only exits and cancels is neither counted nor held up.
    """
    if all(_only_closes(instruction) for instruction in reading.instructions):
        return
    limit = strategy.risk.max_alerts_per_minute if strategy.risk is not None else None
    wait = _rates.admit(strategy.id, limit)
    if wait is not None:
        raise AlertRefused(refusals.rate_limited(limit or 0, math.ceil(wait)))


def _only_closes(instruction: Instruction) -> bool:
    return not isinstance(instruction, OrderInstruction) or instruction.is_exit


async def stakes(task: Task, routed: Sequence[Routed]) -> Mapping[datetime, Exposure]:
    """What is at stake, by when the day began where the limits are. Raises JournalUnavailable."""
    strategy, now = task.strategy, task.arrival.received_at
    links = {link.id: link for each in routed for link in each.links}
    days = {
        risk.day_start(limits, now)
        for limits in (strategy.risk, *(link.risk for link in links.values()))
        if limits is not None and risk.EXPOSURE in risk.needs((limits,))
    }
    return {day: await task.runtime.journal.exposure(strategy.id, day) for day in days}


class Limits:
    """Of one alert: each order that is let through counts for those behind it."""

    def __init__(
        self, task: Task, stakes: Mapping[datetime, Exposure], stopped: Reason | None
    ) -> None:
        self._strategy = task.strategy
        self._now = task.arrival.received_at
        self._stakes = stakes
        self._stopped = stopped
        self._opened: dict[int, set[Traded]] = defaultdict(set)
        self._orders: dict[int, int] = defaultdict(int)

    def may_open(self, opening: Opening) -> Reason | None:
        """Why not; None: it may be opened."""
        denial = self._stopped
        for limits, is_link in ((self._strategy.risk, False), (opening.link.risk, True)):
            if denial is None and limits is not None:
                intent = self._intent(opening, limits, is_link=is_link)
                denial = risk.check_order((limits,), intent)
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
    """In the alert's terms, also where it said its size otherwise."""
    wanted, link = opening.instruction, opening.link
    if wanted.qty_per is not None:
        return wanted.qty_per
    if wanted.market_type.family is not AccountType.CRYPTO:
        return opening.quantity
    if opening.worth is None or link.capital <= 0:
        return None
    return _percent(opening.worth, link)


def _percent(worth: Decimal, link: LinkRoute) -> Decimal:
    with localcontext(prec=_DIGITS):
        return worth * _HUNDRED / link.capital
