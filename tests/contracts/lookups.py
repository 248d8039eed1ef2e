"""What an adapter says of itself and of its markets."""

from datetime import timedelta

import pytest

from exchanges.errors import NotOffered, ReadFailed
from exchanges.listing import check_adapter
from exchanges.precision import is_multiple, tick_at
from exchanges.vocabulary import MarketType, Side
from tests.contracts.rig import Rig


class LookupContract:
    @pytest.fixture
    async def rig(self) -> Rig:
        raise NotImplementedError("a venue's test class brings its rig")

    async def test_the_adapter_can_be_registered(self, rig: Rig) -> None:
        check_adapter(type(await rig.adapter()))

    async def test_the_market_is_among_those_that_it_says_it_offers(self, rig: Rig) -> None:
        assert rig.market_type in (await rig.adapter()).capabilities.market_types

    async def test_no_credential_shows_in_what_it_prints(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        shown = repr(exchange) + repr(exchange.account) + repr(vars(exchange))
        assert not any(secret in shown for secret in exchange.account.credentials.values())

    async def test_an_instrument_has_positive_steps_and_rising_tick_bands(self, rig: Rig) -> None:
        listed = await (await rig.adapter()).instrument(rig.market_type, rig.symbol)
        starts = [band.start for band in listed.ticks]
        assert starts == sorted(set(starts))
        assert all(band.tick > 0 for band in listed.ticks)
        assert listed.lot > 0
        assert listed.contract_size > 0
        assert is_multiple(listed.minimum_quantity, listed.lot)

    async def test_an_instrument_names_its_symbol_and_quote(self, rig: Rig) -> None:
        listed = await (await rig.adapter()).instrument(rig.market_type, rig.symbol)
        assert (listed.market_type, listed.symbol) == (rig.market_type, rig.symbol)
        assert listed.quote == rig.quote

    async def test_a_symbol_that_is_not_listed_is_not_offered(self, rig: Rig) -> None:
        with pytest.raises(NotOffered):
            await (await rig.adapter()).instrument(rig.market_type, rig.unlisted)

    async def test_a_market_of_the_other_family_is_not_offered(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        other = next(each for each in MarketType if each.family is not exchange.family)
        with pytest.raises(NotOffered):
            await exchange.instrument(other, rig.symbol)

    async def test_the_price_is_on_a_tick(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        quoted = await exchange.fetch_price(rig.market_type, rig.symbol)
        listed = await exchange.instrument(rig.market_type, rig.symbol)
        assert quoted.price == rig.price
        assert is_multiple(quoted.price, tick_at(quoted.price, listed.ticks))
        assert (quoted.market_type, quoted.symbol) == (rig.market_type, rig.symbol)

    async def test_a_price_of_an_unlisted_symbol_is_an_error_and_not_a_number(
        self, rig: Rig
    ) -> None:
        with pytest.raises((NotOffered, ReadFailed)):
            await (await rig.adapter()).fetch_price(rig.market_type, rig.unlisted)

    async def test_times_are_in_utc(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        report = await exchange.create_order(rig.order(Side.BUY))
        quoted = await exchange.fetch_price(rig.market_type, rig.symbol)
        times = [report.at, quoted.at, *(trade.at for trade in report.trades)]
        assert {each.utcoffset() for each in times} == {timedelta(0)}

    async def test_closing_twice_is_safe(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        await exchange.close()
        await exchange.close()
