"""Whole bodies as senders post them, with the exact reading or the exact refusal of each."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from exchanges.vocabulary import MarketType, OrderType, TimeInForce
from tests.webhooks.messages import TABLE
from tests.webhooks.messages.telling import Case, Plain
from webhooks.grammar import read_message
from webhooks.instructions import (
    CancelAllInstruction,
    CancelInstruction,
    Instruction,
    OrderInstruction,
    Reading,
)
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused, Refusal

KINDS: dict[type[Instruction], str] = {
    OrderInstruction: "ORDER",
    CancelInstruction: "CANCEL",
    CancelAllInstruction: "CANCEL_ALL_ORDER",
}
OF_THE_ALERT = ("alert_id", "time", "prev_market_position", "market_position")


def reading(case: Case) -> Reading:
    return interpret(read_message(case.sent, case.content_type), MarketType(case.market))


def plainly(instruction: Instruction) -> Plain:
    """Every field that says something; a number that is no Decimal would not be text here."""
    told: dict[str, Any] = {"kind": KINDS[type(instruction)]}
    for field in fields(instruction):
        value = getattr(instruction, field.name)
        if value is not None and value is not False and value != "":
            told[field.name] = _plain(value)
    if told["index"] == 0:
        del told["index"]
    return told


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.value if isinstance(value, StrEnum) else value


def named(refusal: Refusal) -> str:
    return f"{refusal.http_status} {refusal.reason.code} {refusal.field}".rstrip()


def said_of_the_alert(read: Reading) -> Iterator[tuple[str, object]]:
    for name in OF_THE_ALERT:
        value = getattr(read, name)
        if value is not None:
            yield name, value.isoformat() if name == "time" else _plain(value)


@pytest.mark.parametrize(
    "case", [case for case in TABLE if not case.refused], ids=lambda case: case.title
)
def test_a_message_is_read_to_the_letter(case: Case) -> None:
    read = reading(case)
    assert [plainly(instruction) for instruction in read.instructions] == [*case.reads]
    assert [f"{unread.index} {named(unread.refusal)}" for unread in read.unread] == [*case.unread]
    assert dict(said_of_the_alert(read)) == case.alert
    assert [warning.code for warning in read.warnings] == [*case.warns]


@pytest.mark.parametrize(
    "case", [case for case in TABLE if case.refused], ids=lambda case: case.title
)
def test_a_message_is_refused_by_name(case: Case) -> None:
    with pytest.raises(AlertRefused) as caught:
        reading(case)
    refusal = caught.value.refusal
    assert named(refusal) == case.refused
    assert case.hint in f"{refusal.reason.ko}\n{refusal.reason.en}"


def test_a_time_is_shown_in_utc_with_milliseconds_however_it_was_written() -> None:
    shown = {
        case.title: reading(case).as_json()["time"] for case in TABLE if case.alert.get("time")
    }
    assert shown["In New York."] == "2026-11-22T10:00:00.000Z"
    assert shown["In Unix seconds with a fraction."] == "2026-11-22T10:00:00.500Z"
    assert all(
        re.fullmatch(r"[-0-9]{10}T[:0-9]{8}\.[0-9]{3}Z", str(time)) for time in shown.values()
    )


def test_the_table_is_large_and_every_title_is_there_once() -> None:
    twice = [title for title, count in Counter(case.title for case in TABLE).items() if count > 1]
    assert twice == []
    assert len(TABLE) >= 170
    assert sum(bool(case.refused) for case in TABLE) >= 70


def test_the_table_has_every_word_of_the_language() -> None:
    told = {str(value) for case in TABLE for read in case.reads for value in read.values()}
    assert told >= {word.value for words in (MarketType, OrderType, TimeInForce) for word in words}
