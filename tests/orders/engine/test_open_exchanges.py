import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from types import MappingProxyType

import pytest

from exchanges.base import Exchange, Resources
from exchanges.errors import NotPlaced
from exchanges.messages import ExchangeAccount
from orders import exchanges as open_exchanges
from orders.exchanges import ExchangeUnavailable, OpenExchanges
from tests.venues import NAME, ScriptedCrypto, ScriptedSecurities, reason
from tests.worlds import Market


class Opened:
    """The adapters that were made, and what happened to them."""

    def __init__(self) -> None:
        self.made: list[Exchange] = []
        self.closed: list[Exchange] = []
        self.refuses = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.closes = asyncio.Event()
        self.closes.set()

    def create(self, account: ExchangeAccount) -> Exchange:
        opened = self
        family = ScriptedCrypto if account.account_type == "CRYPTO" else ScriptedSecurities

        class Adapter(family):  # type: ignore[misc, valid-type]
            async def open(self) -> None:
                await opened.gate.wait()
                if opened.refuses:
                    raise NotPlaced(reason("connection_refused"))

            async def close(self) -> None:
                opened.closed.append(self)
                await opened.closes.wait()

        adapter: Exchange = Adapter(account, Resources())
        self.made.append(adapter)
        return adapter


@pytest.fixture
def account(market: Market) -> ExchangeAccount:
    return ExchangeAccount(
        id=1, name="A1", account_type=market.account_type, exchange=NAME, is_demo=True
    )


@pytest.fixture
async def opened() -> Opened:
    return Opened()


@pytest.fixture
async def exchanges(opened: Opened) -> AsyncIterator[OpenExchanges]:
    opening = OpenExchanges(Resources(), opened.create)
    yield opening
    await opening.stop()


async def test_an_account_is_opened_once(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    first, second = await asyncio.gather(exchanges.of(account), exchanges.of(account))
    assert first is second
    assert len(opened.made) == 1


async def test_an_equal_account_is_the_same_account(
    exchanges: OpenExchanges, account: ExchangeAccount
) -> None:
    assert await exchanges.of(account) is await exchanges.of(replace(account))


async def test_an_open_adapter_is_ready_without_waiting(
    exchanges: OpenExchanges, account: ExchangeAccount
) -> None:
    assert exchanges.ready(account) is None
    adapter = await exchanges.of(account)
    assert exchanges.ready(account) is adapter


async def test_changed_credentials_make_a_new_adapter(
    exchanges: OpenExchanges, account: ExchangeAccount
) -> None:
    before = await exchanges.of(account)
    changed = replace(account, credentials=MappingProxyType({"api_key": "another"}))
    assert exchanges.ready(changed) is None
    assert await exchanges.of(changed) is not before


async def test_a_replaced_adapter_stays_open_for_the_orders_that_it_still_carries(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    before = await exchanges.of(account)
    await exchanges.of(replace(account, name="renamed"))
    assert before not in opened.closed
    await exchanges.stop()
    assert before in opened.closed


async def test_an_account_that_cannot_be_opened_is_tried_again_on_use(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    opened.refuses = True
    with pytest.raises(ExchangeUnavailable) as refused:
        await exchanges.of(account)
    assert refused.value.reason.code == "exchange_unavailable"
    assert opened.closed == opened.made
    opened.refuses = False
    assert await exchanges.of(account) is opened.made[-1]


async def test_warming_up_opens_every_account_and_fails_for_none(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    opened.refuses = True
    await exchanges.warm([account, replace(account, id=2)])
    assert len(opened.made) == 2


async def test_a_caller_that_hangs_up_does_not_stop_the_opening(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    opened.gate.clear()
    asking = asyncio.create_task(exchanges.of(account))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait({asking})
    opened.gate.set()
    assert await exchanges.of(account) is opened.made[0]


async def test_stopping_closes_everything_also_what_is_just_being_opened(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    await exchanges.of(account)
    opened.gate.clear()
    waiting = asyncio.create_task(exchanges.of(replace(account, id=2)))
    await asyncio.sleep(0)
    await exchanges.stop()
    with pytest.raises(ExchangeUnavailable):
        await waiting
    assert set(opened.closed) == set(opened.made)


async def test_an_adapter_that_does_not_open_is_given_up(
    exchanges: OpenExchanges,
    opened: Opened,
    account: ExchangeAccount,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_exchanges, "OPENING_TAKES_AT_MOST", 0.01)
    opened.gate.clear()
    with pytest.raises(ExchangeUnavailable):
        await exchanges.of(account)
    opened.gate.set()
    assert await exchanges.of(account) is opened.made[-1]


async def test_an_adapter_that_neither_opens_nor_closes_holds_up_nobody(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    """The caller has its answer, and the next one its new adapter, while the old one closes."""
    opened.closes.clear()
    opened.refuses = True
    with pytest.raises(ExchangeUnavailable):
        await exchanges.of(account)
    opened.refuses = False
    assert await exchanges.of(account) is opened.made[-1]
    opened.closes.set()


async def test_a_stop_does_not_wait_for_an_adapter_that_never_closes(
    exchanges: OpenExchanges,
    opened: Opened,
    account: ExchangeAccount,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_exchanges, "CLOSING_TAKES_AT_MOST", 0.01)
    await exchanges.of(account)
    await exchanges.of(replace(account, name="renamed"))
    opened.closes.clear()
    await exchanges.stop()
    assert set(opened.closed) == set(opened.made)


async def test_nothing_is_opened_after_the_stop(
    exchanges: OpenExchanges, opened: Opened, account: ExchangeAccount
) -> None:
    await exchanges.stop()
    with pytest.raises(ExchangeUnavailable) as refused:
        await exchanges.of(account)
    assert refused.value.reason.code == "bridge_stopped"
    assert opened.made == []
