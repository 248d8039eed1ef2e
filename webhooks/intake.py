"""The one function behind both doors: bytes in, orders out, an answer back."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from orders import runtime as runtimes
from orders.journal import DuplicateAlert, JournalUnavailable
from orders.runtime import NotRunning, Runtime
from strategies.routes import StrategyRoute
from webhooks import answers, cautions, duplicates, refusals
from webhooks.answers import Answer
from webhooks.arrivals import Arrival
from webhooks.credentials import Presented, is_right, presented
from webhooks.execution import carry_out
from webhooks.grammar import Message, read_message
from webhooks.instructions import Reading
from webhooks.interpreting import interpret
from webhooks.own_tokens import mask_tokens
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
    arrival.reading = reading = _read(message, arrival, strategy)
    reading.refuse_when_stale(arrival.received_at, strategy.max_age)
    return Task(arrival=arrival, strategy=strategy, reading=reading, runtime=runtime)


def _read(message: Message, arrival: Arrival, strategy: StrategyRoute) -> Reading:
    """A header is not signed: whoever repeats a signed alert could put another id there."""
    header = arrival.idempotency_key.strip()
    if arrival.signed_until is None:
        return interpret(message, strategy.market_type, idempotency_key=header)
    reading = interpret(message, strategy.market_type)
    if not header or reading.alert_id is not None:
        return reading
    return replace(reading, warnings=(*reading.warnings, cautions.header_not_signed()))


def authenticate(claim: Presented, arrival: Arrival, runtime: Runtime) -> StrategyRoute:
    """One refusal for an unknown strategy, an inactive one and a wrong proof, in the same time."""
    arrival.group_name = mask_tokens(claim.group_name)
    strategy = runtime.routes.routes.strategies.get(claim.group_name)
    right = is_right(claim, strategy, arrival.body, arrival.received_at)
    if strategy is None or not right:
        raise AlertRefused(refusals.unauthorized())
    if claim.signature is not None:
        arrival.signed_until = claim.signature.good_until
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
    task = opened(arrival, headers, door_name, runtime)
    answer = None
    while answer is None:
        try:
            answer = await carry_out(task)
        except DuplicateAlert as error:
            answer = await duplicates.answer_again(arrival, runtime, error.receipt)
    return answer


async def _refuse(arrival: Arrival, refusal: Refusal) -> Answer:
    """An alert that comes again is no new one, however old it is or full the house by now.

    The refusal is the answer whether or not its row can be kept: nothing is sent either way.
    """
    try:
        runtime = runtimes.current()
        first = await duplicates.first_of(arrival, runtime)
        again = first and await duplicates.answer_again(arrival, runtime, first)
        if again:
            return again
        await runtime.journal.write_refused(arrival.draft(refusal))
    except duplicates.FirstUndecided as error:
        return _gone_wrong(arrival, str(error))
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
