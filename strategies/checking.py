"""Does an account work? Log in, read the balance, and say what its exchange lets it do."""

import asyncio
from dataclasses import dataclass

import structlog

from exchanges.base import Capabilities, Resources
from exchanges.errors import ExchangeError
from exchanges.factory import UnifiedExchangeFactory
from exchanges.messages import Balance, ExchangeAccount
from strategies import refusals
from strategies.accounts import exchange_account
from strategies.models import Account
from strategies.postgres import django_database_url
from strategies.refusals import UNPROCESSABLE, Refused

log = structlog.get_logger(__name__)

SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCheck:
    balances: tuple[Balance, ...]
    offers: Capabilities


def check_account(account: Account) -> AccountCheck:
    """Raises Refused with the exchange's own reason. Never touches the engine's adapters."""
    asked = exchange_account(account)
    try:
        return asyncio.run(_look(asked, Resources(database_url=django_database_url())))
    except ExchangeError as error:
        raise Refused(error.reason, http_status=UNPROCESSABLE) from None
    except TimeoutError:
        raise refusals.check_timed_out(SECONDS) from None
    except Exception as error:  # noqa: BLE001 - a bug, whose text might quote a secret
        log.error("account_check_broke_off", account=account.pk, error=type(error).__name__)  # noqa: TRY400
        raise refusals.check_broke_off() from None


async def _look(account: ExchangeAccount, resources: Resources) -> AccountCheck:
    exchange = UnifiedExchangeFactory(resources).create(account)
    try:
        async with asyncio.timeout(SECONDS):
            await exchange.open()
            balances = await exchange.fetch_balance()
    finally:
        await exchange.close()
    return AccountCheck(balances=tuple(balances), offers=exchange.capabilities)
