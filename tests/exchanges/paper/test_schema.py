"""Databases that an earlier bridge made go on, with all that is in them."""

from decimal import Decimal

from exchanges.paper.fixed_prices import set_price
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side
from tests.exchanges.paper import worlds
from tests.exchanges.paper.worlds import PaperRig, PaperVenue, execute, fresh_database

AS_BEFORE_STOPS = """
ALTER TABLE paper.book_order DROP COLUMN stop_price, DROP COLUMN trail, DROP COLUMN extreme,
    DROP COLUMN triggered_at, DROP COLUMN linked_to, DROP COLUMN yielded;
COMMENT ON SCHEMA paper IS NULL;
"""


async def test_an_account_from_before_stops_goes_on_and_may_place_them() -> None:
    with fresh_database() as url:
        set_price(url, MarketType.SPOT, "BTC/USDT", Decimal(90000))
        venue = PaperVenue(url)
        rig = PaperRig(venue, worlds.SPOT)
        before = await rig.adapter()
        await before.create_order(rig.order(Side.BUY))
        resting = await before.create_order(rig.limit(Side.BUY, rig.below))
        money = await rig.money(before)
        await before.close()

        execute(url, AS_BEFORE_STOPS)

        after = await rig.adapter()
        assert await rig.money(after) == money
        assert await rig.open_ids(after) == [resting.ref.client_order_id]
        stop = rig.exit(order_type=OrderType.STOP_MARKET, stop_price=rig.below)
        await after.create_order(stop)
        await rig.move_price(rig.below)
        await rig.pass_time(1)
        for ref in (resting.ref, stop.ref):
            assert (await rig.fetched(after, ref)).status is ReportStatus.FILLED
        await venue.close()
