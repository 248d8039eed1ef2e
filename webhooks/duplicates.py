"""Alerts that were here before, known again by the sender's own id or for a while by their body."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from orders.journal import JournalUnavailable
from orders.known_alerts import Fate
from orders.runtime import Runtime
from webhooks import answers, copies
from webhooks.answers import Answer
from webhooks.arrivals import Arrival

log = structlog.get_logger("webhooks")

_LOOK_AGAIN_AFTER = 0.05


class FirstUndecided(JournalUnavailable):
    """The first one may yet turn out to be never sent, so that its copy must come again."""


async def first_of(arrival: Arrival, runtime: Runtime) -> str | None:
    """The receipt of the alert that this one repeats; one that was never sent is no first. Raises
    JournalUnavailable.
    """
    key = arrival.key
    if key is None or arrival.strategy is None:
        return None
    first = await runtime.journal.first_of(arrival.strategy.id, key.digest, arrival.received_at)
    if first is None or await _fate_of(runtime, first) is Fate.NEVER_SENT:
        return None
    return first


async def answer_again(arrival: Arrival, runtime: Runtime, first: str) -> Answer | None:
    """What the first one was answered, waited for as long as is polite. None when it turns out
    never to have been sent: its key is free, and the copy is to be carried out.

    Raises FirstUndecided, and JournalUnavailable when the key could not be freed.
    """
    answered = None
    while answered is None:
        answered, fate = await _known_of(runtime, first)
        if fate is Fate.NEVER_SENT:
            await runtime.journal.take_over(first)
            return None
        if answered is None and _has_waited(arrival):
            if fate is Fate.UNDECIDED:
                raise FirstUndecided(f"alert {first} may yet end as never sent")
            at_work = answers.stored(arrival.language, first)
            answered = (at_work.http_status, at_work.body)
        elif answered is None:
            await asyncio.sleep(_LOOK_AGAIN_AFTER)
    with suppress(JournalUnavailable):
        copies.note(arrival, runtime, first)
    http_status, body = answered
    told = body | {"duplicate": True}
    if warnings := await copies.warnings(arrival, runtime, first):
        told["warnings"] = [*body.get("warnings", ()), *warnings]
    return Answer(http_status=http_status, body=told)


async def _known_of(runtime: Runtime, first: str) -> tuple[tuple[int, dict[str, Any]] | None, Fate]:
    try:
        answered = await runtime.journal.answer_of(first)
        fate = Fate.CARRIED_OUT if answered is not None else await _fate_of(runtime, first)
    except JournalUnavailable as error:
        log.warning("first_answer_not_read", receipt=first, cause=str(error))
        is_known = runtime.journal.has_heard(first)
        return None, Fate.CARRIED_OUT if is_known else Fate.UNDECIDED
    return answered, fate


async def _fate_of(runtime: Runtime, first: str) -> Fate:
    """What this process carries out is decided, however little of it has left yet."""
    if runtime.journal.has_heard(first):
        return Fate.CARRIED_OUT
    return await runtime.journal.fate_of(first)


def _has_waited(arrival: Arrival) -> bool:
    patience = arrival.strategy.answer_within if arrival.strategy else 0.0
    return arrival.elapsed() + _LOOK_AGAIN_AFTER >= patience
