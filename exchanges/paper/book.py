"""One account's orders, holdings and positions, and the elementary moves between them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.messages import Instrument
from exchanges.paper import money, pairs, reasons
from exchanges.paper.fees import fee
from exchanges.paper.matching import Fill
from exchanges.paper.prices import Listed
from exchanges.paper.state import Holding, PaperOrder, PaperTrade, Position
from exchanges.precision import EXACT, notional
from exchanges.vocabulary import ReportStatus, Side


@dataclass(slots=True, kw_only=True)
class Changed:
    """What a piece of work touched, so that only this is written."""

    orders: set[int] = field(default_factory=set)
    extremes: set[int] = field(default_factory=set)
    trades: list[tuple[int, PaperTrade]] = field(default_factory=list)
    holdings: set[str] = field(default_factory=set)
    positions: set[Listed] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.orders or self.extremes or self.holdings or self.positions)


class Book:
    """Orders that matter now: the open ones, and those that are asked about."""

    def __init__(
        self,
        *,
        holdings: dict[str, Holding],
        positions: dict[Listed, Position],
        orders: Iterable[PaperOrder],
    ) -> None:
        self.holdings = holdings
        self.positions = positions
        self.orders = {order.id: order for order in orders}
        self.changed = Changed()

    def open_orders(self) -> Iterator[PaperOrder]:
        return (
            self.orders[number] for number in sorted(self.orders) if self.orders[number].is_open
        )

    def holding(self, name: str) -> Holding:
        return self.holdings.get(name, Holding())

    def position(self, instrument: Instrument) -> Position:
        return self.positions.get((instrument.market_type, instrument.symbol), Position())

    def twin(self, order: PaperOrder) -> PaperOrder | None:
        """The open order that it is linked with."""
        return next(iter(pairs.partners(order, self.open_orders())), None)

    def settle(
        self, order: PaperOrder, fill: Fill, now: datetime, *, maker: bool
    ) -> Decimal | None:
        """What the fill realized; None when its margin is not there and nothing was changed."""
        if money.is_margined(order.instrument):
            return self._settle_margined(order, fill, now, maker=maker)
        return self._settle_owned(order, fill, maker=maker)

    def put(self, order: PaperOrder) -> None:
        self.orders[order.id] = order
        self.changed.orders.add(order.id)

    def hold(self, name: str, holding: Holding) -> None:
        self.holdings[name] = holding
        self.changed.holdings.add(name)

    def end(self, number: int, status: ReportStatus, now: datetime, reason: Reason | None) -> None:
        """What it held is free again, or its twin's."""
        order = self.orders[number]
        if order.locked:
            self.hold(
                order.holds, self.holding(order.holds).plus(locked=order.locked.copy_negate())
            )
        self.put(replace(order, status=status, locked=Decimal(0), updated_at=now, reason=reason))
        self.share(order)

    def yield_to(self, order: PaperOrder, now: datetime) -> None:
        """After a fill: its twin may trade no more than what is left of this one."""
        twin = self.twin(order)
        if twin is None:
            return
        cut = pairs.within(twin, [order])
        if cut is not twin:
            self.put(replace(cut, updated_at=now))
        if not cut.remaining:
            self.end(cut.id, ReportStatus.CANCELLED, now, reasons.LINKED_TRADED)
        self.share(order)

    def share(self, order: PaperOrder) -> None:
        """Let a pair that is in the market deliver from one lock; the older one holds it first."""
        twin = self.twin(order)
        if twin is None or money.is_margined(order.instrument):
            return
        live = [
            each for each in (self.orders[order.id], twin) if each.is_open and not each.is_waiting
        ]
        for each, locked in pairs.shares(live):
            if locked != each.locked:
                difference = EXACT.subtract(locked, each.locked)
                self.hold(each.holds, self.holding(each.holds).plus(locked=difference))
                self.put(replace(each, locked=locked))

    def _settle_owned(self, order: PaperOrder, fill: Fill, *, maker: bool) -> Decimal:
        """Owned things change hands against the quote currency; both sides were locked before."""
        instrument = order.instrument
        cost = notional(instrument, fill.quantity, fill.price)
        charged = fee(instrument, order.side, fill.quantity, fill.price, maker=maker)
        self._unlock(order, fill.quantity)
        thing, cash = money.asset(instrument), instrument.quote
        paid = EXACT.minus(EXACT.add(cost, charged))
        if order.side is Side.SELL:
            paid = EXACT.subtract(cost, charged)
        received = money.signed(fill.quantity, order.side)
        self.hold(thing, self.holding(thing).plus(total=received))
        self.hold(cash, self.holding(cash).plus(total=paid))
        after = money.exchanged(
            instrument, self.position(instrument), order.side, fill.quantity, fill.price
        )
        self._stand(instrument, after.position)
        return after.realized

    def _settle_margined(
        self, order: PaperOrder, fill: Fill, now: datetime, *, maker: bool
    ) -> Decimal | None:
        """None when the opened part cannot be margined; a loss ends at what the account has."""
        instrument = order.instrument
        after = money.exchanged(
            instrument, self.position(instrument), order.side, fill.quantity, fill.price
        )
        charged = fee(instrument, order.side, fill.quantity, fill.price, maker=maker)
        needed = money.margin(instrument, after.opened, fill.price, order.leverage)
        freed = EXACT.add(
            after.margin_freed, money.part(order.locked, fill.quantity, order.remaining)
        )
        cash = self.holding(instrument.quote).plus(
            total=EXACT.subtract(after.realized, charged), locked=EXACT.subtract(needed, freed)
        )
        if cash.free < 0 and after.opened:
            return None
        self._unlock(order, fill.quantity)
        position = replace(after.position, margin=EXACT.add(after.position.margin, needed))
        self._stand(instrument, position)
        self.hold(instrument.quote, cash)
        return EXACT.add(after.realized, self._cover(instrument, order.id, now))

    def _cover(self, instrument: Instrument, number: int, now: datetime) -> Decimal:
        """What the venue pays of a loss beyond all that the account could free for it."""
        for other in list(self.open_orders()):
            if self.holding(instrument.quote).free >= 0:
                return Decimal(0)
            if other.holds == instrument.quote and other.locked and other.id != number:
                self.end(other.id, ReportStatus.EXPIRED, now, reasons.MONEY_RAN_OUT)
        cash = self.holding(instrument.quote)
        if cash.free >= 0:
            return Decimal(0)
        missing = cash.free.copy_negate()
        self.hold(instrument.quote, cash.plus(total=missing))
        listed = (instrument.market_type, instrument.symbol)
        position = self.positions[listed]
        self.positions[listed] = replace(position, realized=EXACT.add(position.realized, missing))
        return missing

    def _unlock(self, order: PaperOrder, quantity: Decimal) -> None:
        released = money.part(order.locked, quantity, order.remaining)
        self.hold(order.holds, self.holding(order.holds).plus(locked=released.copy_negate()))
        self.orders[order.id] = replace(order, locked=EXACT.subtract(order.locked, released))

    def _stand(self, instrument: Instrument, position: Position) -> None:
        listed = (instrument.market_type, instrument.symbol)
        self.positions[listed] = position
        self.changed.positions.add(listed)
