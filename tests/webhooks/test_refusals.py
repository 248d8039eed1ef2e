"""The catalogue and its page say the same."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from exchanges.vocabulary import AccountType, MarketType
from orders import reasons
from webhooks import denials, refusals
from webhooks.refusals import Refusal

PAGE = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text(encoding="utf-8")
EXAMPLES: dict[str, Any] = {
    "family": AccountType.STOCK,
    "field": "price",
    "names": ("qty", "qty_per"),
    "known": ("MARKET", "LIMIT"),
    "candidates": ("BTC/USDT", "BTC/USD"),
    "limit": 64 * 1024,
    "seconds": 60.0,
    "account_type": AccountType.STOCK,
    "market_type": MarketType.SPOT,
}


def made(function: Any) -> Any:
    names = inspect.signature(function).parameters
    return function(**{name: EXAMPLES.get(name, f"<{name}>") for name in names})


def functions(module: Any) -> list[Any]:
    found = inspect.getmembers(module, inspect.isfunction)
    return [f for name, f in found if not name.startswith("_") and f.__module__ == module.__name__]


REFUSALS = functions(refusals)
DENIALS = functions(denials)
_IN_SKIPPED = {"other_family", "link_switched_off", "not_chosen"}


@pytest.mark.parametrize("function", REFUSALS, ids=lambda f: f.__name__)
def test_every_refusal_speaks_both_languages_and_stands_on_the_page(function: Any) -> None:
    refusal: Refusal = made(function)
    assert refusal.http_status in {400, 401, 422, 503}
    assert re.search("[가-힣]", refusal.reason.ko)
    assert refusal.reason.en.isascii()
    code = refusal.reason.code
    if function is not refusals.unsupported:
        assert f"| {refusal.http_status} | `{code}` |" in PAGE


@pytest.mark.parametrize("function", DENIALS, ids=lambda f: f.__name__)
def test_every_denial_speaks_both_languages_and_stands_on_the_page(function: Any) -> None:
    reason = made(function)
    assert re.search("[가-힣]", reason.ko)
    assert reason.en.isascii()
    assert reason.code in _IN_SKIPPED or f"| `{reason.code}` |" in PAGE


def test_the_page_has_no_code_that_there_is_not() -> None:
    told = set(re.findall(r"^\| \d{3} \| `(\w+)`", PAGE, re.MULTILINE))
    there = {
        made(function).reason.code for function in REFUSALS if function != refusals.unsupported
    }
    words = {"market_type", "order_type", "side", "time_in_force"}
    assert told == there | {"stop_price_required"} | {f"unsupported_{word}" for word in words}


@pytest.mark.parametrize(
    "name",
    ["EXPIRED", "SWITCHED_OFF", "OUTCOME_UNKNOWN_PENDING", "NEVER_SENT", "NOT_AT_VENUE",
     "JOURNAL_UNAVAILABLE", "STOPPED"],
)  # fmt: skip
def test_why_the_bridge_did_not_send_stands_on_the_page(name: str) -> None:
    assert f"| `{getattr(reasons, name).code}` |" in PAGE
