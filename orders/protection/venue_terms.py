"""What a venue takes of a symbol, asked once in a while: a plan must not wait for a venue."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from exchanges.errors import ExchangeError
from exchanges.messages import ExchangeAccount
from orders.exchanges import OpenExchanges
from orders.protection.shapes import GroupKey, Terms
from orders.waiting import within

log = structlog.get_logger(__name__)

ASKING_TAKES_AT_MOST = 5.0
KEPT_FOR = timedelta(minutes=10)


class VenueTerms:
    def __init__(self, exchanges: OpenExchanges, clock: Callable[[], datetime]) -> None:
        self._exchanges = exchanges
        self._clock = clock
        self._known: dict[GroupKey, tuple[ExchangeAccount, datetime, Terms]] = {}

    def known(self, key: GroupKey, account: ExchangeAccount) -> Terms | None:
        asked_as, at, terms = self._known.get(key, (None, None, None))
        if at is None or asked_as != account or self._clock() - at >= KEPT_FOR:
            return None
        return terms

    async def learn(self, key: GroupKey, account: ExchangeAccount) -> bool:
        """Whether they are known now. A read that fails changes nothing, and is repeated."""
        try:
            exchange = await self._exchanges.of(account)
            instrument = await within(
                ASKING_TAKES_AT_MOST, exchange.instrument(key.market_type, key.symbol)
            )
        except (ExchangeError, TimeoutError) as error:
            code = error.reason.code if isinstance(error, ExchangeError) else "timeout"
            log.warning("terms_not_read", account_id=account.id, symbol=key.symbol, code=code)
            return False
        terms = Terms(
            instrument=instrument,
            links_exits=exchange.capabilities.linked_exits,
            caps_exits=exchange.capabilities.reduce_only,
        )
        self._known[key] = account, self._clock(), terms
        return True
