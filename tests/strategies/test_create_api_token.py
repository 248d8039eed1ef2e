from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from strategies import api_tokens
from strategies.models import ApiToken
from tests.strategies.conftest import World


def test_the_command_prints_a_token_that_logs_in(world: World) -> None:
    printed = StringIO()
    call_command("create_api_token", "owner", "--name", "cron", stdout=printed)
    assert api_tokens.user_of(printed.getvalue().strip()) == world.owner
    assert ApiToken.objects.get().name == "cron"


def test_a_number_of_days_ends_it(world: World) -> None:
    call_command("create_api_token", "owner", "--days", "7", stdout=StringIO())
    ends = ApiToken.objects.get().expires_at
    assert ends is not None
    assert timedelta(days=6) < ends - datetime.now(UTC) <= timedelta(days=7)


@pytest.mark.parametrize("days", ["0", "-1", "99999999999"])
def test_a_length_that_makes_no_sense_is_refused(world: World, days: str) -> None:
    with pytest.raises(CommandError, match="--days"):
        call_command("create_api_token", "owner", "--days", days)
    assert not ApiToken.objects.exists()


def test_an_unknown_user_is_named(world: World) -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_api_token", "nobody")
