"""The whole alert, planned and not yet committed: for its execution and for its preview."""

from collections.abc import Iterable, Sequence

from exchanges.errors import Reason
from orders.lanes import Turns
from webhooks import cancelling, missed
from webhooks.account_plans import Planner
from webhooks.attached import Attached
from webhooks.cautions import only_for_entries, target_may_move
from webhooks.instructions import OrderInstruction, UnreadInstruction
from webhooks.limits import Limits, Rate
from webhooks.plans import AccountPlan, AlertPlan, CancelPlan, Routed
from webhooks.refusals import AlertRefused
from webhooks.routing import Skipped, fan_out
from webhooks.surveys import Surveyor
from webhooks.tasks import Task


class Route:
    """Where the alert's orders go. Raises AlertRefused when none of it goes anywhere."""

    def __init__(self, task: Task) -> None:
        self.routed: list[Routed] = []
        self.skipped: list[Skipped] = []
        self.unread: list[UnreadInstruction] = [*task.reading.unread]
        orders = [i for i in task.reading.instructions if isinstance(i, OrderInstruction)]
        for wanted in orders:
            try:
                found = fan_out(
                    task.strategy,
                    wanted.market_type,
                    exchange=wanted.exchange,
                    account=wanted.account,
                )
            except AlertRefused as error:
                self.unread.append(UnreadInstruction(index=wanted.index, refusal=error.refusal))
            else:
                self.routed.append(Routed(instruction=wanted, links=found.links))
                self.skipped += found.skipped
        if not self.routed and len(orders) == len(task.reading.instructions):
            raise _first_refusal(self.unread)

    @property
    def account_ids(self) -> list[int]:
        """Whose lanes the orders will go through."""
        return [link.account.id for each in self.routed for link in each.links]


async def plan_alert(
    task: Task,
    *,
    turns: Turns | None = None,
    route: Route | None = None,
    rate: Rate | None = None,
) -> AlertPlan:
    """Without `turns` no lane is waited for, and without `rate` nothing is counted. Raises
    AlertRefused when nothing of it can be carried out, and JournalUnavailable when the ledger
    cannot be read.
    """
    is_preview = rate is None
    rate = rate or Rate(strategy=task.strategy, counts=False)
    route = route or Route(task)
    cancels, unread = await _cancels(task)
    unread = [*route.unread, *unread]
    if not route.routed and not cancels:
        raise _first_refusal(unread)
    verdict = await missed.look(
        task.runtime,
        task.strategy,
        task.reading,
        task.arrival.received_at,
        is_preview=is_preview,
    )
    limits = Limits(task, rate, verdict.blocks_opening if verdict else None)
    accounts, restless = await _orders(task, turns, route.routed, cancels, limits)
    is_idle = not cancels and not any(each.is_sent or each.is_unchanged for each in accounts)
    if rate.refusal is not None and is_idle and not is_preview:
        raise AlertRefused(rate.refusal)
    return AlertPlan(
        accounts=tuple(accounts),
        cancels=tuple(cancels),
        skipped=tuple(route.skipped),
        unread=tuple(sorted(unread, key=lambda each: each.index)),
        warnings=(
            *_not_attached(accounts),
            *(target_may_move(symbol) for symbol in restless),
            *([verdict.caution] if verdict is not None and verdict.reveals_gap else ()),
        ),
        missed=verdict,
    )


async def _cancels(task: Task) -> tuple[list[CancelPlan], list[UnreadInstruction]]:
    found: list[CancelPlan] = []
    unread: list[UnreadInstruction] = []
    for wanted in task.reading.instructions:
        if isinstance(wanted, OrderInstruction):
            continue
        try:
            found.append(await cancelling.find(task, wanted))
        except AlertRefused as error:
            unread.append(UnreadInstruction(index=wanted.index, refusal=error.refusal))
    return found, unread


async def _orders(
    task: Task,
    turns: Turns | None,
    routed: Sequence[Routed],
    cancels: Sequence[CancelPlan],
    limits: Limits,
) -> tuple[list[AccountPlan], list[str]]:
    """And the symbols whose targets unfinished orders may miss."""
    if not routed:
        return [], []
    freed = [row.order_id for plan in cancels for row in plan.orders]
    survey = await Surveyor(task=task, turns=turns, freed=freed).survey(routed)
    await limits.look(routed)
    planner = Planner(task=task, survey=survey, may_open=limits.may_open, explains=turns is None)
    return list(planner.plan(routed)), sorted(planner.restless)


def _not_attached(plans: Iterable[AccountPlan]) -> list[Reason]:
    """Exits that a target brought along, where it only closes."""
    names = dict.fromkeys(
        name
        for plan in plans
        if plan.drafts and all(draft.is_exit for draft in plan.drafts)
        for name in Attached.of(plan.instruction).names
    )
    return [only_for_entries(name) for name in names]


def _first_refusal(unread: Sequence[UnreadInstruction]) -> AlertRefused:
    return AlertRefused(min(unread, key=lambda each: each.index).refusal)
