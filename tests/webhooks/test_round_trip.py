"""What the desk and the README tell people to copy, played from entry to exit."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.models import MissedAlert, Position
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from tradingbridge.desk import examples


@pytest.mark.parametrize("exit_price", ["80", "125"])
def test_the_tradingview_template_closes_what_it_opened_at_any_price(
    sender: Sender, venue: ScriptedVenue, exit_price: str
) -> None:
    venue.act(Act.FILL, symbol=sender.desk.market.symbol)
    template = examples.for_tradingview(sender.desk.strategy.group_name)
    contracts = str(sender.desk.market.lot * 37)
    legs = (
        ("buy", "100", "flat", "long", contracts),
        ("sell", exit_price, "long", "flat", "0"),
    )
    for action, price, before, after, position in legs:
        filled_in = {
            "{{strategy.order.id}}": "Long",
            "{{strategy.position_size}}": position,
            "{{exchange}}": "BINANCE",
            "{{interval}}": "15",
            "{{timenow}}": datetime.now(UTC).isoformat(timespec="seconds"),
            "{{strategy.prev_market_position}}": before,
            "{{strategy.market_position}}": after,
            "{{ticker}}": sender.desk.market.symbol,
            "{{strategy.order.action}}": action,
            "{{strategy.order.contracts}}": contracts,
            "{{close}}": price,
        }
        message = template.replace(examples.TOKEN_GAP, sender.token)
        for placeholder, value in filled_in.items():
            message = message.replace(placeholder, value)
        assert "{{" not in message
        assert json.loads(message)
        assert sender.post(message.encode()).body["success"] is True
    assert not MissedAlert.objects.exists()
    assert set(Position.objects.values_list("quantity", flat=True)) == {Decimal(0)}
