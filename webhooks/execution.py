"""From an alert that was read to its answer: plan, commit, send, and wait as long as is polite."""

import asyncio
import time

import structlog

from orders.flights import Execution
from orders.journal import DuplicateAlert, JournalUnavailable
from orders.lanes import Turns
from orders.runtime import Runtime
from webhooks import answers
from webhooks.answers import Answer
from webhooks.limits import Rate
from webhooks.outcomes import Outcomes
from webhooks.planning import Route, plan_alert
from webhooks.plans import AlertPlan
from webhooks.tasks import Task

__all__ = ["carry_out", "plan_alert"]

log = structlog.get_logger("webhooks")


async def carry_out(task: Task) -> Answer:
    """Nothing is awaited before the places are taken: a later alert cannot overtake this one.

    Raises AlertRefused, DuplicateAlert and JournalUnavailable, and then nothing was sent.
    """
    rate = Rate(strategy=task.strategy)
    try:
        plan, execution = await _launch(task, rate)
    except (DuplicateAlert, JournalUnavailable):
        rate.give_back()
        raise
    task.arrival.is_stored = True
    committed = time.monotonic()
    if plan.missed is not None:
        plan.missed.note(task.arrival.receipt)
    await _wait(execution, task.seconds_left())
    timing = _timing(task, committed, execution)
    answer = answers.of_alert(task, plan, Outcomes(plan, execution), timing)
    await _keep(task.runtime, execution.alert_id, answer)
    return answer


async def _launch(task: Task, rate: Rate) -> tuple[AlertPlan, Execution]:
    route = Route(task)
    if not route.routed:
        plan = await plan_alert(task, route=route, rate=rate)
        return plan, await _commit(task, plan, None)
    with task.runtime.engine.queue(route.account_ids) as turns:
        plan = await plan_alert(task, turns=turns, route=route, rate=rate)
        return plan, await _commit(task, plan, turns)


async def _commit(task: Task, plan: AlertPlan, turns: Turns | None) -> Execution:
    """The whole alert in one commit, with what it says of itself."""
    receipt = task.arrival.receipt
    warnings = task.texts((*task.reading.warnings, *plan.warnings))
    alert = task.arrival.draft(warnings=warnings)
    cancels = plan.cancels_by_account()
    if not cancels:
        return await task.runtime.engine.execute(alert, plan.drafts, turns)
    return await task.runtime.engine.execute(
        alert, plan.drafts, turns, cancels=cancels, cause=plan.causes(receipt)
    )


async def _wait(execution: Execution, seconds: float) -> None:
    done = [each.done for each in execution.flights] + [each.done for each in execution.cancels]
    at_work = [each for each in done if not each.done()]
    if at_work:
        await asyncio.wait(at_work, timeout=seconds)


async def _keep(runtime: Runtime, alert_id: int, answer: Answer) -> None:
    """The answer is kept for the receipt; the sender gets it even when that fails."""
    try:
        await runtime.journal.answered(alert_id, answer.http_status, answer.body)
    except JournalUnavailable as error:
        log.warning("answer_not_kept", alert=alert_id, cause=str(error))


def _timing(task: Task, committed: float, execution: Execution) -> dict[str, object]:
    """Flights were launched before the engine returned, so theirs is the better moment."""
    flights = execution.flights
    return answers.timing(
        task.arrival.received_at,
        started=task.arrival.started,
        committed=min((flight.committed_monotonic for flight in flights), default=committed),
        finished=time.monotonic(),
        flights=flights,
    )
