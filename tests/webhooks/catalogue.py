"""One example of everything a sender can be told, as `docs/webhook.md` shows it."""

from collections.abc import Callable
from decimal import Decimal
from types import ModuleType

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType, MarketType, Side
from webhooks import cancel_refusals, cautions, denials, refusals, unreadable
from webhooks.refusals import Refusal

UNREADABLE: dict[Callable[..., Refusal], tuple[Refusal, ...]] = {
    unreadable.too_large: (unreadable.too_large(64 * 1024),),
    unreadable.empty_body: (unreadable.empty_body(),),
    unreadable.broken_utf8: (unreadable.broken_utf8(17),),
    unreadable.bad_characters: (unreadable.bad_characters(),),
    unreadable.bad_address: (unreadable.bad_address(),),
    unreadable.bad_json: (unreadable.bad_json(3, 12),),
    unreadable.bare_placeholder: (unreadable.bare_placeholder("{{close}}"),),
    unreadable.not_an_object: (unreadable.not_an_object(),),
    unreadable.unreadable: (unreadable.unreadable(2),),
    unreadable.too_deep: (unreadable.too_deep(16),),
    unreadable.wrong_type: (unreadable.wrong_type("symbol", "문자열", "a string"),),
    unreadable.too_long: (unreadable.too_long("account", 100),),
    unreadable.bad_signature: (unreadable.bad_signature(),),
    unreadable.told_twice: (unreadable.told_twice("side", ("side", "action")),),
}
REFUSALS: dict[Callable[..., Refusal], tuple[Refusal, ...]] = {
    refusals.unauthorized: (refusals.unauthorized(),),
    refusals.other_group_name: (refusals.other_group_name(),),
    refusals.missing_field: (
        refusals.missing_field("symbol"),
        refusals.missing_field("symbol", AccountType.STOCK),
    ),
    refusals.price_required: (
        refusals.price_required("LIMIT", "price"),
        refusals.price_required("STOP_MARKET", "stop_price"),
    ),
    refusals.unsupported: (
        refusals.unsupported("market_type", "MOON", ("SPOT",)),
        refusals.unsupported("order_type", "X", ("MARKET", "LIMIT", "…")),
        refusals.unsupported("side", "up", ("buy", "long", "sell", "short")),
        refusals.unsupported("time_in_force", "GTX", ("GTC", "IOC", "FOK", "DAY")),
        refusals.unsupported("market_position", "up", ("LONG", "SHORT", "FLAT")),
        refusals.unsupported("prev_market_position", "up", ("LONG", "SHORT", "FLAT")),
    ),
    refusals.placeholder_unreplaced: (
        refusals.placeholder_unreplaced("side", "{{strategy.order.action}}"),
    ),
    refusals.not_a_number: (refusals.not_a_number("qty", "ten"),),
    refusals.number_out_of_range: (refusals.number_out_of_range("qty"),),
    refusals.must_be_positive: (refusals.must_be_positive("price"),),
    refusals.must_not_be_zero: (refusals.must_not_be_zero("qty_per"),),
    refusals.securities_only: (refusals.securities_only("BEST_LIMIT", "order_type"),),
    refusals.both_sizes: (refusals.both_sizes(("qty_per", "qty"), "qty"),),
    refusals.bad_symbol: (refusals.bad_symbol("5930", "005930"),),
    refusals.unknown_symbol_form: (refusals.unknown_symbol_form("GOOGLE", "AAPL"),),
    refusals.undated_future: (refusals.undated_future("GC1!", "GCZ26"),),
    refusals.ambiguous_symbol: (refusals.ambiguous_symbol("BTCTUSD", ("BTC/TUSD", "BTCT/USD")),),
    refusals.perpetual_in_spot: (refusals.perpetual_in_spot("BTCUSDT.P", "BTC/USDT"),),
    refusals.bad_time: (refusals.bad_time("time"),),
    refusals.stale: (refusals.stale(60),),
    refusals.ahead_of_time: (refusals.ahead_of_time(),),
    refusals.empty_batch: (refusals.empty_batch(),),
    refusals.too_many_instructions: (refusals.too_many_instructions(30),),
    refusals.nested_batch: (refusals.nested_batch("orders[0].orders"),),
    refusals.mixed_families: (refusals.mixed_families("orders[1].market_type"),),
    refusals.cannot_be_short: (refusals.cannot_be_short("SPOT", "target_position"),),
    refusals.both_stops: (refusals.both_stops("trail"),),
    refusals.denied: (
        refusals.denied(
            denials.wrong_side("stop_loss", Decimal(95000), Side.BUY, Decimal(90000)), "stop_loss"
        ),
        refusals.denied(denials.reduce_only_buy(MarketType.SPOT), "reduce_only"),
    ),
    refusals.rate_limited: (refusals.rate_limited(denials.rate_limited(60, 12), 12),),
    refusals.no_account_linked: (refusals.no_account_linked("test1"),),
    refusals.no_securities_account: (refusals.no_securities_account(),),
    refusals.no_crypto_account: (refusals.no_crypto_account(),),
    refusals.accounts_switched_off: (refusals.accounts_switched_off("test1"),),
    refusals.no_matching_account: (refusals.no_matching_account("account", "A9"),),
    refusals.not_stored: (refusals.not_stored(),),
    refusals.not_previewed: (refusals.not_previewed(),),
}
CANCELS: dict[Callable[..., Refusal], tuple[Refusal, ...]] = {
    cancel_refusals.order_not_found: (cancel_refusals.order_not_found("P-000012", "order_id"),),
    cancel_refusals.ambiguous_order_id: (
        cancel_refusals.ambiguous_order_id(
            "17", ("17 (BTC/USDT, A1)", "31 (ETH/USDT, A2)"), "order_id"
        ),
    ),
}
DENIALS: dict[Callable[..., Reason], Reason] = {
    denials.nothing_to_close: denials.nothing_to_close(),
    denials.no_capital: denials.no_capital(),
    denials.venue_too_slow: denials.venue_too_slow("PAPER"),
    denials.not_planned: denials.not_planned("PAPER"),
    denials.price_unavailable: denials.price_unavailable("BTC/USDT"),
    denials.not_offered: denials.not_offered("PAPER", "order_type", "STOP_MARKET"),
    denials.no_linked_exits: denials.no_linked_exits("KIS"),
    denials.wrong_side: denials.wrong_side("stop_loss", Decimal(95000), Side.BUY, Decimal(90000)),
    denials.reduce_only_buy: denials.reduce_only_buy(MarketType.SPOT),
    denials.rate_limited: denials.rate_limited(60, 12),
    denials.orders_in_the_way: denials.orders_in_the_way(),
    denials.outcome_unknown: denials.outcome_unknown(),
    denials.other_family: denials.other_family(AccountType.STOCK, MarketType.SPOT),
    denials.link_switched_off: denials.link_switched_off(),
    denials.not_chosen: denials.not_chosen("account", "A1"),
}
CAUTIONS: dict[Callable[..., Reason], Reason] = {
    cautions.unknown_field: cautions.unknown_field("colour"),
    cautions.more_unknown_fields: cautions.more_unknown_fields(5),
    cautions.no_test_mode: cautions.no_test_mode("test_mode"),
    cautions.not_inherited: cautions.not_inherited("side"),
    cautions.only_for_the_alert: cautions.only_for_the_alert("orders[0].time"),
    cautions.not_used: cautions.not_used("stop_price", "MARKET"),
    cautions.only_for_entries: cautions.only_for_entries("take_profit"),
    cautions.other_name_used: cautions.other_name_used("timenow", "time"),
    cautions.header_not_signed: cautions.header_not_signed(),
    cautions.id_used_before: cautions.id_used_before("Long"),
    cautions.target_may_move: cautions.target_may_move("BTC/USDT"),
    cautions.alert_missed: cautions.alert_missed("BTC/USDT", "FLAT", "LONG"),
}


def public_functions(module: ModuleType) -> set[Callable[..., object]]:
    return {
        value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and callable(value)
        and not isinstance(value, type)
        and value.__module__ == module.__name__
    }
