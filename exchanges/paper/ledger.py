"""How one account's orders come in, wait, trade and end. Pure: a book is loaded and saved."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from exchanges.errors import NotPlaced
from exchanges.paper import conditional, money, pairs, reasons
from exchanges.paper.book import Book
from exchanges.paper.fees import fee
from exchanges.paper.matching import Fill, take, trades_against
from exchanges.paper.prices import Prices
from exchanges.paper.state import PaperOrder, PaperTrade
from exchanges.precision import EXACT
from exchanges.vocabulary import ReportStatus, TimeInForce

_AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


class Ledger(Book):
    """The venue's rules over one account's book."""

    def match(self, prices: Prices, now: datetime) -> None:
        """Let resting orders trade, and waiting ones become live, where the market has come."""
        for number in [order.id for order in self.open_orders()]:
            order = self.orders[number]
            last = prices.at(order.instrument, now)
            if last is None or not order.is_open:
                continue
            if order.is_waiting:
                self._follow(order, last, now)
            elif order.price is not None:
                self._trade_resting(order, order.price, last, now)

    def place(self, order: PaperOrder, last: Decimal, now: datetime) -> PaperOrder:
        """Take in an order that keeps the rules; raises NotPlaced when it cannot be paid."""
        refused = pairs.refusal(order, self.orders.values())
        if refused is not None:
            raise NotPlaced(refused)
        order = pairs.within(order, pairs.partners(order, self.orders.values()))
        order = conditional.followed(order, last)
        if not order.remaining:
            self.put(order)
            self.end(order.id, ReportStatus.CANCELLED, now, reasons.LINKED_TRADED)
        elif not order.is_waiting:
            self._enter(order, last, now)
        elif conditional.is_reached(order, last):
            self._enter(replace(order, triggered_at=now), last, now)
        else:
            self.put(order)
        return self.orders[order.id]

    def cancel(self, number: int, now: datetime) -> PaperOrder:
        """An order that is finished already keeps its end; a linked one stays."""
        if self.orders[number].is_open:
            self.end(number, ReportStatus.CANCELLED, now, None)
        return self.orders[number]

    def _follow(self, order: PaperOrder, last: Decimal, now: datetime) -> None:
        """One that cannot be paid when the market reaches its stop is rejected then."""
        followed = conditional.followed(order, last)
        if followed is not order:
            self.orders[order.id] = followed
            self.changed.extremes.add(order.id)
        if not conditional.is_reached(followed, last):
            return
        live = replace(followed, triggered_at=now, updated_at=now, matched_at=now)
        try:
            self._enter(live, last, now)
        except NotPlaced:
            self.end(order.id, ReportStatus.REJECTED, now, reasons.MONEY_RAN_OUT)

    def _trade_resting(
        self, order: PaperOrder, price: Decimal, last: Decimal, now: datetime
    ) -> None:
        quantity = trades_against(
            order.instrument,
            order.side,
            order.remaining,
            price,
            last=last,
            waited=now - order.matched_at,
        )
        if quantity:
            self._fill(order.id, Fill(quantity=quantity, price=price), now, maker=True)

    def _enter(self, order: PaperOrder, last: Decimal, now: datetime) -> None:
        """Into the market: what crosses trades, the rest rests or ends."""
        fills = take(order.instrument, order.side, order.remaining, last, order.price)
        if order.post_only and fills:
            raise NotPlaced(reasons.WOULD_CROSS)
        taken = sum((fill.quantity for fill in fills), Decimal(0))
        if order.time_in_force is TimeInForce.FOK and taken < order.remaining:
            fills = ()
        self._take_in(order, fills)
        for fill in fills:
            if self.orders[order.id].is_open:
                self._fill(order.id, fill, now, maker=False)
        if self.orders[order.id].is_open and order.time_in_force in _AT_ONCE:
            self.end(order.id, ReportStatus.EXPIRED, now, reasons.NOT_ALL_AT_ONCE)

    def _take_in(self, order: PaperOrder, fills: tuple[Fill, ...]) -> None:
        """Lock what the order may cost at worst; nothing is changed when that is not free."""
        candidates = [fill.price for fill in fills] + ([order.price] if order.price else [])
        name, amount = money.to_lock(
            order.instrument,
            order.side,
            quantity=order.remaining,
            opening=self._opening(order),
            price=max(candidates),
            leverage=order.leverage,
        )
        twin = self.twin(order)
        if twin is not None:
            amount = EXACT.subtract(amount, min(amount, twin.locked))
        held = self.holding(name)
        if amount > held.free:
            raise NotPlaced(reasons.insufficient_balance(name, amount, held.free))
        self.hold(name, held.plus(locked=amount))
        self.put(replace(order, holds=name, locked=amount))
        self.share(order)

    def _opening(self, order: PaperOrder) -> Decimal:
        """The part that adds risk. A resting order closes what those before it leave to close."""
        if order.reduce_only:
            return Decimal(0)
        closable = money.reducible(self.position(order.instrument), order.side)
        for other in self.open_orders() if order.price is not None else ():
            same = (other.market_type, other.symbol) == (order.market_type, order.symbol)
            counts = other.side is order.side and other.id != order.id and not other.is_waiting
            if same and counts:
                closable = EXACT.subtract(closable, other.remaining)
        return EXACT.subtract(order.remaining, min(order.remaining, max(closable, Decimal(0))))

    def _fill(self, number: int, fill: Fill, now: datetime, *, maker: bool) -> None:
        """One fill of an open order. One that cannot be paid or reduces nothing ends the order."""
        order = self.orders[number]
        wanted = self._allowed(order, fill)
        if wanted is None:
            self.end(number, ReportStatus.EXPIRED, now, reasons.NOTHING_TO_REDUCE)
            return
        realized = self.settle(order, wanted, now, maker=maker)
        if realized is None:
            self.end(number, ReportStatus.EXPIRED, now, reasons.MONEY_RAN_OUT)
            return
        filled = _filled(self.orders[number], wanted, realized, now, maker=maker)
        self.put(filled)
        self.changed.trades.append((number, filled.trades[-1]))
        self.yield_to(filled, now)
        if filled.is_open and wanted.quantity < fill.quantity:
            self.end(number, ReportStatus.EXPIRED, now, reasons.NOTHING_TO_REDUCE)

    def _allowed(self, order: PaperOrder, fill: Fill) -> Fill | None:
        if not (order.reduce_only and money.is_margined(order.instrument)):
            return fill
        closable = money.reducible(self.position(order.instrument), order.side)
        return replace(fill, quantity=min(fill.quantity, closable)) if closable else None


def _filled(
    order: PaperOrder, fill: Fill, realized: Decimal, now: datetime, *, maker: bool
) -> PaperOrder:
    trade = PaperTrade(
        number=len(order.trades) + 1,
        quantity=fill.quantity,
        price=fill.price,
        fee=fee(order.instrument, order.side, fill.quantity, fill.price, maker=maker),
        fee_currency=order.instrument.quote,
        realized=realized,
        at=now,
    )
    filled = replace(
        order,
        filled=EXACT.add(order.filled, fill.quantity),
        value=EXACT.add(order.value, EXACT.multiply(fill.quantity, fill.price)),
        status=ReportStatus.PARTIALLY_FILLED,
        updated_at=now,
        matched_at=now,
        trades=(*order.trades, trade),
    )
    if filled.remaining:
        return filled
    if filled.yielded:
        return replace(filled, status=ReportStatus.CANCELLED, reason=reasons.LINKED_TRADED)
    return replace(filled, status=ReportStatus.FILLED)
