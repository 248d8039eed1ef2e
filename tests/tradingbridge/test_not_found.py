import json

from django.test import Client


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
