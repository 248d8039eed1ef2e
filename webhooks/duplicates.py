"""Alerts that were here before, known again by the sender's own id or for a while by their body."""

import asyncio
from typing import Any

import structlog

from orders.journal import JournalUnavailable
from orders.runtime import Runtime
from webhooks import answers
from webhooks.answers import Answer
from webhooks.arrivals import Arrival

log = structlog.get_logger("webhooks")

_LOOK_AGAIN_AFTER = 0.05


async def first_of(arrival: Arrival, runtime: Runtime) -> str | None:
    """The receipt of the alert that this one repeats. Raises JournalUnavailable."""
    key = arrival.key
    if key is None or arrival.strategy is None:
        return None
    return await runtime.journal.first_of(arrival.strategy.id, key.digest, arrival.received_at)


async def answer_again(arrival: Arrival, runtime: Runtime, first: str) -> Answer:
    """What the first one was answered, waited for as long as is polite. Never an error."""
    answered = None
    try:
        runtime.journal.duplicated(first, arrival.received_at, arrival.peer)
        answered = await _answer_of(arrival, runtime, first)
    except JournalUnavailable as error:
        log.warning("first_answer_not_read", receipt=first, cause=str(error))
    if answered is None:
        at_work = answers.stored(arrival.language, first)
        answered = (at_work.http_status, at_work.body)
    http_status, body = answered
    return Answer(http_status=http_status, body=body | {"duplicate": True})


async def _answer_of(
    arrival: Arrival, runtime: Runtime, first: str
) -> tuple[int, dict[str, Any]] | None:
    patience = arrival.strategy.answer_within if arrival.strategy else 0.0
    while (answered := await runtime.journal.answer_of(first)) is None:
        if arrival.elapsed() + _LOOK_AGAIN_AFTER >= patience:
            return None
        await asyncio.sleep(_LOOK_AGAIN_AFTER)
    return answered
