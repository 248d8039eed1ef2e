"""Between rows and the book's own shapes. Numbers come as exact JSON and never as binary floats."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from exchanges.paper.prices import Anchor, Listed
from exchanges.paper.reasons import END_REASONS
from exchanges.paper.state import Holding, PaperOrder, PaperTrade, Position
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side, TimeInForce

Row = Mapping[str, Any]

_loads = partial(json.loads, parse_float=Decimal, parse_int=Decimal)


def parse(text: str | None) -> list[Row]:
    return _loads(text) if text else []


def holdings(rows: list[Row]) -> dict[str, Holding]:
    return {row["name"]: Holding(total=row["total"], locked=row["locked"]) for row in rows}


def positions(rows: list[Row]) -> dict[Listed, Position]:
    return {
        listed(row): Position(
            quantity=row["quantity"],
            cost=row["cost"],
            margin=row["margin"],
            realized=row["realized"],
        )
        for row in rows
    }


def fixed_prices(rows: list[Row]) -> dict[Listed, Decimal]:
    return {listed(row): row["price"] for row in rows}


def anchors(rows: list[Row]) -> dict[Listed, Anchor]:
    return {listed(row): Anchor(price=row["price"], at=_time(row["at"])) for row in rows}


def listed(row: Row) -> Listed:
    return MarketType(row["market_type"]), row["symbol"]


def order(row: Row) -> PaperOrder:
    return PaperOrder(
        id=int(row["id"]),
        client_order_id=row["client_order_id"],
        market_type=MarketType(row["market_type"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        order_type=OrderType(row["order_type"]),
        time_in_force=TimeInForce(row["time_in_force"]) if row["time_in_force"] else None,
        quantity=row["quantity"],
        price=row["price"],
        reduce_only=row["reduce_only"],
        post_only=row["post_only"],
        leverage=row["leverage"],
        status=ReportStatus(row["status"]),
        filled=row["filled"],
        value=row["value"],
        holds=row["holds"],
        locked=row["locked"],
        reason=END_REASONS.get(row["reason"]),
        created_at=_time(row["created_at"]),
        updated_at=_time(row["updated_at"]),
        matched_at=_time(row["matched_at"]),
        stop_price=row["stop_price"],
        trail=row["trail"],
        extreme=row["extreme"],
        triggered_at=_time(row["triggered_at"]) if row["triggered_at"] else None,
        linked_to=row["linked_to"],
        yielded=row["yielded"],
        trades=tuple(_trade(each) for each in row["trades"] or ()),
    )


def order_values(each: PaperOrder, account: str) -> tuple[object, ...]:
    """In the order of the columns that the insert names."""
    return (
        each.id,
        account,
        each.client_order_id,
        each.market_type,
        each.symbol,
        each.side,
        each.order_type,
        each.time_in_force,
        each.quantity,
        each.price,
        each.reduce_only,
        each.post_only,
        each.leverage,
        each.status,
        each.is_open,
        each.filled,
        each.value,
        each.holds,
        each.locked,
        each.reason.code if each.reason else "",
        each.created_at,
        each.updated_at,
        each.matched_at,
        each.stop_price,
        each.trail,
        each.extreme,
        each.triggered_at,
        each.linked_to,
        each.yielded,
    )


def trade_values(number: int, each: PaperTrade) -> tuple[object, ...]:
    return (
        number,
        each.number,
        each.quantity,
        each.price,
        each.fee,
        each.fee_currency,
        each.realized,
        each.at,
    )


def _trade(row: Row) -> PaperTrade:
    return PaperTrade(
        number=int(row["number"]),
        quantity=row["quantity"],
        price=row["price"],
        fee=row["fee"],
        fee_currency=row["fee_currency"],
        realized=row["realized"],
        at=_time(row["at"]),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
