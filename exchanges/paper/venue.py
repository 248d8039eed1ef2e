"""One account's work at the paper venue: load the book, let the pure ledger work on it, save it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from psycopg2 import extensions as pg

from exchanges.base import Capabilities
from exchanges.errors import NotPlaced, OutcomeUnknown, ReadFailed
from exchanges.messages import Instrument, OrderRef, OrderReport, OrderRequest
from exchanges.paper import admission, reasons, store
from exchanges.paper.ledger import Ledger
from exchanges.paper.matching import best
from exchanges.paper.state import LIMITED, PaperOrder, order_number
from exchanges.paper.store import Loaded, Wanted
from exchanges.vocabulary import OrderType


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAtVenue:
    """Runs in a thread that lends a cursor. `starting` is the account's first money."""

    key: str
    capabilities: Capabilities
    starting: dict[str, Decimal]
    clock: Callable[[], datetime]

    def open(self, cursor: pg.cursor) -> int:
        """The account's revision, from which changes are watched."""
        store.open_account(cursor, self.key, self.starting, self.clock())
        return store.load(cursor, self.key, Wanted(), lock=False).revision

    def place(self, cursor: pg.cursor, request: OrderRequest) -> OrderReport:
        listed = admission.offered(request, self.capabilities)
        market = (request.market_type, request.symbol)
        wanted = Wanted(ref=request.ref, listed=market, placing=True, linked_to=request.linked_to)
        loaded = store.load(cursor, self.key, wanted, lock=True)
        ledger, now = loaded.ledger, self.clock()
        if any(each.client_order_id == request.client_order_id for each in ledger.orders.values()):
            raise OutcomeUnknown(reasons.duplicate_client_order_id(request.client_order_id))
        ledger.match(loaded.prices, now)
        is_market = request.order_type is OrderType.MARKET
        stated = request.reference_price if is_market else request.price or request.reference_price
        last, anchor = loaded.prices.for_order(listed, stated, moves=is_market, now=now)
        if last is None:
            raise NotPlaced(reasons.price_unknown(request.symbol))
        admission.check(request, listed, ledger, last)
        order = _order(request, loaded.next_number, now)
        if request.order_type is OrderType.BEST_LIMIT:
            order = replace(order, price=best(listed, last, request.side))
        order = ledger.place(order, last, now)
        store.save(cursor, self.key, ledger, [(market, anchor)] if anchor else [])
        return order.report()

    def cancel(self, cursor: pg.cursor, ref: OrderRef) -> OrderReport:
        loaded = store.load(cursor, self.key, Wanted(ref=ref), lock=True)
        now = self.clock()
        found = find(loaded.ledger, ref)
        if found is None:
            raise NotPlaced(reasons.ORDER_NOT_FOUND)
        loaded.ledger.match(loaded.prices, now)
        order = loaded.ledger.cancel(found.id, now)
        store.save(cursor, self.key, loaded.ledger)
        return order.report()

    def look(self, cursor: pg.cursor, wanted: Wanted) -> Loaded:
        """The book as it is after resting orders have traded; it is locked only when they do."""
        loaded = store.load(cursor, self.key, wanted, lock=False)
        now = self.clock()
        loaded.ledger.match(loaded.prices, now)
        if not loaded.ledger.changed:
            return loaded
        loaded = store.load(cursor, self.key, wanted, lock=True)
        loaded.ledger.match(loaded.prices, now)
        store.save(cursor, self.key, loaded.ledger)
        return loaded

    def price(self, cursor: pg.cursor, listed: Instrument) -> tuple[Decimal, datetime]:
        market = (listed.market_type, listed.symbol)
        prices = store.load(cursor, self.key, Wanted(listed=market), lock=False).prices
        now = self.clock()
        last = prices.at(listed, now)
        if last is None:
            raise ReadFailed(reasons.price_unknown(listed.symbol))
        return last, now

    def changes(self, cursor: pg.cursor, since: int) -> tuple[int, list[PaperOrder]]:
        """Let resting orders trade, then the orders that changed after this revision."""
        loaded = self.look(cursor, Wanted())
        if loaded.revision == since and not loaded.ledger.changed:
            return since, []
        return store.changes(cursor, self.key, since)


def find(ledger: Ledger, ref: OrderRef) -> PaperOrder | None:
    """By the client's id when there is one, else by the venue's."""
    number = order_number(ref.exchange_order_id)
    for order in ledger.orders.values():
        if ref.client_order_id:
            if order.client_order_id == ref.client_order_id:
                return order
        elif order.id == number:
            return order
    return None


def _order(request: OrderRequest, number: int, now: datetime) -> PaperOrder:
    order = PaperOrder(
        id=number,
        client_order_id=request.client_order_id,
        market_type=request.market_type,
        symbol=request.symbol,
        side=request.side,
        order_type=request.order_type,
        quantity=request.quantity,
        price=request.price if request.order_type in LIMITED else None,
        created_at=now,
        updated_at=now,
        matched_at=now,
    )
    return replace(
        order,
        time_in_force=request.time_in_force,
        reduce_only=request.reduce_only,
        post_only=request.post_only,
        leverage=request.leverage,
        stop_price=request.stop_price,
        trail=request.trail,
        linked_to=request.linked_to,
    )
