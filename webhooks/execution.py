"""From an alert that was read to its answer: plan, commit, send, and wait as long as is polite."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from exchanges.vocabulary import MarketType
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.journal import JournalUnavailable
from orders.runtime import Runtime
from strategies.routes import StrategyRoute
from webhooks import answers, cancelling
from webhooks.answers import Answer, Told
from webhooks.arrivals import Arrival
from webhooks.instructions import CancelAllInstruction, OrderInstruction
from webhooks.planning import Planner, Undrafted
from webhooks.routing import Fanout, Skipped

log = structlog.get_logger("webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An authentic alert, and what carries it out."""

    arrival: Arrival
    strategy: StrategyRoute
    warnings: Sequence[str]
    runtime: Runtime

    def told(
        self,
        market_type: MarketType,
        timing: dict[str, object],
        skipped: Sequence[Skipped] = (),
    ) -> Told:
        return Told(
            receipt=self.arrival.receipt,
            language=self.arrival.language,
            strategy=self.strategy,
            market_type=market_type,
            warnings=self.warnings,
            skipped=skipped,
            timing=timing,
        )

    def seconds_left(self) -> float:
        return max(0.0, self.strategy.answer_within - self.arrival.elapsed())


async def place_orders(task: Task, wanted: OrderInstruction, fanout: Fanout) -> Answer:
    """Nothing is awaited before the places are taken: a later alert cannot overtake this one."""
    arrival = task.arrival
    engine = task.runtime.engine
    with engine.queue(link.account.id for link in fanout.links) as turns:
        planner = Planner(
            runtime=task.runtime,
            strategy=task.strategy,
            instruction=wanted,
            receipt=arrival.receipt,
            expires_at=arrival.fired_at + timedelta(seconds=task.strategy.max_age),
            turns=turns,
        )
        planned = await planner.plan(fanout.links)
        drafts = [item for item in planned if isinstance(item, OrderDraft)]
        execution = await engine.execute(arrival.draft(), drafts, turns)
    arrival.is_stored = True
    committed = time.monotonic()
    await _wait(execution.flights, task.seconds_left())
    timing = _timing(arrival, committed, execution.flights)
    answer = answers.of_orders(
        task.told(wanted.market_type, timing, fanout.skipped),
        execution.flights,
        [item for item in planned if isinstance(item, Undrafted)],
    )
    await _keep(task.runtime, execution.alert_id, answer)
    return answer


async def cancel_all(task: Task, wanted: CancelAllInstruction) -> Answer:
    """The orders are looked up before the commit, so that nothing behind it can be left undone."""
    arrival = task.arrival
    doomed = await cancelling.find(
        task.runtime.journal, task.strategy, wanted, created_before=arrival.received_at
    )
    execution = await task.runtime.engine.execute(arrival.draft(), [])
    arrival.is_stored = True
    committed = time.monotonic()
    cancels = asyncio.ensure_future(
        task.runtime.engine.cancel(list(doomed.account_of), f"alert {arrival.receipt}")
    )
    done, _ = await asyncio.wait({cancels}, timeout=task.seconds_left())
    told = task.told(wanted.market_type, _timing(arrival, committed, ()))
    if done:
        try:
            outcomes = cancels.result()
        except JournalUnavailable:
            outcomes = doomed.left_alone()
        pairs = [(doomed.account_of[outcome.order_id], outcome) for outcome in outcomes]
        answer = answers.of_cancels(told, doomed.accounts, pairs)
    else:
        answer = answers.of_cancels_at_work(told)
    await _keep(task.runtime, execution.alert_id, answer)
    return answer


async def _wait(flights: Sequence[Flight], seconds: float) -> None:
    at_work = [flight.done for flight in flights if not flight.done.done()]
    if at_work:
        await asyncio.wait(at_work, timeout=seconds)


async def _keep(runtime: Runtime, alert_id: int, answer: Answer) -> None:
    """The answer is kept for the receipt; the sender gets it even when that fails."""
    try:
        await runtime.journal.answered(alert_id, answer.http_status, answer.body)
    except JournalUnavailable as error:
        log.warning("answer_not_kept", alert=alert_id, cause=str(error))


def _timing(arrival: Arrival, committed: float, flights: Sequence[Flight]) -> dict[str, object]:
    """Flights were launched before the engine returned, so theirs is the better moment."""
    return answers.timing(
        arrival.received_at,
        started=arrival.started,
        committed=min((flight.committed_monotonic for flight in flights), default=committed),
        finished=time.monotonic(),
        flights=flights,
    )
