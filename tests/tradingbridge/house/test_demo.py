import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.test import RequestFactory

from exchanges.vocabulary import AccountType, MarketType
from strategies import api_tokens, tokens
from strategies.models import Account, ApiToken, Strategy, StrategyAccount, StrategyToken
from strategies.routes import TokenRoute
from tests.worlds import make_user
from tradingbridge.demo import Demo, make_once, what_still_works

URL = "http://127.0.0.1:8000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "demo.json"


@pytest.fixture
def demo(file: Path) -> Demo:
    made = make_once(file, url=URL)
    assert made is not None
    return made


def logs_in(demo: Demo) -> bool:
    request = RequestFactory().get("/")
    return authenticate(request, username=demo.username, password=demo.password) is not None


def opens(demo: Demo, group_name: str) -> bool:
    token = next(each.token for each in demo.strategies if each.group_name == group_name)
    strategy = Strategy.objects.get(group_name=group_name)
    rows = tuple(
        TokenRoute(digest=row.digest, expires_at=row.expires_at) for row in strategy.tokens.all()
    )
    return tokens.matches(token, rows, strategy.created_at)


def test_the_file_is_what_was_promised(file: Path, demo: Demo) -> None:
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written == {
        "url": URL,
        "admin": {"username": demo.username, "password": demo.password},
        "api_token": demo.api_token,
        "strategies": [
            {"group_name": each.group_name, "token": each.token, "market_type": each.market_type}
            for each in demo.strategies
        ],
    }


def test_only_its_owner_reads_the_file(file: Path, demo: Demo) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_strategies_cover_both_families(demo: Demo) -> None:
    assert [(each.group_name, each.market_type) for each in demo.strategies] == [
        ("demo-crypto", MarketType.SPOT),
        ("demo-futures", MarketType.FUTURES),
        ("demo-stocks", MarketType.DOMESTIC_STOCK),
    ]


@pytest.mark.parametrize(
    ("group_name", "account_type", "capital"),
    [
        ("demo-crypto", AccountType.CRYPTO, Decimal(10_000)),
        ("demo-futures", AccountType.CRYPTO, Decimal(10_000)),
        ("demo-stocks", AccountType.STOCK, Decimal(50_000_000)),
    ],
)
def test_each_strategy_trades_on_two_paper_accounts_of_its_family(
    demo: Demo, group_name: str, account_type: AccountType, capital: Decimal
) -> None:
    links = StrategyAccount.objects.filter(strategy__group_name=group_name)
    assert [(link.account.exchange, link.account.account_type, link.capital) for link in links] == [
        ("PAPER", account_type, capital)
    ] * 2


def test_the_login_and_the_tokens_work(demo: Demo) -> None:
    assert logs_in(demo)
    assert api_tokens.user_of(demo.api_token) == User.objects.get(username=demo.username)
    assert opens(demo, "demo-stocks")


def test_the_second_start_changes_nothing(file: Path, demo: Demo) -> None:
    assert make_once(file, url=URL) == demo
    assert Account.objects.count() == 6


def test_another_port_changes_the_address_only(file: Path, demo: Demo) -> None:
    moved = make_once(file, url="http://127.0.0.1:9000")
    assert moved is not None
    assert moved.url == "http://127.0.0.1:9000"
    assert moved.api_token == demo.api_token
    assert "9000" in file.read_text(encoding="utf-8")


def test_a_lost_file_locks_nobody_out(file: Path, demo: Demo) -> None:
    file.unlink()
    again = make_once(file, url=URL)
    assert again is not None
    assert logs_in(again)
    assert opens(again, "demo-crypto")
    assert Account.objects.count() == 6


def test_what_the_lost_file_said_stops_working(file: Path, demo: Demo) -> None:
    file.unlink()
    make_once(file, url=URL)
    assert not logs_in(demo)
    assert api_tokens.user_of(demo.api_token) is None


def test_a_file_that_cannot_be_read_counts_as_lost(file: Path, demo: Demo) -> None:
    file.write_text("{", encoding="utf-8")
    again = make_once(file, url=URL)
    assert again is not None
    assert again.password != demo.password


def test_a_file_of_a_database_that_is_gone_is_replaced(file: Path, demo: Demo) -> None:
    Strategy.objects.all().delete()
    Account.objects.all().delete()
    User.objects.all().delete()
    again = make_once(file, url=URL)
    assert again is not None
    assert logs_in(again)


def test_a_desk_with_real_users_gets_no_demo(file: Path) -> None:
    make_user("owner", staff=True)
    assert make_once(file, url=URL) is None
    assert not file.exists()
    assert not Strategy.objects.exists()


def test_a_person_who_is_called_demo_keeps_their_password(file: Path) -> None:
    person = make_user("demo", staff=True)
    assert make_once(file, url=URL) is None
    person.refresh_from_db()
    assert person.check_password("a long password")


def test_a_demo_user_who_was_switched_off_stays_off(file: Path, demo: Demo) -> None:
    User.objects.update(is_active=False)
    file.unlink()
    assert make_once(file, url=URL) is None


def test_all_that_it_made_still_works_at_first(demo: Demo) -> None:
    assert what_still_works(demo) == demo


def test_a_password_that_was_changed_is_not_offered(demo: Demo) -> None:
    user = User.objects.get(username=demo.username)
    user.set_password("one of the owner's own")
    user.save()
    left = what_still_works(demo)
    assert left.password == ""
    assert left.strategies == demo.strategies


def test_a_token_that_was_rotated_or_deleted_is_not_offered(demo: Demo) -> None:
    tokens.issue(Strategy.objects.get(group_name="demo-crypto"), overlap=timedelta(0))
    StrategyToken.objects.filter(strategy__group_name="demo-stocks").delete()
    ApiToken.objects.all().delete()
    left = what_still_works(demo)
    assert [each.group_name for each in left.strategies] == ["demo-futures"]
    assert left.api_token == ""


def test_only_the_start_that_made_it_calls_it_new(file: Path, demo: Demo) -> None:
    again = make_once(file, url=URL)
    assert again is not None
    assert (demo.is_new, again.is_new) == (True, False)


def test_no_secret_shows_when_a_demo_is_printed(demo: Demo) -> None:
    shown = repr(demo)
    assert demo.password not in shown
    assert demo.api_token not in shown
    assert demo.strategies[0].token not in shown
