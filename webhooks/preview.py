"""What would become of an alert: planned like any other, and then neither kept nor sent.

A preview reads the ledger and asks the venues for prices. It takes no place in a lane, so that no
alert ever waits for one, and no key, so that the same alert may follow in earnest.
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from orders import runtime as runtimes
from orders.journal import JournalUnavailable
from orders.runtime import NotRunning, Runtime
from webhooks import answers, duplicates, intake, preview_answers, refusals
from webhooks.answers import Answer
from webhooks.arrivals import Arrival
from webhooks.grammar import read_message
from webhooks.interpreting import interpret
from webhooks.own_tokens import mask_tokens
from webhooks.planning import plan_alert
from webhooks.refusals import AlertRefused, Refusal
from webhooks.tasks import Task

log = structlog.get_logger("webhooks")


async def preview(body: bytes, headers: Mapping[str, str], peer: str) -> Answer:
    """Never raises. The sender proves itself as at the webhook, and is refused as there."""
    arrival = intake.arrived(body, headers, peer)
    try:
        return await _told(intake.opened(arrival, headers, "", runtimes.current()))
    except AlertRefused as error:
        return _refused(arrival, error.refusal)
    except (JournalUnavailable, NotRunning) as error:
        return _gone_wrong(arrival, str(error))
    except Exception:
        log.exception("preview_broke")
        return _gone_wrong(arrival, "bug")


async def of_strategy(
    arrival: Arrival, group_name: str, runtime: Runtime, *, is_replay: bool = False
) -> Answer:
    """For who needs no token: the strategy's owner, and whoever is at the machine.

    Raises JournalUnavailable. A replay asks what would happen if the stored alert fired just now:
    it is neither too old nor its own duplicate.
    """
    try:
        task = _opened(arrival, group_name, runtime)
        if not is_replay:
            task.reading.refuse_when_stale(arrival.received_at, task.strategy.max_age)
            return await _told(task)
        reading = replace(task.reading, time=None)
        return await _told(replace(task, reading=reading), is_replay=True)
    except AlertRefused as error:
        return _refused(arrival, error.refusal)


def _opened(arrival: Arrival, group_name: str, runtime: Runtime) -> Task:
    message = read_message(arrival.body, arrival.content_type)
    name = group_name or message.group_name
    if not name:
        raise AlertRefused(refusals.missing_field("group_name"))
    arrival.group_name = mask_tokens(name)
    strategy = runtime.routes.routes.strategies.get(name)
    if strategy is None or not strategy.is_active:
        raise AlertRefused(refusals.unauthorized())
    arrival.strategy = strategy
    arrival.reading = reading = interpret(
        message, strategy.market_type, idempotency_key=arrival.idempotency_key
    )
    return Task(arrival=arrival, strategy=strategy, reading=reading, runtime=runtime)


async def _told(task: Task, *, is_replay: bool = False) -> Answer:
    plan = await plan_alert(task)
    first = None if is_replay else await duplicates.first_of(task.arrival, task.runtime)
    return preview_answers.of_plan(task, plan, duplicate_of=first)


def _refused(arrival: Arrival, refusal: Refusal) -> Answer:
    """As the webhook would, but for the receipt: there is none."""
    answer = answers.refused(refusal, arrival.language, "")
    answer.body["error"]["receipt"] = None
    return answer


def _gone_wrong(arrival: Arrival, cause: str) -> Answer:
    log.error("preview_gone_wrong", cause=cause)
    return _refused(arrival, refusals.not_previewed())
