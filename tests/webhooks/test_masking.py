import json
import string
from typing import Any

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


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        ('{"comment": "롱 key=level 5", "qty": 1.50}', '{"comment": "롱 key=***", "qty": 1.50}'),
        ('{"note": "Turkey: go", "qty": 1e3}', '{"note": "Turkey: ***", "qty": 1e3}'),
        ('{"note": "pass: 1"}', '{"note": "pass: ***"}'),
        ('{"note": "url https://x/?token=abc"}', '{"note": "url https://x/?token=***"}'),
        ('{"note": "a\\n\\"key\\": 5"}', '{"note": "a\\n\\"key\\": ***"}'),
        ('{"token": {"a": [1, "]"]}, "b": [1]}', '{"token": "***", "b": [1]}'),
        ('{"token": -1.5e3, "b": null}', '{"token": "***", "b": null}'),
        ('{ "b" : 007 }', '{ "b" : 007 }'),
        ('\ufeff {"token\\u003d": "x" }\n', '\ufeff {"token\\u003d": "***" }\n'),
        ('{"note": "\\ud800 key: x"}', '{"note": "\\ud800 key: ***"}'),
    ],
)
def test_json_stays_json_and_every_other_character_stays(body: str, masked: str) -> None:
    assert mask(body.encode(), 1000) == masked


_TOKEN = "tb_" + "aB3-_" * 8


@pytest.mark.parametrize(
    "text", ["%s", "x%s", "zz_%s", '{"note": "see %s"}', '{"%s": 1}', '{"a": ["x%s"]}', "a=b%s"]
)
def test_an_own_token_is_masked_by_its_shape(text: str) -> None:
    masked = mask(text.replace("%s", _TOKEN).encode(), 1000)
    assert "aB3" not in masked
    assert "tb_***" in masked


def test_the_beginning_of_a_token_that_is_cut_off_is_masked_too() -> None:
    for cut in range(5, 40):
        assert "aB3" not in mask(b"note " + _TOKEN.encode(), cut)


_NAMES = st.sampled_from(
    ["token", "Token", "USER-TOKEN", "user token", "pass_word", "password", "api_key", "x-Secret"]
)
_NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def _hiding(draw: st.DrawFn, secret: str) -> Any:
    """JSON with the secret under a secret's name, somewhere."""
    shape = st.sampled_from([secret, [secret], {"x": secret}, f'a"{secret}\\', {secret: [1]}])
    hidden: Any = {draw(_NAMES): draw(shape)}
    for _ in range(draw(st.integers(0, 4))):
        beside = draw(_NESTED)
        name = draw(st.text(max_size=8))
        hidden = draw(
            st.sampled_from(
                [{name: hidden, "b": beside}, [beside, hidden], {"a": beside, **hidden}]
            )
            if isinstance(hidden, dict)
            else st.sampled_from([{name: hidden, "b": beside}, [beside, hidden]])
        )
    return hidden


@given(data=st.data(), secret=_SECRETS, in_ascii=st.booleans(), in_escapes=st.booleans())
def test_a_random_secret_never_survives_in_nested_json(
    data: st.DataObject, secret: str, in_ascii: bool, in_escapes: bool
) -> None:
    hidden = data.draw(_hiding(secret))
    body = json.dumps(hidden, ensure_ascii=in_ascii)
    if in_escapes:
        body = body.replace("t", "\\u0074").replace("\\\\u0074", "\\t")
    try:
        sent = body.encode()
        json.loads(body)
    except ValueError:
        assume(False)
    masked = mask(sent, 65_536)
    json.loads(masked)
    assert secret not in masked
    assert secret not in json.dumps(json.loads(masked))


@given(said=_NESTED, limit=st.integers(1, 4000))
def test_json_without_secrets_is_still_json(said: Any, limit: int) -> None:
    body = json.dumps({"note": said}).encode()
    assume(limit >= len(body))
    json.loads(mask(body, limit + 1000))
