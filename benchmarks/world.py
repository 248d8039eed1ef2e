"""The bridge's database for a benchmark: durable, embedded, a strategy of N accounts a case."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from tradingbridge.embedded import Server

COUNTS = (1, 10, 100)


@contextmanager
def database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="tradingbridge-bench-") as folder:
        Path(folder).chmod(0o711)  # for root, whose PostgreSQL runs as another user
        server = Server(Path(folder) / "pgdata")
        server.start()
        os.environ |= {"VAR_DIR": folder, "DATABASE_URL": server.url, "LOG_LEVEL": "WARNING"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradingbridge.settings")
        try:
            yield server.url
        finally:
            server.stop()


def build() -> dict[int, str]:
    """A strategy `bench-N` with N linked accounts for each N; returns their tokens."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)

    from django.contrib.auth import get_user_model

    from strategies import tokens
    from strategies.models import Account, Strategy, StrategyAccount

    owner = get_user_model().objects.create_user(username="bench")
    issued = {}
    for count in COUNTS:
        strategy = Strategy.objects.create(
            owner=owner, group_name=f"bench-{count}", answer_within=Decimal(30)
        )
        accounts = Account.objects.bulk_create(
            Account(owner=owner, name=f"{count}-{n}", account_type="CRYPTO", exchange="LOOPBACK")
            for n in range(count)
        )
        StrategyAccount.objects.bulk_create(
            StrategyAccount(strategy=strategy, account=account, capital=Decimal(10_000))
            for account in accounts
        )
        issued[count] = tokens.issue(strategy)
    return issued
