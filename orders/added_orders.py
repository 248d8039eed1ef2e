"""The one statement that adds orders to alerts which are stored already."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orders import order_columns
from orders.drafts import OrderDraft
from orders.order_columns import ORDER, casts
from orders.rows import Cursor
from orders.vocabulary import OrderStatus
from orders.wire import array

# Without its alert an order has no alert_id, and the whole statement fails.
_ADD = f"""
WITH placed AS (
  INSERT INTO orders_order (
    alert_id, {", ".join(ORDER)},
    exchange_order_id, filled_quantity, claimed_by, created_at, updated_at
  )
  SELECT a.id, {", ".join(f"d.{name}" for name in ORDER)},
         '', 0, %s::bigint, %s::timestamptz, %s::timestamptz
  FROM unnest(%s::text[], {casts(ORDER)})
    WITH ORDINALITY AS d(receipt, {", ".join(ORDER)}, place)
  LEFT JOIN orders_alert a USING (receipt)
  ORDER BY d.place
  ON CONFLICT (client_order_id) DO NOTHING
  RETURNING id, client_order_id, status, error_code, created_at
), written AS (
  INSERT INTO orders_ordertransition (order_id, from_status, to_status, event, cause, at)
  SELECT id, '', status, 'CREATED', error_code, created_at FROM placed
)
SELECT client_order_id, id FROM placed
"""
_FIND = """
SELECT client_order_id, id, claimed_by IS NOT DISTINCT FROM %s AND created_at = %s
FROM orders_order WHERE client_order_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Orders of stored alerts. Those in `claimed` are born as this process's to send at once."""

    orders: Sequence[OrderDraft]
    claimed: Container[str] = frozenset()

    def birth(self, draft: OrderDraft) -> OrderStatus:
        return order_columns.birth(draft, self.claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What became of an addition: ids by client order id of those that are new, and the client
    order ids of those that were there before.
    """

    new: Mapping[str, int]
    known: frozenset[str]

    def order_ids(self, addition: Addition) -> tuple[int, ...]:
        names = (draft.client_order_id for draft in addition.orders)
        return tuple(self.new[name] for name in names if name in self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """`order_ids` are those of the drafts that are not in `known`, in their order. An order that
    is known by its client order id was stored before: it is not the caller's to send.
    """

    order_ids: tuple[int, ...]
    known: frozenset[str]
    committed_at: datetime


def add(cursor: Cursor, addition: Addition, process_id: int, at: datetime) -> Placing:
    """Whole or not at all; what a lost attempt of the same instant has stored is new as well."""
    rows = (
        order_columns.values(draft.receipt, draft, addition.birth(draft), at)
        for draft in addition.orders
    )
    cursor.execute(_ADD, (process_id, at, at, *map(array, zip(*rows, strict=True))))
    new = dict(cursor.fetchall())
    if len(new) == len(addition.orders):
        return Placing(new=new, known=frozenset())
    before = find(cursor, addition, process_id, at)
    return Placing(new={**before.new, **new}, known=before.known)


def find(cursor: Cursor, addition: Addition, process_id: int, at: datetime) -> Placing:
    """What of it is in the ledger: new is what this process has stored at that instant."""
    names = [draft.client_order_id for draft in addition.orders]
    cursor.execute(_FIND, (process_id, at, names))
    new, known = {}, set()
    for client_order_id, order_id, is_new in cursor.fetchall():
        if is_new:
            new[client_order_id] = order_id
        else:
            known.add(client_order_id)
    return Placing(new=new, known=frozenset(known))
