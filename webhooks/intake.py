"""The one function behind both doors: bytes in, orders out, an answer back."""

import asyncio
from collections.abc import Mapping

import structlog

from orders import runtime as runtimes
from orders.journal import DuplicateAlert, JournalUnavailable
from orders.runtime import NotRunning, Runtime
from strategies.routes import StrategyRoute
from webhooks import answers, duplicates, refusals
from webhooks.answers import Answer
from webhooks.arrivals import Arrival
from webhooks.credentials import Presented, is_right, presented
from webhooks.execution import carry_out
from webhooks.grammar import read_message
from webhooks.interpreting import interpret
from webhooks.masking import mask_tokens
from webhooks.refusals import AlertRefused, Refusal
from webhooks.tasks import Task

log = structlog.get_logger("webhooks")

_at_work: set["asyncio.Task[Answer]"] = set()


async def receive(
    body: bytes, headers: Mapping[str, str], peer: str, door_name: str = ""
) -> Answer:
    """Never raises. Header names are in lower case. A 5xx means that nothing was stored or sent.

    `door_name` is the strategy that the address names, decoded. A caller that hangs up stops
    nothing: the alert has a task of its own.
    """
    work = asyncio.create_task(_answer(arrived(body, headers, peer), headers, door_name))
    _at_work.add(work)
    work.add_done_callback(_at_work.discard)
    return await asyncio.shield(work)


def arrived(body: bytes, headers: Mapping[str, str], peer: str) -> Arrival:
    return Arrival(
        body=body,
        content_type=headers.get("content-type", ""),
        accept_language=headers.get("accept-language", ""),
        idempotency_key=headers.get("idempotency-key", ""),
        peer=peer,
    )


def opened(arrival: Arrival, headers: Mapping[str, str], door_name: str, runtime: Runtime) -> Task:
    """Authentic, read and not too old. Raises AlertRefused; `arrival` has what was learnt."""
    message = read_message(arrival.body, arrival.content_type)
    arrival.group_name = mask_tokens(message.group_name)
    claim = presented(message, headers, door_name)
    arrival.strategy = strategy = authenticate(claim, arrival, runtime)
    arrival.reading = reading = interpret(
        message, strategy.market_type, idempotency_key=arrival.idempotency_key
    )
    reading.refuse_when_stale(arrival.received_at, strategy.max_age)
    return Task(arrival=arrival, strategy=strategy, reading=reading, runtime=runtime)


def authenticate(claim: Presented, arrival: Arrival, runtime: Runtime) -> StrategyRoute:
    """One refusal for an unknown strategy, an inactive one and a wrong proof, in the same time."""
    arrival.group_name = mask_tokens(claim.group_name)
    strategy = runtime.routes.routes.strategies.get(claim.group_name)
    right = is_right(claim, strategy, arrival.body, arrival.received_at)
    if strategy is None or not right:
        raise AlertRefused(refusals.unauthorized())
    return strategy


async def _answer(arrival: Arrival, headers: Mapping[str, str], door_name: str) -> Answer:
    try:
        answer = await _take(arrival, headers, door_name)
    except AlertRefused as error:
        answer = await _refuse(arrival, error.refusal)
    except (JournalUnavailable, NotRunning) as error:
        answer = _gone_wrong(arrival, str(error))
    except Exception:
        log.exception("alert_broke", receipt=arrival.receipt)
        answer = _gone_wrong(arrival, "bug")
    _log_alert(arrival, answer)
    return answer


async def _take(arrival: Arrival, headers: Mapping[str, str], door_name: str) -> Answer:
    runtime = runtimes.current()
    try:
        return await carry_out(opened(arrival, headers, door_name, runtime))
    except DuplicateAlert as error:
        return await duplicates.answer_again(arrival, runtime, error.receipt)


async def _refuse(arrival: Arrival, refusal: Refusal) -> Answer:
    """An alert that comes again is no new one, however old it is or full the house by now.

    The refusal is the answer whether or not its row can be kept: nothing is sent either way.
    """
    try:
        runtime = runtimes.current()
        first = await duplicates.first_of(arrival, runtime)
        if first is not None:
            return await duplicates.answer_again(arrival, runtime, first)
        await runtime.journal.write_refused(arrival.draft(refusal))
    except (JournalUnavailable, NotRunning) as error:
        log.warning("refused_alert_not_kept", receipt=arrival.receipt, cause=str(error))
    return answers.refused(refusal, arrival.language, arrival.receipt)


def _gone_wrong(arrival: Arrival, cause: str) -> Answer:
    """Before the commit nothing was sent; behind it no answer may invite to send again."""
    log.error("alert_gone_wrong", receipt=arrival.receipt, is_stored=arrival.is_stored, cause=cause)
    if arrival.is_stored:
        return answers.stored(arrival.language, arrival.receipt)
    return answers.refused(refusals.not_stored(), arrival.language, arrival.receipt)


def _log_alert(arrival: Arrival, answer: Answer) -> None:
    error = answer.body.get("error")
    log.info(
        "alert",
        receipt=arrival.receipt,
        strategy=arrival.group_name,
        peer=arrival.peer,
        status=answer.http_status,
        code=error["code"] if error else None,
        duplicate=answer.body.get("duplicate", False),
        **answer.body.get("summary", {}),
        **answer.body.get("timing", {"total_ms": round(arrival.elapsed() * 1000, 3)}),
    )
