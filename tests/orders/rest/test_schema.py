"""The OpenAPI document of the ledger."""

import io
import json
from typing import Any

from django.core.management import call_command


def schema() -> Any:
    """Fails on any warning, and when the document is not valid OpenAPI."""
    text = io.StringIO()
    call_command(
        "spectacular",
        "--validate",
        "--fail-on-warn",
        "--format=openapi-json",
        "--urlconf=orders.urls",
        stdout=text,
    )
    return json.loads(text.getvalue())


def parameters_of(document: Any, path: str) -> set[str]:
    return {parameter["name"] for parameter in document["paths"][path]["get"]["parameters"]}


def test_the_schema_is_valid_and_names_every_view() -> None:
    paths = set(schema()["paths"])
    assert paths == {
        "/orders/",
        "/orders/open/",
        "/orders/{id}/",
        "/orders/{id}/cancel/",
        "/trades/",
        "/positions/",
        "/positions/{id}/close/",
        "/alerts/",
        "/alerts/{id}/",
        "/receipts/{receipt}/",
        "/missed-alerts/",
        "/missed-alerts/{id}/review/",
        "/events/",
    }


def test_the_schema_names_every_filter_of_the_orders() -> None:
    assert {
        "strategy",
        "account",
        "exchange",
        "symbol",
        "side",
        "status",
        "market_type",
        "since",
        "until",
        "receipt",
        "search",
        "ordering",
        "cursor",
        "page_size",
        "format",
    } == parameters_of(schema(), "/orders/")


def test_decimals_are_documented_as_text() -> None:
    order = schema()["components"]["schemas"]["OrderRow"]["properties"]
    assert order["quantity"]["type"] == "string"
