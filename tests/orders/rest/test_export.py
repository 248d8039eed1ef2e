"""`?format=csv`: all matching rows, and nothing that a spreadsheet would run."""

import csv
import io
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from orders.rest import export
from orders.rest.export import safe_cell
from orders.vocabulary import OrderStatus
from strategies import api_tokens
from tests.orders.people import World, make_world
from tests.orders.rows import fill, hold, make_alert, make_order
from tests.worlds import Market


@pytest.fixture
def world(transactional_db: None, market: Market) -> World:
    """Committed, since an export reads in threads of its own."""
    return make_world(market)


def exported(user: User, path: str, **headers: str) -> list[dict[str, str]]:
    """As a server would stream it."""
    headers["Authorization"] = f"Token {api_tokens.issue(user, 'test')}"

    async def download() -> str:
        response: Any = await AsyncClient().get(path, headers=headers)
        assert isinstance(response, StreamingHttpResponse), response.content
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"].startswith("attachment")
        return b"".join([part async for part in response]).decode()

    return list(csv.DictReader(io.StringIO(async_to_sync(download)())))


@pytest.mark.parametrize("name", ["orders", "trades", "positions", "alerts"])
def test_every_list_has_a_file_of_the_owners_rows(world: World, name: str) -> None:
    order = make_order(world.strategy, world.account, world.market)
    fill(order)
    hold(world.strategy, world.account, world.market, order.quantity)
    [row] = exported(world.owner, f"/api/{name}/?format=csv")
    listed = Client(headers={"Authorization": f"Token {api_tokens.issue(world.owner, 'x')}"})
    assert list(row) == list(listed.get(f"/api/{name}/").json()["results"][0])
    assert exported(world.stranger, f"/api/{name}/?format=csv") == []


def test_all_pages_are_in_the_file_in_the_order_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    alert = make_alert(world.strategy)
    ids = [
        make_order(world.strategy, world.account, world.market, alert=alert, instruction=i).pk
        for i in range(5)
    ]
    rows = exported(world.owner, "/api/orders/?format=csv&ordering=created_at")
    assert [int(row["id"]) for row in rows] == ids


def test_a_file_is_filtered_like_its_list(world: World) -> None:
    make_order(world.strategy, world.account, world.market, symbol="LEFT")
    kept = make_order(world.strategy, world.account, world.market, symbol="KEPT")
    [row] = exported(world.owner, "/api/orders/?format=csv&symbol=KEPT")
    assert row["client_order_id"] == kept.client_order_id
    assert (row["quantity"], row["average_price"]) == (f"{world.market.lot}", "")


def test_accept_text_csv_is_enough(world: World) -> None:
    assert exported(world.owner, "/api/orders/", Accept="text/csv") == []


def test_an_account_name_cannot_become_a_formula(world: World) -> None:
    world.account.name = '=HYPERLINK("http://evil.example")'
    world.account.save()
    make_order(world.strategy, world.account, world.market)
    [row] = exported(world.owner, "/api/orders/?format=csv")
    assert row["account_name"] == '\'=HYPERLINK("http://evil.example")'


def test_an_error_is_one_readable_cell_in_the_readers_language(world: World) -> None:
    make_order(
        world.strategy,
        world.account,
        world.market,
        status=OrderStatus.FAILED.value,
        error_code="below_minimum",
        error_ko="최소 미달",
        error_en="Too small",
    )
    path = "/api/orders/?format=csv"
    [korean] = exported(world.owner, path, **{"Accept-Language": "ko"})
    [english] = exported(world.owner, path, **{"Accept-Language": "en"})
    assert korean["error"] == "code: below_minimum; message: 최소 미달"
    assert english["error"] == "code: below_minimum; message: Too small"


def test_a_refusal_is_json_and_not_a_file(world: World) -> None:
    client = Client(headers={"Authorization": f"Token {api_tokens.issue(world.owner, 'x')}"})
    answer = client.get("/api/orders/?format=csv&stratgy=x")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "stratgy"


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-0.5", "-12", "0.1", "BTC/USDT", "", "2026-03-02T12:00:00.123Z"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text
