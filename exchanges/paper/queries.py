"""The paper venue's SQL, in the words of its tables."""

LOCK = "BEGIN; SELECT 1 FROM paper.account WHERE account = %(account)s FOR UPDATE;"
LOAD = """
EXECUTE paper_load(
    %(account)s, %(client_order_id)s, %(number)s, %(market_type)s, %(symbol)s, %(placing)s,
    %(linked_to)s
)
"""
PREPARE = """
SET TIME ZONE 'UTC';
SET statement_timeout = '5s';
SET lock_timeout = '3s';
SET plan_cache_mode = force_generic_plan;
PREPARE paper_load (text, text, bigint, text, text, boolean, text) AS
WITH mine AS MATERIALIZED (
    SELECT * FROM paper.book_order WHERE account = $1 AND is_open
    UNION
    SELECT * FROM paper.book_order
    WHERE account = $1 AND (client_order_id = $2 OR id = $3)
    UNION
    SELECT * FROM paper.book_order WHERE account = $1 AND $6 AND client_order_id = $7
    UNION
    SELECT * FROM paper.book_order
    WHERE account = $1 AND $6 AND linked_to = $2 AND linked_to <> ''
), listed AS MATERIALIZED (
    SELECT market_type, symbol FROM mine WHERE is_open
    UNION SELECT $4, $5
)
SELECT
    (SELECT json_agg(h)::text FROM paper.holding h WHERE account = $1),
    (SELECT json_agg(p)::text FROM paper.position p WHERE account = $1),
    (SELECT json_agg(o)::text FROM (
        SELECT mine.*, (
            SELECT json_agg(t ORDER BY number) FROM paper.trade t WHERE t.order_id = mine.id
        ) AS trades FROM mine
    ) o),
    (SELECT json_agg(p)::text FROM paper.price p JOIN listed USING (market_type, symbol)),
    (SELECT json_agg(a)::text FROM paper.anchor a JOIN listed USING (market_type, symbol)),
    (SELECT coalesce(max(revision), 0) FROM paper.book_order WHERE account = $1),
    CASE WHEN $6 THEN nextval('paper.order_number') END
"""
"""Once a connection: planning the load anew for every order would cost as much as all the rest."""

CHANGES = """
SELECT json_agg(o ORDER BY revision)::text FROM (
    SELECT book_order.*, (
        SELECT json_agg(t ORDER BY number) FROM paper.trade t WHERE t.order_id = book_order.id
    ) AS trades
    FROM paper.book_order WHERE account = %s AND revision > %s
) o
"""
ORDER = """
INSERT INTO paper.book_order (
    id, account, client_order_id, market_type, symbol, side, order_type, time_in_force, quantity,
    price, reduce_only, post_only, leverage, status, is_open, filled, value, holds, locked, reason,
    created_at, updated_at, matched_at, stop_price, trail, extreme, triggered_at, linked_to,
    yielded, revision
) VALUES (%s, nextval('paper.revision'))
ON CONFLICT (id) DO UPDATE SET
    status = excluded.status, is_open = excluded.is_open, filled = excluded.filled,
    value = excluded.value, holds = excluded.holds, locked = excluded.locked,
    reason = excluded.reason, updated_at = excluded.updated_at, matched_at = excluded.matched_at,
    extreme = excluded.extreme, triggered_at = excluded.triggered_at,
    yielded = excluded.yielded, revision = excluded.revision
"""
EXTREMES = """
UPDATE paper.book_order SET extreme = seen.extreme
FROM (VALUES %s) AS seen (id, extreme) WHERE book_order.id = seen.id
"""
"""Without a new revision: that a trailing stop moves is no news of the order."""
TRADES = "INSERT INTO paper.trade VALUES %s"
HOLDINGS = """
INSERT INTO paper.holding (account, name, total, locked) VALUES %s
ON CONFLICT (account, name) DO UPDATE SET total = excluded.total, locked = excluded.locked
"""
POSITIONS = """
INSERT INTO paper.position (account, market_type, symbol, quantity, cost, margin, realized)
VALUES %s
ON CONFLICT (account, market_type, symbol) DO UPDATE SET
    quantity = excluded.quantity, cost = excluded.cost, margin = excluded.margin,
    realized = excluded.realized
"""
ANCHOR = """
INSERT INTO paper.anchor (market_type, symbol, price, at) VALUES %s
ON CONFLICT (market_type, symbol) DO UPDATE SET price = excluded.price, at = excluded.at
"""
NEW_ACCOUNT = "INSERT INTO paper.account VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING account"
FIRST_HOLDING = "INSERT INTO paper.holding (account, name, total, locked) VALUES (%s, %s, %s, 0)"
