import json
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from webhooks.masking import mask

SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    "text",
    [
        '{"token": "%s", "side": "buy"}',
        '{"TOKEN":"%s"}',
        '{"user_token" : "%s"}',
        '{"password":"%s"}',
        '{"\\u0074oken": "%s"}',
        '{"a": {"b": [{"token": "%s"}]}}',
        '{"token": ["%s"]}',
        '{"token": {"x": "%s"}}',
        '{"token": "%s"',
        '{"token": "%s',
        "{token: %s}",
        "{token=%s}",
        "token=%s\nside=buy",
        "token: %s",
        "side=buy,token=%s,price=1",
        "Token = '%s'",
        "password=%s;side=buy",
        "token=a,b %s\nside=buy",
        "{'token': '%s'}",
        "{“token”: “%s”}",
        '{"token": "a\\"%s"}',
        '{"token" \n : \n "%s"}',
        "token=\n%s",
        "token：%s",
        '{"a": "{\\"token\\": \\"%s\\"}"}',
        '{\\"token\\": \\"%s\\"}',
        '{"TO\\u212aEN": "%s"}',
        '{"User-Token": "%s"}',
        '{"p_a_s_s_w_o_r_d": "%s"}',
        '{"my_api_key": "%s", "api_secret": "%s"}',
        "side=buy&token=%s&qty=1",
        "%%74oken=%s&qty=1",
        "tok+en=%s&qty=1",
        '{"token": %s}',
        '{"x": 1 "token" = "%s"}',
        '{"orders": [{"token": "%s"}, {"password": "%s"}]}',
        '{"token": "x" %s, "side": "buy"}',
    ],
)
def test_a_secret_never_survives(text: str) -> None:
    text = text.replace("%s", SECRET).replace("%%", "%")
    masked = mask(text.encode(), 1000)
    assert SECRET not in masked
    assert "***" in masked


def test_the_rest_of_a_body_stays_as_it_was() -> None:
    body = '{"symbol": "BTC/USDT", "price": 90000.50, "token": "x"}'
    assert mask(body.encode(), 1000) == '{"symbol": "BTC/USDT", "price": 90000.50, "token": "***"}'


def test_a_body_is_cut_and_has_no_nul() -> None:
    assert mask(b"ab\x00cd", 4) == "ab␀c"


def test_a_hostile_body_is_masked_in_one_pass() -> None:
    for body in (b'{"' + b"\\" * 60_000, b'{"token":' * 7_000, b"token=" * 10_000):
        assert isinstance(mask(body, 65_536), str)


_SECRETS = st.text(string.ascii_letters + string.digits + "-_", min_size=12, max_size=40)


@given(secret=_SECRETS, before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_random_secret_never_survives_in_json(secret: str, before: str, after: str) -> None:
    assume(secret not in before + after)
    body = json.dumps({before + "x": before, "token": secret, after + "y": after})
    assert secret not in mask(body.encode(), 10_000)


@given(
    secret=_SECRETS,
    name=st.sampled_from(["token", "user_token", "PASSWORD", "Token"]),
    form=st.sampled_from(
        ['"%s": "%s', "'%s' : '%s'", "%s=%s", "%s: %s", '%s = "%s"', '"%s": [["%s']
    ),
    before=st.text(max_size=30),
    after=st.text(max_size=30),
)
def test_a_random_secret_never_survives_in_rubble(
    secret: str, name: str, form: str, before: str, after: str
) -> None:
    assume(secret not in before + after)
    body = f"{before}, {form % (name, secret)}\n{after}"
    assert secret not in mask(body.encode("utf-8", "replace"), 10_000)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_are_masked_to_a_text_that_a_column_takes(body: bytes, limit: int) -> None:
    masked = mask(body, limit)
    assert len(masked) <= limit
    assert "\x00" not in masked
    masked.encode()
