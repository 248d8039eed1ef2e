"""The one function behind both doors: bytes in, orders out, an answer back."""

from collections.abc import Mapping

import structlog

from orders import runtime as runtimes
from orders.journal import JournalUnavailable
from orders.runtime import NotRunning, Runtime
from strategies import tokens
from strategies.routes import StrategyRoute
from webhooks import answers, refusals
from webhooks.answers import Answer
from webhooks.arrivals import Arrival
from webhooks.execution import Task, cancel_all, place_orders
from webhooks.grammar import Message, read_message
from webhooks.instructions import CancelAllInstruction
from webhooks.interpreting import interpret
from webhooks.masking import mask_tokens
from webhooks.refusals import AlertRefused, Refusal
from webhooks.routing import fan_out

log = structlog.get_logger("webhooks")


async def receive(body: bytes, headers: Mapping[str, str], peer: str) -> Answer:
    """Never raises. Header names are in lower case. A 5xx means that nothing was stored or sent."""
    arrival = Arrival(
        body=body,
        content_type=headers.get("content-type", ""),
        accept_language=headers.get("accept-language", ""),
        peer=peer,
    )
    try:
        answer = await _take(arrival, runtimes.current())
    except AlertRefused as error:
        answer = await _refuse(arrival, error.refusal)
    except (JournalUnavailable, NotRunning) as error:
        answer = _gone_wrong(arrival, str(error))
    except Exception:
        log.exception("alert_broke", receipt=arrival.receipt)
        answer = _gone_wrong(arrival, "bug")
    _log_alert(arrival, answer)
    return answer


async def _take(arrival: Arrival, runtime: Runtime) -> Answer:
    message = read_message(arrival.body, arrival.content_type)
    arrival.group_name = mask_tokens(message.group_name)
    arrival.strategy = strategy = _authenticated(message, arrival, runtime)
    arrival.reading = reading = interpret(message, strategy.market_type)
    reading.refuse_when_stale(arrival.received_at, strategy.max_age)
    wanted = reading.offered_instruction()
    task = Task(
        arrival=arrival,
        strategy=strategy,
        warnings=[warning.text(arrival.language) for warning in reading.warnings],
        runtime=runtime,
    )
    if isinstance(wanted, CancelAllInstruction):
        return await cancel_all(task, wanted)
    fanout = fan_out(strategy, wanted.market_type, exchange=wanted.exchange, account=wanted.account)
    return await place_orders(task, wanted, fanout)


def _authenticated(message: Message, arrival: Arrival, runtime: Runtime) -> StrategyRoute:
    """One refusal for an unknown strategy, an inactive one and a wrong token, in the same time."""
    if not message.group_name:
        raise AlertRefused(refusals.missing_field("group_name"))
    if not message.token:
        raise AlertRefused(refusals.missing_field("token"))
    strategy = runtime.routes.routes.strategies.get(message.group_name)
    known = strategy.tokens if strategy is not None else tokens.DECOY_TOKENS
    is_right = tokens.matches(message.token, known, arrival.received_at)
    if strategy is None or not strategy.is_active or not is_right:
        raise AlertRefused(refusals.unauthorized())
    return strategy


async def _refuse(arrival: Arrival, refusal: Refusal) -> Answer:
    """The refusal is the answer whether or not its row can be kept: nothing is sent either way."""
    try:
        await runtimes.current().journal.write_refused(arrival.draft(refusal))
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
        **answer.body.get("summary", {}),
        **answer.body.get("timing", {"total_ms": round(arrival.elapsed() * 1000, 3)}),
    )
