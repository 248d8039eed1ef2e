"""The message builder: whatever is chosen, its message is one that the bridge reads."""

import itertools
import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from exchanges.vocabulary import MarketType, OrderType
from strategies.models import Strategy
from tests.tradingbridge.desk.conftest import page
from tests.worlds import Market, make_strategy
from tradingbridge.desk import builder
from tradingbridge.desk.choices import Deed, Kind, Size, deeds_of, order_types_of, sizes_of
from webhooks.grammar import read_message
from webhooks.instructions import CancelAllInstruction, OrderInstruction, Reading
from webhooks.interpreting import interpret

URL = "https://bridge.example.com/api/webhook"
OWN = {"mine": MarketType.SPOT}
EVERYTHING = [
    (kind, market, deed)
    for kind in Kind
    for market in MarketType
    for deed in deeds_of(kind)
]  # fmt: skip


def built(**said: str) -> builder.Built:
    return builder.of(said, OWN, URL)


def read(made: builder.Built) -> Reading:
    sample = made.sample.replace("{{timenow}}", "2026-11-22T10:00:00Z")
    return interpret(read_message(sample.encode()), made.choices.market)


@pytest.mark.parametrize(("kind", "market", "deed"), EVERYTHING)
def test_every_message_it_builds_is_read_whole(kind: Kind, market: MarketType, deed: Deed) -> None:
    others = itertools.product(
        order_types_of(market), sizes_of(kind), ("BUY", "SELL"), ({}, {"cancels_first": "1"})
    )
    for order_type, size, side, more in others:
        made = built(kind=kind, market=market, deed=deed, order_type=order_type, size=size,
                     side=side, **more)  # fmt: skip
        assert made.problem == "", made.message
        told = read(made)
        assert told.unread == ()
        assert told.warnings == ()
        assert told.alert_id
        assert told.time is not None
        if deed in {Deed.ORDER, Deed.EXIT, Deed.TARGET}:
            wanted = told.instructions[-1]
            assert isinstance(wanted, OrderInstruction)
            assert wanted.order_type == order_type
            assert wanted.market_type is market


def test_a_strategys_message_leaves_everything_to_tradingview() -> None:
    message = json.loads(built().message)
    assert message["side"] == "{{strategy.order.action}}"
    assert message["qty"] == "{{strategy.order.contracts}}"
    assert message["symbol"] == "{{exchange}}:{{ticker}}"
    assert message["time"] == "{{timenow}}"
    assert message["prev_market_position"] == "{{strategy.prev_market_position}}"
    assert message["token"] == "YOUR-TOKEN"


@pytest.mark.parametrize("kind", Kind)
def test_the_id_names_what_makes_an_alert_one_of_a_kind(kind: Kind) -> None:
    alert_id = json.loads(built(kind=kind).message)["alert_id"]
    assert "{{timenow}}" in alert_id
    if kind is Kind.SCRIPT:
        assert alert_id.startswith("script-buy-")
    else:
        assert alert_id.startswith("{{exchange}}:{{ticker}}-{{interval}}-")


def test_an_alert_without_the_box_does_not_tell_the_position() -> None:
    assert "market_position" not in json.loads(built(kind="strategy", deed="order").message)


def test_a_batch_cancels_first_and_has_one_symbol() -> None:
    made = built(kind="indicator", cancels_first="1")
    first, second = read(made).instructions
    assert isinstance(first, CancelAllInstruction)
    assert isinstance(second, OrderInstruction)
    assert first.symbol == second.symbol == "BTC/USDT"


def test_an_exit_needs_no_side_and_takes_its_percent() -> None:
    made = built(kind="indicator", deed="exit", amount="50")
    (wanted,) = read(made).instructions
    assert isinstance(wanted, OrderInstruction)
    assert wanted.is_exit
    assert json.loads(made.message)["qty_per"] == "-50"


def test_attached_exits_go_with_what_opens_and_not_with_what_closes() -> None:
    exits = {"take_profit": "99000", "stop_loss": "88000"}
    (wanted,) = read(built(kind="indicator", **exits)).instructions
    assert isinstance(wanted, OrderInstruction)
    assert (wanted.take_profit, wanted.stop_loss) == (Decimal(99000), Decimal(88000))
    assert "take_profit" not in built(kind="indicator", deed="exit", **exits).message


def test_another_market_than_the_strategys_own_is_said() -> None:
    assert "market_type" not in json.loads(built(market="SPOT").message)
    assert json.loads(built(market="FUTURES").message)["market_type"] == "FUTURES"


