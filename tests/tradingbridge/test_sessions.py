import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", ['"\\000abcdefgh"', "' OR 1=1", "a" * 5000])
def test_a_cookie_that_no_session_can_have_is_no_login(client: Client, key: str) -> None:
    answer = client.get("/api/accounts/", headers={"Cookie": f"sessionid={key}"})
    assert answer.status_code == 401


def test_a_login_is_remembered(client: Client) -> None:
    client.force_login(User.objects.create_user("owner"))
    assert client.get("/api/accounts/").status_code == 200
