"""One account's orders and money: placing, filling, cancelling. Pure: it is loaded and saved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from exchanges.errors import NotPlaced, Reason
from exchanges.messages import Instrument
from exchanges.paper import money, reasons
from exchanges.paper.fees import fee
from exchanges.paper.matching import Fill, take, trades_against
from exchanges.paper.prices import Listed, Prices
from exchanges.paper.state import Holding, PaperOrder, PaperTrade, Position
from exchanges.precision import EXACT, notional
from exchanges.vocabulary import OrderType, ReportStatus, Side, TimeInForce

_AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


@dataclass(slots=True, kw_only=True)
class Changed:
    """What a piece of work touched, so that only this is written."""

    orders: set[int] = field(default_factory=set)
    trades: list[tuple[int, PaperTrade]] = field(default_factory=list)
    holdings: set[str] = field(default_factory=set)
    positions: set[Listed] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.orders or self.holdings or self.positions)


class Ledger:
    """Orders that matter now: the open ones, and the one that is asked about."""

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

    def match(self, prices: Prices, now: datetime) -> None:
        """Let resting orders trade where the market has come to their price."""
        for order in list(self.open_orders()):
            last = prices.at(order.instrument, now)
            if last is None or order.price is None or not self.orders[order.id].is_open:
                continue
            quantity = trades_against(
                order.instrument,
                order.side,
                order.remaining,
                order.price,
                last=last,
                waited=now - order.matched_at,
            )
            if quantity:
                fill = Fill(quantity=quantity, price=order.price)
                self._fill(order.id, fill, now, maker=True)

    def place(self, order: PaperOrder, last: Decimal, now: datetime) -> PaperOrder:
        """Take in an order that keeps the rules; raises NotPlaced when it cannot be paid."""
        fills = take(order.instrument, order.side, order.quantity, last, order.price)
        if order.post_only and fills:
            raise NotPlaced(reasons.WOULD_CROSS)
        taken = sum((fill.quantity for fill in fills), Decimal(0))
        if order.time_in_force is TimeInForce.FOK and taken < order.quantity:
            fills = ()
        self._take_in(order, fills)
        for fill in fills:
            if self.orders[order.id].is_open:
                self._fill(order.id, fill, now, maker=False)
        if self.orders[order.id].is_open and order.time_in_force in _AT_ONCE:
            self._end(order.id, ReportStatus.EXPIRED, now, reasons.NOT_ALL_AT_ONCE)
        return self.orders[order.id]

    def cancel(self, number: int, now: datetime) -> PaperOrder:
        """An order that is finished already keeps its end."""
        if self.orders[number].is_open:
            self._end(number, ReportStatus.CANCELLED, now, None)
        return self.orders[number]

    def _take_in(self, order: PaperOrder, fills: tuple[Fill, ...]) -> None:
        """Lock what the order may cost at worst; nothing is changed when that is not free."""
        candidates = [fill.price for fill in fills] + ([order.price] if order.price else [])
        name, amount = money.to_lock(
            order.instrument,
            order.side,
            quantity=order.quantity,
            opening=self._opening(order),
            price=max(candidates),
            leverage=order.leverage,
        )
        held = self.holding(name)
        if amount > held.free:
            raise NotPlaced(reasons.insufficient_balance(name, amount, held.free))
        self._hold(name, held.plus(locked=amount))
        self.orders[order.id] = replace(order, holds=name, locked=amount)
        self.changed.orders.add(order.id)

    def _opening(self, order: PaperOrder) -> Decimal:
        """The part that adds risk. A resting order closes what those before it leave to close."""
        if order.reduce_only:
            return Decimal(0)
        closable = money.reducible(self.position(order.instrument), order.side)
        for other in self.open_orders() if order.order_type is OrderType.LIMIT else ():
            same = (other.market_type, other.symbol) == (order.market_type, order.symbol)
            if same and other.side is order.side and other.id != order.id:
                closable = EXACT.subtract(closable, other.remaining)
        return EXACT.subtract(order.quantity, min(order.quantity, max(closable, Decimal(0))))

    def _fill(self, number: int, fill: Fill, now: datetime, *, maker: bool) -> None:
        """One fill of an open order. One that cannot be paid or reduces nothing ends the order."""
        order = self.orders[number]
        wanted = self._allowed(order, fill)
        if wanted is None:
            self._end(number, ReportStatus.EXPIRED, now, reasons.NOTHING_TO_REDUCE)
            return
        margined = money.is_margined(order.instrument)
        settle = self._settle_margined if margined else self._settle_owned
        realized = settle(order, wanted, now, maker=maker)
        if realized is None:
            self._end(number, ReportStatus.EXPIRED, now, reasons.MARGIN_RAN_OUT)
            return
        self.orders[number] = _filled(self.orders[number], wanted, realized, now, maker=maker)
        self.changed.orders.add(number)
        self.changed.trades.append((number, self.orders[number].trades[-1]))
        if self.orders[number].is_open and wanted.quantity < fill.quantity:
            self._end(number, ReportStatus.EXPIRED, now, reasons.NOTHING_TO_REDUCE)

    def _allowed(self, order: PaperOrder, fill: Fill) -> Fill | None:
        if not (order.reduce_only and money.is_margined(order.instrument)):
            return fill
        closable = money.reducible(self.position(order.instrument), order.side)
        return replace(fill, quantity=min(fill.quantity, closable)) if closable else None

    def _settle_owned(
        self, order: PaperOrder, fill: Fill, _now: datetime, *, maker: bool
    ) -> Decimal | None:
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
        self._hold(thing, self.holding(thing).plus(total=received))
        self._hold(cash, self.holding(cash).plus(total=paid))
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
        self._hold(instrument.quote, cash)
        return EXACT.add(after.realized, self._cover(instrument, order.id, now))

    def _cover(self, instrument: Instrument, number: int, now: datetime) -> Decimal:
        """What the venue pays of a loss beyond all that the account could free for it."""
        for other in list(self.open_orders()):
            if self.holding(instrument.quote).free >= 0:
                return Decimal(0)
            if other.holds == instrument.quote and other.id != number:
                self._end(other.id, ReportStatus.EXPIRED, now, reasons.MARGIN_RAN_OUT)
        cash = self.holding(instrument.quote)
        if cash.free >= 0:
            return Decimal(0)
        missing = cash.free.copy_negate()
        self._hold(instrument.quote, cash.plus(total=missing))
        listed = (instrument.market_type, instrument.symbol)
        position = self.positions[listed]
        self.positions[listed] = replace(position, realized=EXACT.add(position.realized, missing))
        return missing

    def _unlock(self, order: PaperOrder, quantity: Decimal) -> None:
        released = money.part(order.locked, quantity, order.remaining)
        self._hold(order.holds, self.holding(order.holds).plus(locked=released.copy_negate()))
        self.orders[order.id] = replace(order, locked=EXACT.subtract(order.locked, released))

    def _end(self, number: int, status: ReportStatus, now: datetime, reason: Reason | None) -> None:
        order = self.orders[number]
        if order.locked:
            self._hold(
                order.holds, self.holding(order.holds).plus(locked=order.locked.copy_negate())
            )
        self.orders[number] = replace(
            order, status=status, locked=Decimal(0), updated_at=now, reason=reason
        )
        self.changed.orders.add(number)

    def _hold(self, name: str, holding: Holding) -> None:
        self.holdings[name] = holding
        self.changed.holdings.add(name)

    def _stand(self, instrument: Instrument, position: Position) -> None:
        listed = (instrument.market_type, instrument.symbol)
        self.positions[listed] = position
        self.changed.positions.add(listed)


def _filled(
    order: PaperOrder, fill: Fill, realized: Decimal, now: datetime, *, maker: bool
) -> PaperOrder:
    filled = EXACT.add(order.filled, fill.quantity)
    done = filled == order.quantity
    trade = PaperTrade(
        number=len(order.trades) + 1,
        quantity=fill.quantity,
        price=fill.price,
        fee=fee(order.instrument, order.side, fill.quantity, fill.price, maker=maker),
        fee_currency=order.instrument.quote,
        realized=realized,
        at=now,
    )
    return replace(
        order,
        filled=filled,
        value=EXACT.add(order.value, EXACT.multiply(fill.quantity, fill.price)),
        status=ReportStatus.FILLED if done else ReportStatus.PARTIALLY_FILLED,
        updated_at=now,
        matched_at=now,
        trades=(*order.trades, trade),
    )
