"""Prices set by hand: for a management command, for demonstrations and for tests."""

from contextlib import closing
from decimal import Decimal

import psycopg2

from exchanges.paper import schema
from exchanges.paper.instruments import instrument
from exchanges.precision import nearest_tick
from exchanges.vocabulary import MarketType

_SET = """
INSERT INTO paper.price (market_type, symbol, price) VALUES (%s, %s, %s)
ON CONFLICT (market_type, symbol) DO UPDATE SET price = excluded.price
"""
_CLEAR = "DELETE FROM paper.price WHERE market_type = %s AND symbol = %s"


def set_price(database_url: str, market_type: MarketType, symbol: str, price: Decimal) -> Decimal:
    """Hold a symbol at the nearest price on its tick until it is cleared; returns that price."""
    if not (price.is_finite() and price > 0):
        raise ValueError(f"a price must be positive and finite, was {price}")
    on_tick = nearest_tick(price, instrument(market_type, symbol).ticks)
    _execute(database_url, _SET, (market_type, symbol, on_tick))
    return on_tick


def clear_price(database_url: str, market_type: MarketType, symbol: str) -> None:
    """Let a symbol walk again; nothing happens when it was not held."""
    _execute(database_url, _CLEAR, (market_type, symbol))


def _execute(database_url: str, statement: str, values: tuple[object, ...]) -> None:
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            schema.ensure(cursor)
            cursor.execute(statement, values)
