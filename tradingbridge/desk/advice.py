"""What a person should know of the message that they have just built."""

from django.utils.translation import gettext

from exchanges.vocabulary import OrderType
from tradingbridge.desk.choices import Choices, Deed, Kind, Size
from webhooks.targets import OWNED

_AT_HOME = ("http://127.", "http://localhost", "http://[::1]")


def on(choices: Choices, webhook_url: str) -> tuple[str, ...]:
    said = (
        _of_the_id(choices),
        _of_the_size(choices),
        _of_the_price(choices),
        _of_the_exits(choices),
        _of_the_address(choices, webhook_url),
    )
    return tuple(text for text in said if text)


def _of_the_id(choices: Choices) -> str:
    if choices.kind is Kind.STRATEGY:
        return gettext(
            "alert_id: TradingView sends an alert again when an answer is lost. The chart, the "
            "order's id, its side, the position after it and the second in which it fired make "
            "each order's alert one of a kind, so that a second copy trades nothing."
        )
    if choices.kind is Kind.INDICATOR:
        return gettext(
            "alert_id: the chart, its interval, what the alert does and the second in which it "
            "fired. Give two alerts of one chart that do the same different words in it, or the "
            "second one counts as a copy."
        )
    return gettext(
        "alert_id: make it once for each decision of your script, and send the same one again when "
        "no answer came: the bridge trades it once."
    )


def _of_the_size(choices: Choices) -> str:
    if choices.deed is Deed.TARGET and choices.kind is Kind.STRATEGY:
        if choices.market in OWNED:
            return gettext(
                "This market cannot be short: a target below zero is refused. Let the script trade "
                "long only."
            )
        return gettext(
            "The script's own position becomes yours; the bridge sends the difference, so that a "
            "lost alert is made good by the next."
        )
    if choices.deed is not Deed.ORDER or choices.kind is not Kind.STRATEGY:
        return ""
    if choices.size is Size.CONTRACTS:
        return gettext(
            "The script's own quantity: what its entries open, its exits close. Set the script's "
            "order size to what your accounts can pay."
        )
    return gettext(
        "Every order of the script trades this size, also those that close. Take the script's own "
        "quantity or its position where entries and exits must fit."
    )


def _of_the_price(choices: Choices) -> str:
    if choices.order_type is OrderType.MARKET and choices.asks_price and choices.price:
        return gettext("A market order trades at the market: its price only sizes it.")
    return ""


def _of_the_exits(choices: Choices) -> str:
    if not choices.asks_exits or not (choices.take_profit or choices.stop_loss or choices.trail):
        return ""
    if choices.kind is Kind.STRATEGY:
        return gettext(
            "One message serves the script's buys and its sells: write the exits as plots that "
            "follow the side, or they lie on the wrong side of one of them and refuse it."
        )
    return gettext(
        "The attached exits are placed when the entry fills, for as much as has filled. When one "
        "trades, the bridge cancels the other."
    )


def _of_the_address(choices: Choices, webhook_url: str) -> str:
    if choices.kind is Kind.SCRIPT or not webhook_url.startswith(_AT_HOME):
        return ""
    return gettext(
        "This address is your own machine's: TradingView reaches public ones only, at port 443 or "
        "80. Set PUBLIC_URL to the bridge's public address."
    )
