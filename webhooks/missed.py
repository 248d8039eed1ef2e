"""Alerts that never arrived: TradingView says what its position was before, and we know better."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from weakref import WeakValueDictionary

import structlog

from exchanges.errors import Reason
from orders import missed
from orders.events import NewEvent
from orders.journal import Journal, JournalUnavailable
from orders.missed import Gap, Known, Place
from orders.rows import Cursor
from orders.runtime import Runtime
from strategies.routes import StrategyRoute
from webhooks.cautions import alert_missed
from webhooks.instructions import MarketPosition, OrderInstruction, Reading

log = structlog.get_logger("webhooks")

NOT_REVIEWED = Reason(
    code="missed_alert_not_reviewed",
    ko="누락 알림이 있어 신규 주문을 보내지 않았습니다. "
    "관리 화면의 '누락 알림'에서 확인 처리하세요",
    en="Not sent: an alert was missed. Mark it as reviewed under Missed alerts in the admin",
)


@dataclass(slots=True)
class _Name:
    """An alert's receipt, empty until the alert is stored."""

    receipt: str = ""


@dataclass(slots=True, kw_only=True, eq=False, weakref_slot=True)
class Verdict:
    """What an alert tells, beside what was told before it.

    An alert that is older than what is known already moves nothing and reveals nothing.
    """

    place: Place
    told: MarketPosition | None
    position: MarketPosition | None
    told_at: datetime
    is_late: bool = False
    expected: str | None = None
    blocks_opening: Reason | None = None
    name: _Name = field(default_factory=_Name)
    before: _Name = field(default_factory=_Name)
    _journal: Journal = field(repr=False)

    @property
    def reveals_gap(self) -> bool:
        return self.told is not None and self.expected not in (None, self.told)

    @property
    def caution(self) -> Reason:
        return alert_missed(self.place.symbol, str(self.expected), str(self.told))

    def note(self, receipt: str) -> None:
        """Call it once the alert is stored, and not for a duplicate. Never waits, never raises."""
        self.name.receipt = receipt
        if self.is_late or (self.told is None and self.position is None):
            return
        detected_at = datetime.now(UTC)
        try:
            self._journal.note(lambda cursor: self._write(cursor, detected_at))
        except JournalUnavailable as error:
            log.warning("signal_not_kept", receipt=receipt, cause=str(error))

    def _write(self, cursor: Cursor, detected_at: datetime) -> Sequence[NewEvent]:
        missed.tell(cursor, self.place, self.position, self.name.receipt, self.told_at)
        if self.told is None or self.expected is None or not self.reveals_gap:
            return []
        gap = Gap(
            expected=self.expected,
            told=self.told,
            last_receipt=self.before.receipt,
            receipt=self.name.receipt,
            detected_at=detected_at,
        )
        return missed.miss(cursor, self.place, gap)


# Alerts that follow close upon each other: the later one must not miss what the earlier one is
# about to write. An alert that is refused takes its verdict along.
_at_work: WeakValueDictionary[Place, Verdict] = WeakValueDictionary()


async def look(
    runtime: Runtime,
    strategy: StrategyRoute,
    reading: Reading,
    received_at: datetime,
    *,
    is_preview: bool = False,
) -> Verdict | None:
    """One read of the ledger, for alerts that tell a position and for strategies that stop on a
    gap; None for all others. Raises JournalUnavailable.
    """
    told, position = reading.prev_market_position, reading.market_position
    order = _first_order(reading)
    tells = told is not None or position is not None
    if order is None or not (tells or strategy.stops_on_missed_alert):
        return None
    place = Place(
        strategy_id=strategy.id,
        owner_id=strategy.owner_id,
        group_name=strategy.group_name,
        market_type=order.market_type,
        symbol=order.symbol,
    )
    known = await runtime.journal.read(partial(missed.known, place=place))
    verdict = Verdict(
        place=place,
        told=told,
        position=position,
        told_at=min(reading.time or received_at, received_at),
        _journal=runtime.journal,
    )
    _compare(verdict, known)
    if strategy.stops_on_missed_alert and (known.is_unreviewed or verdict.reveals_gap):
        verdict.blocks_opening = NOT_REVIEWED
    if tells and not (verdict.is_late or is_preview):
        _at_work[place] = verdict
    return verdict


def _first_order(reading: Reading) -> OrderInstruction | None:
    """The one that the sender wrote first."""
    orders = [each for each in reading.instructions if isinstance(each, OrderInstruction)]
    return min(orders, key=lambda order: order.index, default=None)


def _compare(verdict: Verdict, known: Known) -> None:
    before = _at_work.get(verdict.place)
    if before is not None and (known.told_at is None or before.told_at >= known.told_at):
        verdict.expected, verdict.before = before.position, before.name
        verdict.is_late = verdict.told_at < before.told_at
    elif known.told_at is not None:
        verdict.expected, verdict.before = known.position, _Name(known.receipt)
        verdict.is_late = verdict.told_at < known.told_at
    if verdict.is_late:
        verdict.expected = None
