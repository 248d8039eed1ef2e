"""Adding orders to stored alerts; and what stays in doubt of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from orders import added_orders
from orders.added_orders import Added, Addition, Placing
from orders.reaching import InDoubtError, Reach
from orders.worker import SESSION_LOST, JournalUnavailable, Link, Replies, Reply, refusal, said

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddJob:
    addition: Addition
    reply: Reply[Added]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    addition: Addition
    at: datetime


class Adding:
    """`on_stored` and `on_found` as they are for alerts."""

    def __init__(
        self,
        link: Link,
        reach: Reach,
        process_id: int,
        on_stored: Callable[[Addition, Placing], None],
        on_found: Callable[[Addition, Placing], None],
    ) -> None:
        self._link = link
        self._reach = reach
        self._process_id = process_id
        self._on_stored = on_stored
        self._on_found = on_found
        self._in_doubt: list[_Doubt] = []

    def add(self, jobs: Sequence[AddJob], replies: Replies) -> None:
        """Each in a statement of its own: of two that add the same order, one has found it."""
        for job in jobs:
            replies.add(job.reply, self._add(job.addition))

    def look_for_the_doubtful(self) -> None:
        """Orders whose commit got no answer in time; their callers were told nothing is sent."""
        doubts, self._in_doubt = self._in_doubt, []
        for doubt in doubts:
            try:
                with self._link.cursor() as cursor:
                    placing = added_orders.find(cursor, doubt.addition, self._process_id, doubt.at)
            except SESSION_LOST:
                self._in_doubt.append(doubt)
                continue
            self._tell(doubt.addition, placing)
            self._on_found(doubt.addition, placing)

    def leave_the_doubtful(self) -> None:
        for doubt in self._in_doubt:
            names = [draft.client_order_id for draft in doubt.addition.orders]
            log.error("orders_left_in_doubt", client_order_ids=names)

    def _add(self, addition: Addition) -> Added | JournalUnavailable:
        at = datetime.now(UTC)

        def attempt(_again: bool) -> Placing:
            with self._link.cursor() as cursor:
                return added_orders.add(cursor, addition, self._process_id, at)

        try:
            placing = self._reach.reaching(attempt)
        except InDoubtError as error:
            self._in_doubt.append(_Doubt(addition=addition, at=at))
            return refusal(error)
        except Exception as error:  # noqa: BLE001 - passed on to the one who asked
            _log_refused(addition, error)
            return refusal(error)
        self._tell(addition, placing)
        return Added(
            order_ids=placing.order_ids(addition),
            known=placing.known,
            committed_at=datetime.now(UTC),
        )

    def _tell(self, addition: Addition, placing: Placing) -> None:
        """They are stored, whatever becomes of the news of it."""
        try:
            self._on_stored(addition, placing)
        except Exception:
            log.exception("events_not_queued", client_order_ids=sorted(placing.new))


def _log_refused(addition: Addition, error: Exception) -> None:
    names = [draft.client_order_id for draft in addition.orders]
    log.error("orders_not_added", client_order_ids=names, error=said(error))
