"""Alerts that become orders."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchanges.messages import Instrument
from orders.models import Alert, Order, OrderTransition
from orders.vocabulary import OrderStatus
from strategies.models import Account, StrategyAccount
from tests.venues import Act, ScriptedCrypto, ScriptedExchange, ScriptedSecurities, ScriptedVenue
from tests.webhooks.conftest import Sender
from tests.worlds import link, make_account


def test_an_alert_goes_to_every_linked_account(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.send()
    assert answer.http_status == 200
    assert answer.body["success"] is True
    assert [entry["status"] for entry in answer.body["results"]] == ["NEW", "NEW"]
    assert {arrival.account_id for arrival in venue.book} == {
        account.pk for account in sender.desk.accounts
    }


def test_the_answer_counts_what_happened(sender: Sender, venue: ScriptedVenue) -> None:
    venue.act(Act.REFUSE, account_id=sender.desk.accounts[1].pk)
    answer = sender.send()
    assert answer.http_status == 200
    assert answer.body["success"] is True
    assert answer.body["summary"]["total_accounts"] == 2
    assert answer.body["summary"]["successful"] == 1
    assert answer.body["summary"]["failed"] == 1
    assert answer.body["message"].endswith("주문 처리 완료 - 성공: 1, 실패: 1")


def test_an_account_that_refuses_says_why(sender: Sender, venue: ScriptedVenue) -> None:
    venue.act(Act.REFUSE, account_id=sender.desk.accounts[0].pk)
    refused = sender.send().body["results"][0]
    assert refused["status"] == "failed"
    assert refused["code"]
    assert refused["error"].endswith("(시험)")


def test_without_any_order_accepted_there_is_no_success(
    sender: Sender, venue: ScriptedVenue
) -> None:
    venue.next(Act.REFUSE, Act.REFUSE)
    answer = sender.send()
    assert answer.http_status == 200
    assert answer.body["success"] is False


def test_an_unclear_outcome_is_neither_success_nor_failure(
    sender: Sender, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT, Act.TIME_OUT)
    answer = sender.send()
    assert answer.body["success"] is False
    assert answer.body["summary"]["failed_orders"] == 0
    assert answer.body["summary"]["unknown_orders"] == 2
    assert [entry["status"] for entry in answer.body["results"]] == ["UNKNOWN", "UNKNOWN"]
    assert len(venue.book) == 2


def test_quantities_are_exact_from_the_wire_to_the_column(sender: Sender) -> None:
    sender.send(qty=str(sender.desk.market.lot * 3))
    assert set(Order.objects.values_list("quantity", flat=True)) == {sender.desk.market.lot * 3}


def test_a_quantity_is_rounded_down_to_the_lot(sender: Sender, venue: ScriptedVenue) -> None:
    lot = venue_lot(venue, sender)
    sender.send(qty=str(lot * 7 + lot / 2))
    assert {arrival.request.quantity for arrival in venue.book} == {lot * 7}


def test_qty_per_is_a_percent_of_capital_for_crypto_and_a_count_for_securities(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(qty=None, qty_per="10", price="100")
    is_crypto = sender.desk.market.name == "crypto"
    assert {arrival.request.quantity for arrival in venue.book} == {Decimal(10)}
    assert StrategyAccount.objects.get(account=sender.desk.accounts[0]).capital == 10_000
    assert is_crypto or sender.desk.market.name == "securities"


def test_a_market_order_without_a_price_is_sized_by_the_venue_s(
    sender: Sender, venue: ScriptedVenue
) -> None:
    answer = sender.send(order_type="MARKET", price=None, qty=None, qty_per="5")
    assert answer.body["success"] is True
    assert all(arrival.request.price is None for arrival in venue.book)


def test_a_market_order_s_price_is_never_sent_as_a_limit(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(order_type="MARKET", price="100")
    assert {arrival.request.price for arrival in venue.book} == {None}
    assert {arrival.request.reference_price for arrival in venue.book} == {Decimal(100)}


def test_an_exit_sells_the_whole_position(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.FILL, Act.FILL)
    sender.send()
    bought = venue.book[0].request.quantity
    sender.send(order_type="MARKET", price=None, side=None, qty=None, qty_per="-100")
    exits = venue.book[2:]
    assert {arrival.request.side.value for arrival in exits} == {"SELL"}
    assert {arrival.request.quantity for arrival in exits} == {bought}


@pytest.mark.parametrize("has_the_word", [True, False])
def test_an_exit_says_reduce_only_where_the_venue_has_the_word(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch, has_the_word: bool
) -> None:
    for adapter in (ScriptedCrypto, ScriptedSecurities):
        offers = replace(adapter.capabilities, reduce_only=has_the_word)
        monkeypatch.setattr(adapter, "capabilities", offers)
    venue.next(Act.FILL, Act.FILL)
    sender.send()
    sender.send(order_type="MARKET", price=None, side=None, qty=None, qty_per="-100")
    assert [arrival.request.reduce_only for arrival in venue.book[2:]] == [has_the_word] * 2
    assert Order.objects.filter(reduce_only=True).count() == 2


def test_post_only_reaches_the_venue(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(post_only=True)
    assert {arrival.request.post_only for arrival in venue.book} == {True}


def test_an_exit_without_a_position_says_that_there_is_none(
    sender: Sender, venue: ScriptedVenue
) -> None:
    answer = sender.send(order_type="MARKET", price=None, side=None, qty=None, qty_per="-100")
    assert answer.body["success"] is False
    assert {entry["error"] for entry in answer.body["results"]} == {"청산할 포지션이 없습니다."}
    assert venue.book == []


def test_an_account_of_the_other_family_is_skipped_with_the_reason(sender: Sender) -> None:
    other = make_account(
        sender.desk.owner,
        sender.desk.market.other.family,
        name="other",
        exchange="SCRIPTED",
    )
    link(sender.desk.strategy, other)
    sender.settle()
    answer = sender.send()
    (skipped,) = answer.body["skipped"]
    assert skipped["account_name"] == "other"
    assert other.account_type in skipped["reason"]
    assert len(answer.body["results"]) == 2


def test_an_account_that_is_switched_off_gets_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    Account.objects.filter(pk=sender.desk.accounts[0].pk).update(is_active=False)
    sender.settle()
    sender.send()
    assert [arrival.account_id for arrival in venue.book] == [sender.desk.accounts[1].pk]


def test_account_narrows_the_fan_out(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(account="A2")
    assert [arrival.account_id for arrival in venue.book] == [sender.desk.accounts[1].pk]


def test_the_alert_s_row_has_no_token(sender: Sender) -> None:
    sender.send()
    alert = Alert.objects.get()
    assert sender.token not in alert.body
    assert sender.token not in str(alert.reading)
    assert alert.strategy == sender.desk.strategy


def test_the_answer_is_kept_with_the_alert(sender: Sender) -> None:
    answer = sender.send()
    sender.bridge.wait_until(lambda: Alert.objects.get().answer is not None)
    kept = Alert.objects.get()
    assert kept.http_status == 200
    assert kept.answer is not None
    assert kept.answer["receipt"] == answer.body["receipt"]


def test_every_step_of_an_order_is_in_the_ledger(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.FILL, Act.FILL)
    sender.send()
    order = Order.objects.first()
    assert order is not None
    assert order.status == OrderStatus.FILLED
    steps = OrderTransition.objects.filter(order=order).values_list("to_status", flat=True)
    assert list(steps) == ["SUBMITTING", "FILLED"]


def test_a_venue_slower_than_the_sender_s_patience_is_answered_202(
    sender: Sender, venue: ScriptedVenue
) -> None:
    type(sender.desk.strategy).objects.update(answer_within=Decimal("0.05"))
    sender.settle()
    venue.act(Act.HANG, symbol=sender.desk.market.symbol)
    answer = sender.send()
    assert answer.http_status == 202
    assert answer.body["receipt"] in answer.body["message"]
    venue.release()
    sender.bridge.wait_until(
        lambda: set(Order.objects.values_list("status", flat=True)) == {OrderStatus.NEW}
    )


def venue_lot(venue: ScriptedVenue, sender: Sender) -> Decimal:
    """The scripted venue's own lot for the market's symbol."""
    route = sender.bridge.runtime.routes.routes.strategies["test1"].links[0]
    market = sender.desk.market

    async def ask() -> Decimal:
        exchange = await sender.bridge.runtime.exchanges.of(route.account)
        return (await exchange.instrument(market.market_type, market.symbol)).lot

    return sender.bridge.call(ask())


def test_when_every_account_is_off_the_sender_is_told_so(sender: Sender) -> None:
    Account.objects.update(is_active=False)
    sender.settle()
    answer = sender.send()
    assert answer.http_status == 422
    assert answer.body["error"]["code"] == "accounts_switched_off"


def test_a_link_without_capital_says_so_for_crypto(sender: Sender, venue: ScriptedVenue) -> None:
    StrategyAccount.objects.update(capital=0)
    sender.settle()
    answer = sender.send(qty=None, qty_per="10", price="100")
    is_crypto = sender.desk.market.name == "crypto"
    codes = {entry.get("code") for entry in answer.body["results"]}
    assert codes == ({"no_capital"} if is_crypto else {None})


def test_a_part_filled_order_that_ends_is_a_success(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.PARTIAL, Act.PARTIAL)
    answer = sender.send(time_in_force="IOC")
    assert answer.body["success"] is True
    assert answer.body["summary"]["successful_orders"] == 2


def test_a_reducing_order_may_be_smaller_than_the_minimum(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ScriptedExchange.instrument

    async def demanding(self: ScriptedExchange, *arguments: Any) -> Instrument:
        return replace(await original(self, *arguments), minimum_notional=Decimal(10) ** 15)

    monkeypatch.setattr(ScriptedExchange, "instrument", demanding)
    refused = sender.send()
    assert {entry["code"] for entry in refused.body["results"]} == {"below_minimum"}
    assert sender.send(side="sell", reduce_only=True).body["success"] is True


def test_an_absolute_quantity_is_in_base_units_for_crypto_and_in_contracts_for_brokers(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ScriptedExchange.instrument

    async def of_ten(self: ScriptedExchange, *arguments: Any) -> Instrument:
        return replace(await original(self, *arguments), contract_size=Decimal(10))

    monkeypatch.setattr(ScriptedExchange, "instrument", of_ten)
    sender.send(qty="100")
    is_crypto = sender.desk.market.name == "crypto"
    assert {a.request.quantity for a in venue.book} == {Decimal(10 if is_crypto else 100)}


def test_an_account_goes_by_its_name_before_its_id(sender: Sender, venue: ScriptedVenue) -> None:
    named, other = sender.desk.accounts
    Account.objects.filter(pk=named.pk).update(name=str(other.pk))
    sender.settle()
    sender.send(account=str(other.pk))
    assert [arrival.account_id for arrival in venue.book] == [named.pk]
