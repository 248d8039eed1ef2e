"""The catalogue and its page say the same, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchanges.errors import Reason
from tests.webhooks.catalogue import (
    CANCELS,
    CAUTIONS,
    DENIALS,
    REFUSALS,
    UNREADABLE,
    public_functions,
)
from webhooks import cancel_refusals, cautions, denials, refusals, unreadable
from webhooks.missed import NOT_REVIEWED
from webhooks.refusals import Refusal, shown

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "webhook.md").read_text(encoding="utf-8")
REFUSED = [
    refusal
    for made in (UNREADABLE, REFUSALS, CANCELS)
    for each in made.values()
    for refusal in each
]
TOLD = [*DENIALS.values(), *CAUTIONS.values()]
IN_A_RESULT = ("webhooks/denials.py", "orders/reasons.py", "exchanges/precision.py")


def risk_codes() -> set[str]:
    """Those are put together in a helper, so they are known by their shape."""
    source = (ROOT / "strategies" / "risk_denials.py").read_text(encoding="utf-8")
    return set(re.findall(r'"(risk_[a-z_]+)"', source))


def codes_in(file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "code":
            assert isinstance(node.value, ast.Constant)
            yield str(node.value.value)


def row(refusal: Refusal) -> str:
    reason = refusal.reason
    return f"| {refusal.http_status} | `{reason.code}` | {reason.ko} | {reason.en} |"


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.reason.code)
def test_a_refusal_stands_on_the_page_word_for_word(refusal: Refusal) -> None:
    assert row(refusal) in PAGE


@pytest.mark.parametrize("reason", TOLD, ids=lambda reason: reason.code)
def test_what_is_told_beside_an_order_stands_on_the_page(reason: Reason) -> None:
    assert f"| `{reason.code}` | {reason.ko} | {reason.en} |" in PAGE


@pytest.mark.parametrize(
    "reason", [*(refusal.reason for refusal in REFUSED), *TOLD], ids=lambda reason: reason.code
)
def test_every_text_is_there_in_both_languages(reason: Reason) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]+", reason.code)
    assert re.search("[가-힣]", reason.ko)
    assert not re.search("[가-힣]", reason.en)


def test_every_refusal_has_its_example() -> None:
    assert REFUSALS.keys() | {shown} == public_functions(refusals)
    assert CANCELS.keys() == public_functions(cancel_refusals)
    assert UNREADABLE.keys() == public_functions(unreadable)
    assert DENIALS.keys() == public_functions(denials)
    assert CAUTIONS.keys() == public_functions(cautions)


def test_the_page_names_no_refusal_that_there_is_not() -> None:
    told = set(re.findall(r"^\| \d{3} \| `(\w+)` \|", PAGE, re.MULTILINE))
    assert told == {refusal.reason.code for refusal in REFUSED}


def test_the_page_names_every_code_of_a_result_and_no_other() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|.*[가-힣].*\|.*\|$", PAGE, re.MULTILINE))
    there = {code for file in IN_A_RESULT for code in codes_in(file)}
    there |= risk_codes() | {NOT_REVIEWED.code}
    assert told == there | {reason.code for reason in CAUTIONS.values()}


def test_what_a_sender_wrote_is_repeated_short_and_printable() -> None:
    assert shown("a\nb\x00c") == "a?b?c"
    assert shown("x" * 41) == "x" * 40 + "…"
    assert shown("\ud800") == "?"
