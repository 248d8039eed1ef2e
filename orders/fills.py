"""Which trades a report adds to the ones that are known of its order.

The rule: the filled quantity follows the venue's cumulative figure; what its trades do not explain
is one synthetic trade, and a real trade that comes later takes the synthetic one's place instead
of being added to it. What is booked never shrinks, and exceeds the figure only by real trades.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext

from exchanges.messages import OrderReport, TradeReport
from orders.positions import EXACT, average, to_places, total
from orders.wire import decimal_text

_ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Fill:
    """A trade of an order. `id` is None before it has a row; at a quantity of zero it loses it."""

    id: int | None
    exchange_trade_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal = _ZERO
    fee_currency: str = ""
    executed_at: datetime
    is_synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A part of a fill that moves the position: `instead_of` is the price it was booked at before,
    when it takes a synthetic trade's place. `fee` is the whole fill's, on one part of it alone."""

    fill: Fill
    quantity: Decimal
    instead_of: Decimal | None = None
    fee: Decimal = _ZERO


class Fills:
    """The trades of one order. `price` is for fills that the venue gave no price."""

    def __init__(self, client_order_id: str, price: Decimal, known: Iterable[Fill] = ()) -> None:
        self._prefix = f"{client_order_id}:"
        self._price = price
        self.known = list(known)

    def is_synthetic(self, exchange_trade_id: str) -> bool:
        return exchange_trade_id.startswith(self._prefix)

    @property
    def quantity(self) -> Decimal:
        return total(fill.quantity for fill in self.known)

    def average_price(self, report: OrderReport | None) -> Decimal | None:
        """From the trades when they are complete, else as the venue says."""
        complete = not any(fill.is_synthetic and fill.quantity for fill in self.known)
        if not complete and report is not None and report.average_price:
            return to_places(report.average_price)
        return average([(fill.quantity, fill.price) for fill in self.known])

    def has_news(self, report: OrderReport) -> bool:
        ids = {fill.exchange_trade_id for fill in self.known}
        return report.filled_quantity > self.quantity or any(
            trade.exchange_trade_id not in ids for trade in report.trades
        )

    def book(self, report: OrderReport) -> list[Booked]:
        """The report's news, in the order of its trades."""
        with localcontext(EXACT):
            return self._book(report)

    def _book(self, report: OrderReport) -> list[Booked]:
        cumulative = to_places(report.filled_quantity)
        target = max(cumulative, self.quantity)
        ids = {fill.exchange_trade_id for fill in self.known}
        booked: list[Booked] = []
        for trade in sorted(report.trades, key=lambda trade: trade.at):
            if trade.exchange_trade_id not in ids and to_places(trade.quantity) > 0:
                ids.add(trade.exchange_trade_id)
                booked += self._take(trade, target)
        if cumulative > self.quantity:
            booked.append(self._explain(report, cumulative))
        return booked

    def _take(self, trade: TradeReport, target: Decimal) -> list[Booked]:
        fill = Fill(
            id=None,
            exchange_trade_id=trade.exchange_trade_id,
            quantity=to_places(trade.quantity),
            price=to_places(trade.price),
            fee=to_places(trade.fee),
            fee_currency=trade.fee_currency,
            executed_at=trade.at,
            is_synthetic=False,
        )
        self.known.append(fill)
        booked = self._replace(fill, self.quantity - target)
        new = fill.quantity - total(part.quantity for part in booked)
        if new:
            booked.append(Booked(fill=fill, quantity=new))
        booked[-1] = replace(booked[-1], fee=fill.fee)
        return booked

    def _replace(self, fill: Fill, excess: Decimal) -> list[Booked]:
        """Synthetic trades, oldest first, give way to as much of the fill as is counted twice."""
        excess = min(excess, fill.quantity)
        booked = []
        for synthetic in [known for known in self.known if known.is_synthetic]:
            part = min(excess, synthetic.quantity)
            if part <= 0:
                continue
            synthetic.quantity -= part
            excess -= part
            booked.append(Booked(fill=fill, quantity=part, instead_of=synthetic.price))
        return booked

    def _explain(self, report: OrderReport, cumulative: Decimal) -> Booked:
        missing = cumulative - self.quantity
        fill = Fill(
            id=None,
            exchange_trade_id=f"{self._prefix}{decimal_text(cumulative)}",
            quantity=missing,
            price=self._price_of(missing, cumulative, report),
            executed_at=report.at,
            is_synthetic=True,
        )
        self.known.append(fill)
        return Booked(fill=fill, quantity=missing)

    def _price_of(self, missing: Decimal, cumulative: Decimal, report: OrderReport) -> Decimal:
        """So that all fills together have the average price which the venue gave."""
        if not report.average_price:
            return to_places(report.price or self._price)
        value = cumulative * report.average_price
        rest = value - total(fill.quantity * fill.price for fill in self.known)
        return to_places(rest / missing if rest > 0 else report.average_price)
