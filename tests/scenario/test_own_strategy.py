"""A strategy, its account and their link made over REST alone, and the strategy's token."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.scenario.bridge import Bridge, Json
from tests.scenario.scenes import Scene
from tradingbridge.postmaster import wait_for

WITHIN = 1.0
_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Own:
    """A strategy of one's own with one paper account of the scene's family."""

    bridge: Bridge
    scene: Scene
    strategy: Json
    account: Json
    link: Json
    token: str = field(repr=False)

    def send(self, token: str = "", **fields: Any) -> requests.Response:
        order = self.scene.order | fields
        return self.bridge.send(self.strategy["group_name"], token=token or self.token, **order)

    def is_let_in(self, token: str = "") -> bool:
        """Asked with an order that cannot be executed, so that nothing is ever ordered by it."""
        status = self.send(token, order_type="NO_SUCH_TYPE").status_code
        assert status in {401, 422}
        return status == 422

    def change(self, path: str, **changes: Any) -> None:
        answer = self.bridge.call("PATCH", path, json=changes)
        assert answer.status_code == 200, answer.text

    def rotate(self, **body: Any) -> str:
        token: str = self.bridge.post(f"{self.path}rotate-token/", body)["token"]
        self.bridge.keep_secret(token)
        return token

    @property
    def path(self) -> str:
        return f"/api/strategies/{self.strategy['id']}/"


@pytest.fixture
def own(bridge: Bridge, scene: Scene) -> Iterator[Own]:
    number = next(_numbers)
    group_name = f"own-{scene.name}-{number}"
    account = bridge.post(
        "/api/accounts/",
        {
            "name": f"Own {scene.name} {number}",
            "account_type": scene.market_type.family,
            "exchange": "PAPER",
            "is_demo": True,
        },
    )
    strategy = bridge.post(
        "/api/strategies/", {"group_name": group_name, "market_type": scene.market_type}
    )
    bridge.keep_secret(strategy["token"])
    link = bridge.post(
        f"/api/strategies/{strategy['id']}/links/",
        {"account": account["id"], "capital": "10000000", "leverage": "1"},
    )
    made = Own(
        bridge=bridge,
        scene=scene,
        strategy=strategy,
        account=account,
        link=link,
        token=strategy["token"],
    )
    assert wait_for(made.is_let_in, limit=WITHIN)
    yield made
    made.change(made.path, is_active=False)


def test_the_returned_token_trades_on_the_linked_account(own: Own) -> None:
    told = own.send(qty="1" if own.scene.name == "securities" else "0.01", qty_per=None).json()
    assert told["success"] is True, told
    (result,) = told["results"]
    assert (result["account_id"], result["status"]) == (own.account["id"], "FILLED")


def test_the_token_is_shown_once(own: Own) -> None:
    assert own.token not in own.bridge.call("GET", own.path).text
    assert own.token not in own.bridge.call("GET", "/api/strategies/").text


def test_after_a_rotation_old_and_new_token_both_work(own: Own) -> None:
    new = own.rotate()
    assert new != own.token
    assert wait_for(lambda: own.is_let_in(new), limit=WITHIN)
    assert own.is_let_in(own.token)


def test_a_rotation_without_overlap_ends_the_old_token(own: Own) -> None:
    new = own.rotate(overlap=0)
    assert wait_for(lambda: not own.is_let_in(own.token), limit=WITHIN)
    assert wait_for(lambda: own.is_let_in(new), limit=WITHIN)


def test_a_strategy_that_is_switched_off_lets_nobody_in(own: Own) -> None:
    own.change(own.path, is_active=False)
    assert wait_for(lambda: not own.is_let_in(), limit=WITHIN)


def test_an_account_that_is_switched_off_is_passed_by(own: Own) -> None:
    own.change(f"/api/accounts/{own.account['id']}/", is_active=False)
    # Nothing is ordered by asking: a limit so low would rest, if the account still took it.
    order = {"order_type": "LIMIT", "price": own.scene.far, "symbol": own.scene.cancelled}
    assert wait_for(lambda: own.send(**order).status_code == 422, limit=WITHIN)


def test_the_answers_language_is_the_strategys(own: Own) -> None:
    own.change(own.path, language="en")

    def speaks_english() -> bool:
        answer: Json = own.send(order_type="NO_SUCH_TYPE").json()
        return str(answer["error"]["message"]).startswith("Unsupported")

    assert wait_for(speaks_english, limit=WITHIN)


def test_a_deleted_link_is_traded_on_no_more(own: Own) -> None:
    gone = own.bridge.call("DELETE", f"{own.path}links/{own.link['id']}/")
    assert gone.status_code == 204, gone.text

    def nobody_is_linked() -> bool:
        answer: Json = own.send(order_type="LIMIT", price=own.scene.far).json()
        return bool(answer.get("error", {}).get("code") == "no_account_linked")

    assert wait_for(nobody_is_linked, limit=WITHIN)


def test_credentials_that_an_exchange_does_not_know_are_named_and_not_repeated(
    bridge: Bridge, scene: Scene
) -> None:
    secret = f"a secret of {scene.name}"
    bridge.keep_secret(secret)
    answer = bridge.call(
        "POST",
        "/api/accounts/",
        json={
            "name": "With keys",
            "account_type": scene.market_type.family,
            "exchange": "PAPER",
            "credentials": {"api_key": secret},
        },
    )
    assert answer.status_code in {400, 422}, answer.text
    assert "api_key" in answer.text
    assert secret not in answer.text
