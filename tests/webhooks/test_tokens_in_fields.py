"""A token that stands where none belongs is shown and kept nowhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from structlog.testing import capture_logs

from orders.models import Alert
from tests.orders.people import client_of
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import intake, preview
from webhooks.fields import ALIASES

_NAMES = [name for field, aliases in ALIASES.items() for name in (field, *aliases)]
_PROOFS = {"group_name", "strategy", "token", "user_token", "password"}


def leaks(token: str, shown: object) -> bool:
    """Whether a piece of it is there that no regular expression would know later."""
    text = str(shown)
    return any(token[at : at + 10] in text for at in range(3, len(token) - 10))


def kept() -> str:
    return "\n".join(
        str(list(model._default_manager.values()))
        for model in apps.get_app_config("orders").get_models()
    )


def bodies(sender: Sender) -> Iterator[dict[str, Any]]:
    """One alert for each place where the token may have been put."""
    token = sender.token
    entry = {
        name: value
        for name, value in sender.order().items()
        if name in {"side", "order_type", "price", "qty"}
    }
    for name in _NAMES:
        if name in _PROOFS:
            continue
        yield sender.order() | {name: token}
        yield sender.order() | {name: f"x{token}"}
        yield sender.order(orders=[entry, entry | {name: f"a note: {token}!"}])
        yield sender.order() | {"order_type": "CANCEL", name: token}
    for name in (token, f"x{token}", f"colour {token}", f"test_mode {token}"):
        yield sender.order() | {name: 1}
        yield sender.order() | {"colour": [{name: name}]}
        yield sender.order(orders=[entry | {name: name}, entry | {"symbol": {name: name}}])
    yield sender.order(strategy=token)
    yield sender.order(group_name=token)
    yield sender.order(order_type="CANCEL_ALL_ORDER", exchange=token)


def sent_everywhere(sender: Sender) -> Iterator[object]:
    for number, body in enumerate(bodies(sender)):
        content = json.dumps(body).encode()
        for headers in ({"accept-language": "ko"}, {"accept-language": "en"}):
            yield sender.bridge.call(preview.preview(content, headers, "203.0.113.9"))
        yield sender.post({"alert_id": str(number)} | body)
    pairs = f"{sender.token} = 1, side=buy\naccount={sender.token}"
    twice = f'{{"{sender.token}": 1, "{sender.token}": 2}}'
    for raw in (pairs, twice, '{"price": {{' + sender.token + "}}}"):
        yield sender.post(raw.encode())
        yield sender.bridge.call(preview.preview(raw.encode(), {}, "203.0.113.9"))


def test_a_token_in_any_field_is_neither_answered_nor_kept_nor_logged(
    sender: Sender, venue: ScriptedVenue
) -> None:
    with capture_logs() as logs:
        answers = [*sent_everywhere(sender)]
    assert len(answers) > 200
    assert [answer for answer in answers if leaks(sender.token, answer)] == []
    assert not leaks(sender.token, kept())
    assert logs
    assert not leaks(sender.token, logs)
    assert Alert.objects.filter(status="ACCEPTED").exists()


def test_receipts_and_lists_show_no_token(sender: Sender) -> None:
    answer = sender.send(alert_id=sender.token, colour=sender.token, **{sender.token: 1})
    owner = client_of(sender.desk.owner)
    shown = [
        owner.get(f"/api/receipts/{answer.body['receipt']}").content.decode(),
        owner.get("/api/alerts/").content.decode(),
        owner.get(f"/admin/orders/alert/{Alert.objects.get().pk}/change/").content.decode(),
    ]
    assert "tb_***" in shown[0]
    assert not any(leaks(sender.token, page) for page in shown)


def test_a_token_in_the_address_or_a_header_is_neither_answered_nor_kept_nor_logged(
    sender: Sender, venue: ScriptedVenue, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    body, token = json.dumps(sender.order(group_name=None)).encode(), sender.token
    headers = dict.fromkeys(("content-type", "idempotency-key", "accept-language"), token)
    with capture_logs() as logs:
        told: list[object] = [
            sender.bridge.call(intake.receive(body, {}, "", token)),
            sender.bridge.call(intake.receive(body, headers, "", sender.desk.strategy.group_name)),
            sender.post(sender.order(), **headers),
            client.post(f"/api/webhook/{token}", body, content_type="text/plain").content,
        ]
    assert not leaks(token, told)
    assert not leaks(token, kept())
    assert logs
    assert not leaks(token, logs)
    assert not leaks(token, caplog.text)


@pytest.mark.parametrize(
    "note",
    ["롱 key=level 5", "Turkey: go", "pass: 1", "url https://x/?token=abc", 'a "key": "b"'],
)
def test_an_alert_whose_text_looks_like_a_secret_is_replayed(
    sender: Sender, venue: ScriptedVenue, note: str
) -> None:
    receipt = sender.send(comment=note).body["receipt"]
    answer = client_of(sender.desk.owner).post(f"/api/alerts/{receipt}/preview/")
    assert answer.status_code == 200, answer.content
    assert answer.json()["summary"]["would_send"] == 2
