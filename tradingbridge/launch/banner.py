"""What a newcomer needs to see when the bridge is ready."""

import json
import shlex
from pathlib import Path

from exchanges.vocabulary import MarketType
from tradingbridge.demo import Demo, DemoStrategy
from tradingbridge.launch.texts import Text

_ALERT = {"symbol": "BTC/USDT", "order_type": "MARKET", "side": "buy", "qty_per": 10}


def compose(
    *, url: str, language: str, demo: Demo | None, demo_file: Path, to_a_person: bool = True
) -> str:
    """Secrets are for a terminal, or for the one start that made them: the rest ends in logs."""
    lines = ["", Text.READY.say(language), ""]
    rows = [(Text.DESK, f"{url}/")]
    shows_secrets = demo is not None and (to_a_person or demo.is_new)
    if demo is not None:
        rows.append((Text.LOGIN, _login(demo, demo_file, language, shows_secrets=shows_secrets)))
    rows.append((Text.ORDERS, f"{url}/admin/orders/order/"))
    rows.append((Text.API, f"{url}/api/docs/"))
    lines += [f"  {_padded(label.say(language))} {value}" for label, value in rows]
    if demo is None:
        return "\n".join([*lines, "", Text.STOP_HINT.say(language), ""])
    if shows_secrets and _to_try(demo) is not None:
        lines += ["", Text.TRY.say(language), "", f"  {demo_command(url=url, demo=demo)}"]
    rest = Text.REST if demo.strategies else Text.TOKENS_CHANGED
    return "\n".join([*lines, "", rest.say(language, file=demo_file), ""])


def _login(demo: Demo, demo_file: Path, language: str, *, shows_secrets: bool) -> str:
    if not demo.password:
        shown = f"({Text.PASSWORD_CHANGED.say(language)})"
    elif shows_secrets:
        shown = demo.password
    else:
        shown = f"({Text.LOGIN_IN_FILE.say(language, file=demo_file)})"
    return f"{demo.username} / {shown}"


def demo_command(*, url: str, demo: Demo) -> str:
    tried = _to_try(demo)
    named = {"group_name": tried.group_name, "token": tried.token} if tried else {}
    alert = {**named, **_ALERT}
    return (
        f"curl -sS {url}/api/webhook -H 'Content-Type: application/json' "
        f"-d {shlex.quote(json.dumps(alert))}"
    )


def _to_try(demo: Demo) -> DemoStrategy | None:
    """The first that the alert's symbol is for."""
    return next((each for each in demo.strategies if each.market_type == MarketType.SPOT), None)


def _padded(label: str, width: int = 14) -> str:
    """Korean letters take two columns."""
    columns = sum(2 if ord(letter) > 0x2E80 else 1 for letter in label)  # noqa: PLR2004
    return label + " " * (width - columns)
