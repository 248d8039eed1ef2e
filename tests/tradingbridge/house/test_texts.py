import json
import shlex
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from tradingbridge.demo import Demo, DemoStrategy
from tradingbridge.launch import banner
from tradingbridge.launch.commands import needs_database
from tradingbridge.launch.options import Options
from tradingbridge.launch.texts import CannotStart, Text

URL = "http://127.0.0.1:8000"
DEMO = Demo(
    url=URL,
    username="demo",
    password="a password",
    api_token="tbu_1",
    strategies=(DemoStrategy(group_name="demo-crypto", token="tb_1", market_type="SPOT"),),
)


def fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


@pytest.mark.parametrize("text", Text, ids=lambda text: text.name)
def test_both_languages_say_the_same_things(text: Text) -> None:
    korean, english = text.value
    assert fields(korean) == fields(english)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_greeting_names_desk_login_orders_and_file(language: str) -> None:
    said = banner.compose(
        url=URL, language=language, demo=DEMO, demo_file=Path("/srv/var/demo.json")
    )
    for part in (f"{URL}/", "demo / a password", "/admin/orders/order/", "/srv/var/demo.json"):
        assert part in said


def test_a_desk_without_a_demo_shows_no_login() -> None:
    said = banner.compose(url=URL, language="en", demo=None, demo_file=Path("demo.json"))
    assert "Login" not in said
    assert "curl" not in said


@pytest.mark.parametrize(("to_a_person", "is_new"), [(True, False), (False, True)])
def test_secrets_are_for_a_terminal_or_for_the_start_that_made_them(
    to_a_person: bool, is_new: bool
) -> None:
    said = greeting(replace(DEMO, is_new=is_new), to_a_person=to_a_person)
    assert "demo / a password" in said
    assert "tb_1" in said


def test_a_log_is_told_where_the_secrets_are() -> None:
    said = greeting(DEMO, to_a_person=False)
    assert "the password is in demo.json" in said
    assert "a password" not in said
    assert "tb_1" not in said


def test_a_changed_password_is_said_to_be_changed() -> None:
    assert "demo / (the password was changed)" in greeting(replace(DEMO, password=""))


def test_without_a_token_that_works_there_is_nothing_to_try() -> None:
    said = greeting(replace(DEMO, strategies=()))
    assert "curl" not in said
    assert "do not work any more" in said


def greeting(demo: Demo, *, to_a_person: bool = True) -> str:
    return banner.compose(
        url=URL, language="en", demo=demo, demo_file=Path("demo.json"), to_a_person=to_a_person
    )


def test_the_command_survives_a_shell() -> None:
    words = shlex.split(banner.demo_command(url=URL, demo=DEMO))
    assert json.loads(words[-1]) == {
        "group_name": "demo-crypto",
        "token": "tb_1",
        "symbol": "BTC/USDT",
        "order_type": "MARKET",
        "side": "buy",
        "qty_per": 10,
    }


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - a word, nothing is bound
        ("::", "http://[::1]:80"),
        ("192.0.2.7", "http://192.0.2.7:80"),
    ],
)
def test_the_address_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert Options.read({"HOST": host}, home=Path("/srv")).url(80) == url


@pytest.mark.parametrize(
    ("environ", "trusted"),
    [
        ({}, ""),
        ({"BEHIND_PROXY": "true"}, "127.0.0.1"),
        ({"BEHIND_PROXY": "true", "FORWARDED_ALLOW_IPS": "10.0.0.2"}, "10.0.0.2"),
    ],
)
def test_nobody_may_name_the_sender_unless_told_so(environ: dict[str, str], trusted: str) -> None:
    assert Options.read(environ, home=Path("/srv")).trusted_proxies == trusted


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_silly_number_of_workers_is_refused(workers: str) -> None:
    with pytest.raises(CannotStart):
        Options.read({"WORKERS": workers}, home=Path("/srv"))


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["manage.py", "migrate"], True),
        (["manage.py", "shell"], True),
        (["manage.py", "collectstatic", "--noinput"], False),
        (["manage.py", "migrate", "--help"], False),
        (["manage.py"], False),
    ],
)
def test_only_commands_that_need_a_database_get_one(words: list[str], needed: bool) -> None:
    assert needs_database(words) is needed
