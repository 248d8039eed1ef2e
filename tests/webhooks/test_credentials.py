"""How a sender proves which strategy it speaks for."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from orders.models import Alert, AlertKey
from strategies import tokens
from strategies.models import Strategy, StrategyToken
from tests.tradingbridge.clients import Exchange, chunk
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import intake
from webhooks.answers import Answer
from webhooks.credentials import Presented, Signature, presented
from webhooks.door import door, wants
from webhooks.grammar import Message
from webhooks.refusals import AlertRefused

REFUSED = "활성 전략을 찾을 수 없거나 웹훅 토큰이 유효하지 않습니다"
TIME = "1700000000"
HEX = "ab" * 32


def signed(body: bytes, token: str, *, at: datetime | None = None) -> str:
    written = str(int((at or datetime.now(UTC)).timestamp()))
    digest = hmac.new(token.encode(), f"{written}.".encode() + body, hashlib.sha256)
    return f"t={written},v1={digest.hexdigest()}"


def message(group_name: str = "", token: str = "") -> Message:
    return Message(group_name=group_name, token=token, fields={})


@dataclass
class AtTheDoors:
    """The same request at the bare door and at the documented view; both must say the same."""

    sender: Sender
    client: Client = field(default_factory=Client)

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
        bare = self._bare(path, body, headers)
        view = self._view(path, body, headers)
        assert (bare[0], _code(bare[1])) == (view[0], _code(view[1]))
        return bare

    def _bare(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        request = Exchange("POST", path, chunk(body, more=False), **headers)
        assert wants(request._scope)
        self.sender.bridge.call(request.with_app(door))
        return request.status, request.json

    def _view(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            "POST", quote(path), body, content_type="application/json", headers=named
        )
        return answer.status_code, json.loads(answer.content)


def _code(answer: Any) -> str | None:
    return answer["error"]["code"] if "error" in answer else None


@pytest.fixture
def doors(sender: Sender) -> AtTheDoors:
    return AtTheDoors(sender)


@pytest.fixture
def unsigned(sender: Sender) -> bytes:
    """An order whose body says neither who it is for nor by whom."""
    alert = sender.order(token=None, group_name=None)
    return json.dumps(alert).encode()


# What is read from headers.


def test_a_token_may_stand_in_the_header_and_the_strategy_in_the_address() -> None:
    claim = presented(message(), {"authorization": "Bearer tb_1"}, "test1")
    assert claim == Presented(group_name="test1", tokens=("tb_1",))


def test_a_bearer_token_is_taken_at_the_plain_door_when_the_body_has_none() -> None:
    claim = presented(message("test1"), {"authorization": "bearer  tb_1 "})
    assert claim == Presented(group_name="test1", tokens=("tb_1",))


def test_the_bodys_own_token_is_the_proof_at_the_plain_door_whatever_a_relay_added() -> None:
    headers = {"authorization": "Bearer of-the-relay", "x-signature": "sha256=of-the-relay"}
    claim = presented(message("test1", "tb_1"), headers)
    assert claim == Presented(group_name="test1", tokens=("tb_1",))


def test_everything_that_is_presented_at_the_named_door_counts() -> None:
    headers = {"authorization": "Bearer tb_2", "x-signature": f"t={TIME},v1={HEX}"}
    claim = presented(message("test1", "tb_1"), headers, "test1")
    assert claim.tokens == ("tb_1", "tb_2")
    assert claim.signature == Signature(written=TIME, digest=HEX)


def test_another_scheme_is_somebody_elses() -> None:
    with pytest.raises(AlertRefused) as refused:
        presented(message(), {"authorization": "Basic dXNlcjpwYXNz"}, "test1")
    assert refused.value.refusal.field == "token"


@pytest.mark.parametrize(
    "header",
    [
        *("t=1", f"v1={HEX}", f"t=,v1={HEX}", f"t=now,v1={HEX}", f"t=1,v1={HEX[1:]}", "junk"),
        *(f"t=1,t=2,v1={HEX}", f"t=1.5,v1={HEX}", f"t=-1,v1={HEX}", f"t=١,v1={HEX}", "="),
        *(f"t=1,v1={'zz' * 32}", f"t={'9' * 300},v1={HEX}", f"t=1,v1={HEX},v1={HEX}"),
    ],
)
def test_a_signature_that_cannot_be_read_is_told_so(header: str) -> None:
    with pytest.raises(AlertRefused) as refused:
        presented(message(), {"x-signature": header}, "test1")
    refusal = refused.value.refusal
    assert (refusal.http_status, refusal.reason.code) == (400, "bad_signature")
    assert refusal.field == "X-Signature"


@pytest.mark.parametrize("header", [f" t={TIME} , v1={HEX.upper()} ", f"v0=x,v1={HEX},t={TIME}"])
def test_a_signature_may_have_blanks_capitals_and_other_versions(header: str) -> None:
    claim = presented(message(), {"x-signature": header}, "test1")
    assert claim.signature == Signature(written=TIME, digest=HEX)


@pytest.mark.parametrize(("name", "code"), [("x" * 101, "too_long"), ("a\x00b", "bad_address")])
def test_a_name_that_no_strategy_can_have_is_refused(name: str, code: str) -> None:
    with pytest.raises(AlertRefused) as refused:
        presented(message(), {"authorization": "Bearer tb_1"}, name)
    assert refused.value.refusal.reason.code == code


def test_no_repr_shows_a_secret() -> None:
    headers = {"authorization": "Bearer tb_hidden", "x-signature": f"t={TIME},v1={HEX}"}
    claim = presented(message("", "tb_body"), headers, "test1")
    assert "tb_" not in repr(claim)
    assert HEX not in repr(claim)


# At the doors.


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_alert_is_taken_with_a_bearer_token(
    doors: AtTheDoors, unsigned: bytes, slash: str
) -> None:
    bearer = f"Bearer {doors.sender.token}"
    status, told = doors.post(f"/api/webhook/test1{slash}", unsigned, authorization=bearer)
    assert (status, told["success"]) == (200, True)
    assert told["strategy"] == "test1"


def test_an_alert_is_taken_with_a_signature_of_its_bytes(
    doors: AtTheDoors, unsigned: bytes
) -> None:
    signature = signed(unsigned, doors.sender.token)
    status, told = doors.post("/api/webhook/test1", unsigned, x_signature=signature)
    assert (status, told["success"]) == (200, True)


def test_the_bodys_own_token_works_at_the_named_door_too(doors: AtTheDoors) -> None:
    alert = json.dumps(doors.sender.order()).encode()
    status, told = doors.post("/api/webhook/test1", alert)
    assert (status, told["success"]) == (200, True)


@pytest.mark.parametrize("name", ["my strategy", "내 전략 1호", "50%+1&2=3", "a/b"])
def test_a_name_may_have_blanks_korean_letters_and_signs(doors: AtTheDoors, name: str) -> None:
    Strategy.objects.update(group_name=name)
    doors.sender.settle()
    body = json.dumps(doors.sender.order(token=None, group_name=None)).encode()
    bearer = f"Bearer {doors.sender.token}"
    status, told = doors.post(f"/api/webhook/{name}", body, authorization=bearer)
    assert (status, told["strategy"]) == (200, name)


def test_every_wrong_proof_gets_one_answer(
    doors: AtTheDoors, unsigned: bytes, venue: ScriptedVenue
) -> None:
    token, now = doors.sender.token, datetime.now(UTC)
    bearer = f"Bearer {token}"
    wrong: list[tuple[str, dict[str, str]]] = [
        ("nobody", {"authorization": bearer}),
        ("nobody", {"x_signature": signed(unsigned, token)}),
        ("test1", {"authorization": "Bearer wrong"}),
        ("test1", {"x_signature": signed(unsigned, "wrong")}),
        ("test1", {"x_signature": signed(unsigned + b" ", token)}),
        ("test1", {"x_signature": signed(unsigned, token, at=now - timedelta(seconds=302))}),
        ("test1", {"x_signature": signed(unsigned, token, at=now + timedelta(seconds=310))}),
        ("test1", {"authorization": bearer, "x_signature": signed(unsigned, "wrong")}),
        ("test1", {"authorization": "Bearer wrong", "x_signature": signed(unsigned, token)}),
    ]
    for name, headers in wrong:
        status, told = doors.post(f"/api/webhook/{name}", unsigned, **headers)
        assert (status, told["error"]["message"]) == (401, REFUSED), (name, headers)
    assert venue.book == []


def test_a_switched_off_strategy_answers_like_one_that_is_not_there(
    doors: AtTheDoors, unsigned: bytes
) -> None:
    Strategy.objects.update(is_active=False)
    doors.sender.settle()
    bearer = f"Bearer {doors.sender.token}"
    status, told = doors.post("/api/webhook/test1", unsigned, authorization=bearer)
    assert (status, told["error"]["message"]) == (401, REFUSED)


def test_an_expired_token_signs_nothing(doors: AtTheDoors, unsigned: bytes) -> None:
    StrategyToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    doors.sender.settle()
    signature = signed(unsigned, doors.sender.token)
    assert doors.post("/api/webhook/test1", unsigned, x_signature=signature)[0] == 401


def test_both_tokens_sign_while_a_rotation_overlaps(doors: AtTheDoors, unsigned: bytes) -> None:
    newer = tokens.issue(doors.sender.desk.strategy)
    doors.sender.settle()
    for token in (doors.sender.token, newer):
        signature = signed(unsigned, token)
        assert doors.post("/api/webhook/test1", unsigned, x_signature=signature)[0] == 200


def test_a_strategy_that_is_named_twice_must_be_the_same(doors: AtTheDoors) -> None:
    alert = doors.sender.order(group_name="another", token=None)
    bearer = f"Bearer {doors.sender.token}"
    body = json.dumps(alert).encode()
    status, told = doors.post("/api/webhook/test1", body, authorization=bearer)
    assert (status, told["error"]["code"]) == (422, "other_group_name")
    assert told["error"]["field"] == "group_name"


def test_an_alert_without_any_proof_is_told_what_is_missing(
    doors: AtTheDoors, unsigned: bytes
) -> None:
    status, told = doors.post("/api/webhook/test1", unsigned)
    assert (status, told["error"]["field"]) == (422, "token")


def test_two_signatures_are_none_at_either_door(doors: AtTheDoors, unsigned: bytes) -> None:
    """Two headers of one name reach a view as one, parted by a comma."""
    signature = signed(unsigned, doors.sender.token)
    both = f"{signature},{signature}"
    status, told = doors.post("/api/webhook/test1", unsigned, x_signature=both)
    assert (status, told["error"]["code"]) == (400, "bad_signature")
    request = Exchange("POST", "/api/webhook/test1", chunk(unsigned, more=False))
    twice = [(b"x-signature", signature.encode())] * 2
    request._scope["headers"] = [(b"host", b"localhost"), *twice]
    doors.sender.bridge.call(request.with_app(door))
    assert request.status == 400


def test_nothing_of_a_header_is_kept(doors: AtTheDoors, unsigned: bytes) -> None:
    token = doors.sender.token
    doors.post("/api/webhook/test1", unsigned, authorization=f"Bearer {token}")
    doors.post("/api/webhook/test1", unsigned, authorization=f"Bearer {token}x")
    for alert in Alert.objects.values():
        assert token not in str(alert)


def test_a_name_that_looks_like_a_token_is_not_kept(doors: AtTheDoors, unsigned: bytes) -> None:
    token = doors.sender.token
    status, _ = doors.post(f"/api/webhook/{token}", unsigned, authorization="Bearer x")
    assert status == 401
    assert not Alert.objects.filter(group_name__contains=token).exists()


def test_a_browser_is_shown_how_to_post(client: Client) -> None:
    for path in ("/api/webhook/test1", "/api/webhook/preview"):
        page = client.get(path, headers={"accept": "text/html"})
        assert (page.status_code, b"<html" in page.content) == (200, True)


# Whoever saw a signed alert cannot trade with it.


@dataclass
class Signer:
    """Sends signed alerts, as if at `seconds` behind the first."""

    sender: Sender
    monkeypatch: pytest.MonkeyPatch
    began: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def body(self, **changes: Any) -> bytes:
        return json.dumps(self.sender.order(token=None, **changes)).encode()

    def sign(self, body: bytes, seconds: float = 0) -> str:
        return signed(body, self.sender.token, at=self.began + timedelta(seconds=seconds))

    def post(self, seconds: float, body: bytes, signature: str, **headers: str) -> Answer:
        arrived, at = intake.arrived, self.began + timedelta(seconds=seconds)
        with self.monkeypatch.context() as patch:
            patch.setattr(intake, "arrived", lambda *of: replace(arrived(*of), received_at=at))
            return self.sender.post(body, x_signature=signature, **headers)


@pytest.fixture
def signer(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> Signer:
    return Signer(sender, monkeypatch)


@pytest.mark.parametrize("window", [0, 30])
def test_a_signed_alert_trades_once_while_its_signature_is_good(
    signer: Signer, venue: ScriptedVenue, window: int
) -> None:
    Strategy.objects.update(dedupe_window=window)
    signer.sender.settle()
    body = signer.body()
    signature = signer.sign(body)
    first = signer.post(0, body, signature)
    for seconds in (0, 0.5, 31.5, 300):
        again = signer.post(seconds, body, signature)
        assert (again.body["duplicate"], again.body["receipt"]) == (True, first.body["receipt"])
    assert signer.post(300.5, body, signature).http_status == 401
    assert len(venue.book) == 2


def test_a_time_ahead_holds_the_body_as_long_as_it_can_be_sent_again(signer: Signer) -> None:
    body = signer.body()
    signer.post(0, body, signer.sign(body, 299))
    assert AlertKey.objects.get().expires_at == signer.began + timedelta(seconds=299 + 301)


def test_a_longer_window_of_the_strategy_holds_for_signed_alerts_too(signer: Signer) -> None:
    Strategy.objects.update(dedupe_window=900)
    signer.sender.settle()
    body = signer.body()
    signer.post(0, body, signer.sign(body))
    assert AlertKey.objects.get().expires_at == signer.began + timedelta(seconds=900)


def test_a_header_that_is_not_signed_makes_no_other_alert_of_it(
    signer: Signer, venue: ScriptedVenue
) -> None:
    body = signer.body()
    signature = signer.sign(body)
    first = signer.post(0, body, signature)
    for name in ("k1", "k2"):
        again = signer.post(40, body, signature, idempotency_key=name)
        assert again.body["receipt"] == first.body["receipt"]
    assert len(venue.book) == 2


def test_a_header_that_is_not_used_is_told(signer: Signer) -> None:
    body = signer.body()
    told = signer.post(0, body, signer.sign(body), idempotency_key="k1", accept_language="en").body
    assert told["warnings"] == [
        "The header Idempotency-Key is not signed, so it is not used. Put an alert_id into the body"
    ]
    named = signer.body(alert_id="a1")
    answer = signer.post(0, named, signer.sign(named), idempotency_key="k1")
    assert answer.body["warnings"] == []


def test_a_body_that_is_signed_anew_is_the_same_alert_and_held_for_longer(
    signer: Signer, venue: ScriptedVenue
) -> None:
    """Else the second signature would trade as soon as the first one's time is over."""
    body = signer.body()
    first = signer.post(0, body, signer.sign(body))
    newer = signer.sign(body, 200)
    again = signer.post(200, body, newer)
    assert (again.body["duplicate"], again.body["receipt"]) == (True, first.body["receipt"])
    until = signer.began + timedelta(seconds=200 + 301)
    signer.sender.bridge.wait_until(lambda: AlertKey.objects.get().expires_at == until)
    assert signer.post(310, body, newer).body["duplicate"] is True
    assert len(venue.book) == 2


def test_another_id_in_the_signed_body_is_another_alert(
    signer: Signer, venue: ScriptedVenue
) -> None:
    for name in ("a1", "a2"):
        body = signer.body(alert_id=name)
        signature = signer.sign(body)
        assert signer.post(0, body, signature).body["duplicate"] is False
        assert signer.post(200, body, signature).body["duplicate"] is True
    assert len(venue.book) == 4