def test_a_script_is_given_its_command_with_the_moment_in_it() -> None:
    made = built(kind="script", order_type="LIMIT", price="90000")
    assert f"curl -sS '{URL}'" in made.command
    assert '"time": "$NOW"' in made.command
    assert "{{" not in made.command


def test_a_name_with_a_shells_signs_stays_a_name() -> None:
    made = builder.of({"kind": "script"}, {"a$(date)`b`": MarketType.SPOT}, URL)
    assert r"a\$(date)\`b\`" in made.command


def test_what_would_be_refused_is_told_beside_the_message() -> None:
    made = built(kind="indicator", take_profit="1")
    assert "take_profit" in made.problem
    assert "{{clse}}" in built(kind="indicator", price="{{clse}}").problem


@pytest.mark.parametrize("side", ["BUY", "SELL"])
@pytest.mark.parametrize("plot", ["{{plot_0}}", '{{plot("Stop")}}'])
def test_a_plot_is_sampled_as_its_field_wants_it(side: str, plot: str) -> None:
    made = built(
        market="FUTURES", kind="indicator", side=side, order_type="LIMIT", price=plot,
        take_profit=plot, stop_loss=plot,
    )  # fmt: skip
    (wanted,) = read(made).instructions
    assert isinstance(wanted, OrderInstruction)
    assert wanted.take_profit is not None
    assert wanted.stop_loss is not None
    assert wanted.price is not None
    assert (wanted.take_profit > wanted.price > wanted.stop_loss) == (side == "BUY")


def test_an_address_that_tradingview_cannot_reach_is_told() -> None:
    at_home = builder.of({}, OWN, "http://127.0.0.1:8000/api/webhook")
    assert any("PUBLIC_URL" in text for text in at_home.advice)
    assert not any("PUBLIC_URL" in text for text in built().advice)


def test_choices_that_do_not_go_together_fall_back() -> None:
    choices = built(
        kind="indicator", market="SPOT", deed="cancel", order_type="PRE_MARKET", size="contracts",
        strategy="others", side="UP",
    ).choices  # fmt: skip
    assert (choices.strategy, choices.deed, choices.size) == ("mine", Deed.ORDER, Size.QTY_PER)
    assert choices.order_type is OrderType.MARKET


def test_a_placeholder_is_nothing_for_a_script() -> None:
    made = built(kind="script", order_type="LIMIT", price="{{close}}")
    assert json.loads(made.message)["price"] == "90000"


def test_the_page_shows_the_viewers_strategies_alone(
    owner: User, stranger: User, strategy: Strategy, market: Market
) -> None:
    make_strategy(stranger, market, group_name="secret-of-others")
    shown = page(owner, "/alerts/builder/")
    assert "momentum" in shown
    assert "secret-of-others" not in shown
    assert market.symbol in page(owner, "/alerts/builder/?kind=script")


def test_a_strategy_of_others_is_not_taken_from_the_address(
    stranger: User, strategy: Strategy
) -> None:
    shown = page(stranger, "/alerts/builder/?strategy=momentum")
    assert "&quot;group_name&quot;: &quot;momentum&quot;" not in shown
    assert '<option value="momentum"' not in shown


def test_the_page_needs_a_login() -> None:
    response = Client().get("/alerts/builder/")
    assert response.status_code == 302


@pytest.mark.parametrize("query", ["?kind=%00&amount=%22%3E%3Cscript%3E", "?price=</script>"])
def test_markup_in_an_address_stays_text(owner: User, strategy: Strategy, query: str) -> None:
    shown = page(owner, f"/alerts/builder/{query}")
    assert "<script>" not in shown
    assert shown.count("</script>") == 3


def test_the_page_speaks_korean(owner: User, strategy: Strategy) -> None:
    shown = page(owner, "/alerts/builder/", language="ko")
    assert "메시지 만들기" in shown
    assert "Message builder" not in shown


def test_the_desk_leads_to_it(owner: User, strategy: Strategy) -> None:
    shown = page(owner)
    assert 'href="/alerts/builder/"' in shown
    assert 'href="/alerts/builder/?strategy=momentum"' in shown


def test_the_desks_policy_holds_here_too(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    response = client.get("/alerts/builder/")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


def test_it_says_what_to_do_without_a_strategy(owner: User) -> None:
    shown = page(owner, "/alerts/builder/")
    assert "There is no strategy yet." in shown
