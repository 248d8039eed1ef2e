"""From an alert that was read to its answer: plan, commit, send, and wait as long as is polite."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from exchanges.vocabulary import MarketType
from orders.cancels import CancelOutcome
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.journal import JournalUnavailable
from orders.runtime import Runtime
from strategies.routes import StrategyRoute
from webhooks import answers
from webhooks.answers import Answer, Told
from webhooks.arrivals import Arrival
from webhooks.instructions import CancelAllInstruction, OrderInstruction
from webhooks.planning import Planner, Undrafted
from webhooks.routing import Fanout

log = structlog.get_logger("webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An authentic alert, and the links that it goes to."""

    arrival: Arrival
    strategy: StrategyRoute
    fanout: Fanout
    warnings: Sequence[str]
    runtime: Runtime

    def told(self, market_type: MarketType, timing: dict[str, object]) -> Told:
        return Told(
            receipt=self.arrival.receipt,
            language=self.arrival.language,
            strategy=self.strategy,
            market_type=market_type,
            warnings=self.warnings,
            skipped=self.fanout.skipped,
            timing=timing,
        )

    def seconds_left(self) -> float:
        return max(0.0, self.strategy.answer_within - self.arrival.elapsed())


async def place_orders(task: Task, wanted: OrderInstruction) -> Answer:
    """What fails before the commit may be sent again; what fails behind it is told as stored."""
    arrival = task.arrival
    planner = Planner(
        runtime=task.runtime,
        strategy=task.strategy,
        instruction=wanted,
        receipt=arrival.receipt,
        expires_at=arrival.received_at + timedelta(seconds=task.strategy.max_age),
    )
    planned = await planner.plan(task.fanout.links)
    undrafted = [item for item in planned if isinstance(item, Undrafted)]
    execution = await task.runtime.engine.execute(
        arrival.draft(), [item for item in planned if isinstance(item, OrderDraft)]
    )
    arrival.is_stored = True
    committed = time.monotonic()
    await _wait(execution.flights, task.seconds_left())
    answer = answers.of_orders(
        task.told(wanted.market_type, _timing(arrival, committed, execution.flights)),
        execution.flights,
        undrafted,
    )
    await _keep(task.runtime, execution.alert_id, answer)
    return answer


async def cancel_all(task: Task, wanted: CancelAllInstruction) -> Answer:
    """Cancels this strategy's orders, from our own ledger, that existed when the alert arrived."""
    arrival = task.arrival
    links = {link.account.id: link for link in task.fanout.links}
    execution = await task.runtime.engine.execute(arrival.draft(), [])
    arrival.is_stored = True
    committed = time.monotonic()
    rows = await task.runtime.journal.open_orders(
        task.strategy.id,
        account_ids=list(links),
        symbol=wanted.symbol,
        side=wanted.side,
        created_before=arrival.received_at,
    )
    account_of = {row.order_id: row.account_id for row in rows}
    cancelling = asyncio.ensure_future(
        task.runtime.engine.cancel(list(account_of), f"alert {arrival.receipt}")
    )
    done, _ = await asyncio.wait({cancelling}, timeout=task.seconds_left())
    timing = _timing(arrival, committed, ())
    if not done:
        answer = answers.of_cancels_at_work(task.told(wanted.market_type, timing))
    else:
        outcomes: list[CancelOutcome] = cancelling.result()
        answer = answers.of_cancels(
            task.told(wanted.market_type, timing),
            task.fanout.links,
            [(account_of[outcome.order_id], outcome) for outcome in outcomes],
        )
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
