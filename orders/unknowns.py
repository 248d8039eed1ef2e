"""Which lanes hold an order whose outcome nobody knows: opening orders wait behind it."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders.lanes import Key
from orders.vocabulary import OrderStatus


@dataclass(slots=True)
class _Unknown:
    lane: Key
    recorded_at: int | None


class UnknownOutcomes:
    """In memory, from this process' own outcomes at once and from the ledger's view behind them."""

    def __init__(self) -> None:
        self._orders: dict[int, _Unknown] = {}
        self._lanes: dict[Key, int] = {}
        self._moment = 0

    def __len__(self) -> int:
        return len(self._orders)

    def blocks(self, lane: Key) -> bool:
        return lane in self._lanes

    def add(self, order_id: int, lane: Key) -> None:
        """Known here before the ledger knows it."""
        if order_id not in self._orders:
            self._orders[order_id] = _Unknown(lane, None)
            self._lanes[lane] = self._lanes.get(lane, 0) + 1

    def settle(self, order_id: int, lane: Key, status: OrderStatus) -> None:
        """The ledger holds this status of the order now."""
        if status is OrderStatus.UNKNOWN:
            self.add(order_id, lane)
            self.recorded(order_id)
        else:
            self.discard(order_id)

    def recorded(self, order_id: int) -> None:
        """The ledger knows it too, so from now on its absence there means that it is resolved."""
        unknown = self._orders.get(order_id)
        if unknown is not None:
            unknown.recorded_at = self._now()

    def discard(self, order_id: int) -> None:
        unknown = self._orders.pop(order_id, None)
        if unknown is None:
            return
        count = self._lanes[unknown.lane] - 1
        if count:
            self._lanes[unknown.lane] = count
        else:
            del self._lanes[unknown.lane]

    def asking(self) -> int:
        """Call before the ledger is read; the answer goes into `replace`."""
        return self._now()

    def replace(self, ledger: Iterable[tuple[int, Key]], asked: int) -> None:
        """What was recorded after the question was asked may be missing in its answer."""
        rows = dict(ledger)
        for order_id, unknown in list(self._orders.items()):
            seen_too_early = unknown.recorded_at is None or unknown.recorded_at > asked
            if order_id not in rows and not seen_too_early:
                self.discard(order_id)
        for order_id, lane in rows.items():
            self.add(order_id, lane)
            self.recorded(order_id)

    def _now(self) -> int:
        self._moment += 1
        return self._moment
