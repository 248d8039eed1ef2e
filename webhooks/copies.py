"""What is remembered and told of a copy, beside the first one's answer."""

from collections.abc import Sequence

import structlog

from orders import known_alerts
from orders.events import NewEvent
from orders.journal import JournalUnavailable
from orders.rows import Cursor
from orders.runtime import Runtime
from orders.wire import storable
from webhooks import cautions
from webhooks.arrivals import Arrival
from webhooks.grammar import BODY_LIMIT
from webhooks.masking import mask

log = structlog.get_logger("webhooks")


def note(arrival: Arrival, runtime: Runtime, first: str) -> None:
    """Queued. A copy that was signed anew can be sent again for longer than the first one, and so
    its key is held for longer. Raises JournalUnavailable.
    """
    runtime.journal.duplicated(first, arrival.received_at, arrival.peer)
    key, strategy, until = arrival.key, arrival.strategy, arrival.signed_until
    if until is None or key is None or strategy is None:
        return
    strategy_id, digest, last = strategy.id, key.digest, until

    def hold(cursor: Cursor) -> Sequence[NewEvent]:
        known_alerts.hold(cursor, strategy_id, digest, last)
        return ()

    runtime.journal.note(hold)


async def warnings(arrival: Arrival, runtime: Runtime, first: str) -> list[str]:
    """One where the id is the first one's and the rest is not: an alert that is lost, no copy."""
    alert_id = arrival.reading.alert_id if arrival.reading is not None else None
    if alert_id is None:
        return []
    try:
        kept = await runtime.journal.body_of(first)
    except JournalUnavailable as error:
        log.warning("first_body_not_read", receipt=first, cause=str(error))
        return []
    if kept is None or kept == storable(mask(arrival.body, BODY_LIMIT)):
        return []
    log.warning("alert_id_used_before", first=first, strategy=arrival.group_name)
    return [cautions.id_used_before(alert_id).text(arrival.language)]
