"""The paper venue's tables. They live beside the bridge's own and know nothing of them."""

from psycopg2 import extensions as pg

_LOCK = 0x70617065
_VERSION = "version 2"
_IS_CURRENT = f"SELECT obj_description(to_regnamespace('paper'), 'pg_namespace') = '{_VERSION}'"

_TABLES = """
CREATE SCHEMA IF NOT EXISTS paper;
CREATE SEQUENCE IF NOT EXISTS paper.order_number;
CREATE SEQUENCE IF NOT EXISTS paper.revision;

CREATE TABLE IF NOT EXISTS paper.account (
    account text PRIMARY KEY,
    opened_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS paper.holding (
    account text NOT NULL REFERENCES paper.account ON DELETE CASCADE,
    name text NOT NULL,
    total numeric NOT NULL,
    locked numeric NOT NULL,
    PRIMARY KEY (account, name),
    CONSTRAINT what_is_locked_is_there CHECK (locked >= 0 AND total >= locked)
);
CREATE TABLE IF NOT EXISTS paper.position (
    account text NOT NULL REFERENCES paper.account ON DELETE CASCADE,
    market_type text NOT NULL,
    symbol text NOT NULL,
    quantity numeric NOT NULL,
    cost numeric NOT NULL,
    margin numeric NOT NULL,
    realized numeric NOT NULL,
    PRIMARY KEY (account, market_type, symbol)
);
CREATE TABLE IF NOT EXISTS paper.book_order (
    id bigint PRIMARY KEY,
    account text NOT NULL REFERENCES paper.account ON DELETE CASCADE,
    client_order_id text NOT NULL,
    market_type text NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    order_type text NOT NULL,
    time_in_force text,
    quantity numeric NOT NULL,
    price numeric,
    reduce_only boolean NOT NULL,
    post_only boolean NOT NULL,
    leverage numeric NOT NULL,
    status text NOT NULL,
    is_open boolean NOT NULL,
    filled numeric NOT NULL,
    value numeric NOT NULL,
    holds text NOT NULL,
    locked numeric NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    matched_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT one_order_per_client_order_id UNIQUE (account, client_order_id),
    CONSTRAINT no_fill_beyond_the_quantity CHECK (filled >= 0 AND filled <= quantity)
);
CREATE INDEX IF NOT EXISTS open_orders_of_an_account ON paper.book_order (account) WHERE is_open;
CREATE INDEX IF NOT EXISTS changes_of_an_account ON paper.book_order (account, revision);
CREATE TABLE IF NOT EXISTS paper.trade (
    order_id bigint NOT NULL REFERENCES paper.book_order ON DELETE CASCADE,
    number integer NOT NULL,
    quantity numeric NOT NULL CHECK (quantity > 0),
    price numeric NOT NULL CHECK (price > 0),
    fee numeric NOT NULL,
    fee_currency text NOT NULL,
    realized numeric NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_id, number)
);
CREATE TABLE IF NOT EXISTS paper.price (
    market_type text NOT NULL,
    symbol text NOT NULL,
    price numeric NOT NULL CHECK (price > 0),
    PRIMARY KEY (market_type, symbol)
);
CREATE TABLE IF NOT EXISTS paper.anchor (
    market_type text NOT NULL,
    symbol text NOT NULL,
    price numeric NOT NULL CHECK (price > 0),
    at timestamptz NOT NULL,
    PRIMARY KEY (market_type, symbol)
);
"""


_COLUMNS = f"""
ALTER TABLE paper.book_order
    ADD COLUMN IF NOT EXISTS stop_price numeric,
    ADD COLUMN IF NOT EXISTS trail numeric,
    ADD COLUMN IF NOT EXISTS extreme numeric,
    ADD COLUMN IF NOT EXISTS triggered_at timestamptz,
    ADD COLUMN IF NOT EXISTS linked_to text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS yielded numeric NOT NULL DEFAULT 0
        CONSTRAINT what_was_yielded_is_not_filled
        CHECK (yielded >= 0 AND filled + yielded <= quantity);
CREATE INDEX IF NOT EXISTS linked_orders_of_an_account
    ON paper.book_order (account, linked_to) WHERE linked_to <> '';
COMMENT ON SCHEMA paper IS '{_VERSION}';
"""
"""What came later, for databases that were made before it; those keep all that is in them."""


def ensure(cursor: pg.cursor) -> None:
    """Make or extend the tables once, however many processes begin together. Needs autocommit."""
    cursor.execute(_IS_CURRENT)
    if cursor.fetchone() == (True,):
        return
    cursor.execute(f"BEGIN; SELECT pg_advisory_xact_lock({_LOCK}); {_TABLES} {_COLUMNS} COMMIT")
