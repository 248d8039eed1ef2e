import pytest
from django.db import IntegrityError

from tests.worlds import Market, make_strategy, make_user


@pytest.mark.django_db
def test_two_strategies_cannot_share_a_group_name(market: Market) -> None:
    make_strategy(make_user(), market)
    with pytest.raises(IntegrityError, match="one_strategy_per_group_name"):
        make_strategy(make_user("other"), market)
