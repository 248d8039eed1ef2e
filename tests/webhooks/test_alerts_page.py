"""Every message on the page is one that the bridge reads, and every mistake is told just so."""

import re
from pathlib import Path

import pytest

from exchanges.vocabulary import MarketType
from webhooks import cautions
from webhooks.grammar import read_message
from webhooks.instructions import Reading
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
TEMPLATES = re.findall(r"```(?:json|text)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"<<END\n(.*?)END", PAGE, re.DOTALL)
MISTAKES = re.findall(r"^\| `(.+?)` \| `(\w+)` \| (.+?) \| .+ \|$", PAGE, re.MULTILINE)
FILLED = {
    "{{exchange}}": "BINANCE",
    "{{ticker}}": "BTCUSDT",
    "{{interval}}": "60",
    "{{timenow}}": "2026-11-22T10:00:00Z",
    "{{close}}": "90000",
    "{{plot_0}}": "99000",
    "{{plot_1}}": "88000",
    "{{strategy.order.id}}": "Long",
    "{{strategy.order.action}}": "buy",
    "{{strategy.order.contracts}}": "0.0123",
    "{{strategy.position_size}}": "1",
    "{{strategy.prev_market_position}}": "flat",
    "{{strategy.market_position}}": "long",
    "$NOW": "2026-11-22T10:00:00Z",
}
ELSEWHERE = {
    "OVERSEAS_STOCK": {"{{exchange}}": "NASDAQ", "{{ticker}}": "AAPL"},
    "KRX:": {"{{ticker}}": "005930"},
    "FUTURES": {"{{ticker}}": "BTCUSDT.P"},
}


def filled(template: str) -> str:
    own = next((words for mark, words in ELSEWHERE.items() if mark in template), {})
    for placeholder, value in {**FILLED, **own}.items():
        template = template.replace(placeholder, value)
    return template


def read(text: str) -> Reading:
    is_stocks = "demo-stocks" in text or "005930" in text
    market = MarketType.DOMESTIC_STOCK if is_stocks else MarketType.SPOT
    return interpret(read_message(text.encode()), market)


@pytest.mark.parametrize("template", [*TEMPLATES, *COMMANDS])
def test_a_template_is_read_whole_once_tradingview_has_filled_it(template: str) -> None:
    reading = read(filled(template))
    assert reading.unread == ()
    assert reading.warnings == ()
    assert reading.alert_id
    assert reading.time is not None


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_names_its_strategy_and_leaves_a_gap_for_the_token(template: str) -> None:
    message = read_message(filled(template).encode())
    assert message.group_name
    assert message.token == "YOUR-TOKEN"


@pytest.mark.parametrize(("sent", "code", "told"), MISTAKES)
def test_a_mistake_is_answered_just_as_the_page_says(sent: str, code: str, told: str) -> None:
    with pytest.raises(AlertRefused) as caught:
        interpret(read_message(sent.encode()), MarketType.SPOT)
    assert (caught.value.refusal.reason.code, caught.value.refusal.reason.en) == (code, told)


def test_the_page_tells_of_an_id_that_is_no_id() -> None:
    caution = cautions.id_used_before("Long")
    row = next(line for line in PAGE.splitlines() if f"| `{caution.code}` |" in line)
    assert f"| {caution.en} |" in row


def test_the_page_has_templates_for_every_kind() -> None:
    assert len(TEMPLATES) >= 13
    assert len(COMMANDS) == 1
    assert len(MISTAKES) >= 14
    assert {"{{strategy.order.action}}", "{{plot_0}}"} <= set(re.findall(r"{{[^}]+}}", PAGE))


@pytest.mark.parametrize("heading", re.findall(r"\]\(#([a-z0-9_-]+)\)", PAGE))
def test_every_link_within_the_page_leads_somewhere(heading: str) -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", h.lower()).replace(" ", "-") for h in headings}
    assert heading in anchors
