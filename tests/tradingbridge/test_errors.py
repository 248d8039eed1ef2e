import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import ResolverMatch, URLResolver


def test_an_unknown_path_of_the_api_is_told_in_the_api_s_shape(client: Client) -> None:
    answer = client.get("/api/nothing/", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert json.loads(answer.content) == {
        "success": False,
        "error": {
            "code": "not_found",
            "message": "There is nothing at this address. See /api/docs/",
            "field": "",
        },
    }


def test_elsewhere_a_page_says_so(client: Client) -> None:
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("path", "kind"), [("/api/x/", "application/json"), ("/x/", "text/html")])
def test_what_broke_is_told_without_its_reason(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    def broken_view(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("secret")

    monkeypatch.setattr(URLResolver, "resolve", lambda *_: ResolverMatch(broken_view, (), {}))
    client.raise_request_exception = False
    answer = client.get(path)
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith(kind)
    assert b"secret" not in answer.content
