"""What a newcomer does first: an account on paper, and a look whether it works."""

from typing import Any

from rest_framework.test import APIClient

from strategies.models import Account
from tests.strategies.conftest import World


def test_a_paper_account_needs_no_credentials_and_passes_its_check(
    world: World, owner: APIClient
) -> None:
    body: dict[str, Any] = {
        "name": "first",
        "account_type": world.market.account_type.value,
        "exchange": "PAPER",
        "is_demo": True,
        "credentials": {},
        "base_url": "",
    }
    assert owner.post("/api/accounts/", body, format="json").status_code == 201
    account = Account.objects.get(name="first")
    answer = owner.post(f"/api/accounts/{account.pk}/check/")
    assert answer.status_code == 200, answer.content
    assert answer.json()["success"] is True
    assert world.market.market_type.value in answer.json()["offers"]["market_types"]
