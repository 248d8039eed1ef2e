"""What a newcomer needs to see when the bridge is ready."""

import json
import shlex
from pathlib import Path

from tradingbridge.demo import Demo
from tradingbridge.launch.texts import Text

_ALERT = {"symbol": "BTC/USDT", "order_type": "MARKET", "side": "buy", "qty_per": 10}


def compose(*, url: str, language: str, demo: Demo | None, demo_file: Path) -> str:
    lines = ["", Text.READY.say(language), ""]
    rows = [(Text.DESK, f"{url}/")]
    if demo is not None:
        rows.append((Text.LOGIN, f"{demo.username} / {demo.password}"))
    rows.append((Text.ORDERS, f"{url}/admin/orders/order/"))
    rows.append((Text.API, f"{url}/api/docs/"))
    lines += [f"  {_padded(label.say(language))} {value}" for label, value in rows]
    if demo is None:
        return "\n".join([*lines, "", Text.STOP_HINT.say(language), ""])
    return "\n".join(
        [
            *lines,
            "",
            Text.TRY.say(language),
            "",
            f"  {demo_command(url=url, demo=demo)}",
            "",
            Text.REST.say(language, file=demo_file),
            "",
        ]
    )


def demo_command(*, url: str, demo: Demo) -> str:
    first = demo.strategies[0]
    alert = {"group_name": first.group_name, "token": first.token, **_ALERT}
    return (
        f"curl -sS {url}/api/webhook -H 'Content-Type: application/json' "
        f"-d {shlex.quote(json.dumps(alert))}"
    )


def _padded(label: str, width: int = 14) -> str:
    """Korean letters take two columns."""
    columns = sum(2 if ord(letter) > 0x2E80 else 1 for letter in label)  # noqa: PLR2004
    return label + " " * (width - columns)
