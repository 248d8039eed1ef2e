"""No input of any bytes ever gives a 5xx, a traceback, or an order that was not asked for."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchanges.vocabulary import MarketType
from orders.models import Order
from tests.venues import ScriptedVenue
from tests.webhooks import oracle
from tests.webhooks.conftest import Sender
from tests.webhooks.fuzzing import bodies, content_types, livelier_bodies
from webhooks.door import answer_to
from webhooks.grammar import read_message
from webhooks.instructions import OrderInstruction, Reading
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused, Refusal

CALM = settings(derandomize=True, deadline=None, database=None)
MANY = settings(CALM, max_examples=1500)
FEW = settings(
    CALM,
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read(body: bytes, content_type: str, market: MarketType) -> Reading | Refusal:
    try:
        return interpret(read_message(body, content_type), market)
    except AlertRefused as error:
        return error.refusal


def check_refusal(refusal: Refusal) -> None:
    assert refusal.http_status in {400, 422}
    assert len(refusal.field) <= 64
    assert refusal.reason.ko.encode()
    assert refusal.reason.en.encode()


@MANY
@given(bodies, content_types, st.sampled_from(MarketType))
def test_any_bytes_are_read_or_refused_and_no_order_is_made_up(
    body: bytes, content_type: str, market: MarketType
) -> None:
    outcome = read(body, content_type, market)
    if isinstance(outcome, Refusal):
        check_refusal(outcome)
        return
    for unread in outcome.unread:
        check_refusal(unread.refusal)
    asked = oracle.instructions_of(body)
    for wanted in outcome.instructions:
        if isinstance(wanted, OrderInstruction):
            entries = asked[wanted.index : wanted.index + 1] if outcome.is_batch else asked
            assert any(oracle.asks_for(said, wanted) for said in entries)


def test_the_oracle_knows_what_was_not_asked_for() -> None:
    body = b'{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":"1"}'
    outcome = read(body, "", MarketType.SPOT)
    assert isinstance(outcome, Reading)
    (wanted,) = outcome.instructions
    assert isinstance(wanted, OrderInstruction)

    def asks(said: bytes) -> bool:
        return any(oracle.asks_for(each, wanted) for each in oracle.instructions_of(said))

    assert asks(body)
    for word, other in ((b"BTC", b"ETH"), (b"MARKET", b"LIMIT"), (b"buy", b"sell"), (b"1", b"2")):
        assert not asks(body.replace(word, other))
    assert not asks(b"{}")
    assert asks(b"symbol=BTCUSDT\ntype=market\naction=long\ncontracts=1.0")


_HEADERS = st.dictionaries(
    st.sampled_from(
        ["accept-language", "authorization", "x-signature", "idempotency-key", "content-length"]
    ),
    st.text(max_size=40)
    | st.sampled_from(["Bearer x", "t=1,v1=00", "t=,v1=", "ko;q=x", "k" * 300]),
    max_size=3,
)
_DOORS = st.sampled_from(["", "/", "/preview", "/nobody", "/test1/", "/%2e", "/\ud800"])


@dataclass(frozen=True, kw_only=True)
class Posted:
    body: bytes
    content_type: str
    headers: Mapping[str, str]
    proof: str
    door: str


@st.composite
def posts(draw: st.DrawFn) -> Posted:
    """A proof in a header goes to the strategy's own door, where it counts."""
    proof = draw(st.sampled_from(["body", "body", "body", "bearer", "signature", "none"]))
    by_header = proof in {"bearer", "signature"}
    return Posted(
        body=draw(livelier_bodies),
        content_type=draw(content_types),
        headers=draw(_HEADERS),
        proof=proof,
        door=draw(st.just("/test1") | _DOORS)
        if by_header
        else draw(st.just("") | st.just("") | _DOORS),
    )


def proven(sender: Sender, body: bytes, proof: str) -> tuple[bytes, Mapping[str, str]]:
    """The body as a sender with the strategy's token sends it, and the headers beside it."""
    name = sender.desk.strategy.group_name.encode()
    if proof == "body":
        token = sender.token.encode()
        if body.lstrip().startswith(b"{"):
            head = b'{"group_name":"' + name + b'","token":"' + token + b'",'
            return head + body.lstrip()[1:], {}
        return b"group_name=" + name + b"\ntoken=" + token + b"\n" + body, {}
    if proof == "bearer":
        return body, {"authorization": f"Bearer {sender.token}"}
    if proof == "signature":
        at = str(int(time.time()))
        signed = hmac.new(sender.token.encode(), f"{at}.".encode() + body, hashlib.sha256)
        return body, {"x-signature": f"t={at},v1={signed.hexdigest()}"}
    return body, {}


@FEW
@given(posted=posts())
def test_whatever_is_posted_the_bridge_answers_and_sends_only_what_was_asked(
    posted: Posted, sender: Sender, venue: ScriptedVenue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    proof = posted.proof
    sent, shown = proven(sender, posted.body, proof)
    path = f"/api/webhook{posted.door}"
    told = {"content-type": posted.content_type, **posted.headers, **shown}
    before = len(venue.book)
    answer = sender.bridge.call(answer_to(path, sent, told, "203.0.113.9"))
    assert answer.http_status < 500
    assert json.dumps(answer.body, ensure_ascii=False).encode()
    troubles = [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]
    assert troubles == []
    if len(venue.book) > before:
        assert oracle.asks_for_anything(sent)
        assert proof != "none"
        assert "preview" not in path


@settings(FEW, max_examples=40)
@given(messages=st.lists(livelier_bodies, min_size=1, max_size=5))
def test_every_order_in_the_ledger_was_asked_for_by_its_own_alert(
    messages: list[bytes], sender: Sender, venue: ScriptedVenue
) -> None:
    sent = {}
    for message in messages:
        body, _ = proven(sender, message, "body")
        answer = sender.post(body)
        receipt = answer.body.get("receipt") or answer.body["error"]["receipt"]
        if not answer.body.get("duplicate"):
            sent[receipt] = body
    known = Order.objects.filter(alert__receipt__in=sent).select_related("alert")
    assert all(oracle.asks_for_anything(sent[order.alert.receipt]) for order in known)
    everywhere = {arrival.request.client_order_id for arrival in venue.book}
    assert everywhere <= set(Order.objects.values_list("client_order_id", flat=True))
