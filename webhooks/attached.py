"""Exits that an entry brings along: what a venue must offer for them, and where they may lie."""

from dataclasses import dataclass, fields
from decimal import Decimal

from exchanges.base import Capabilities
from exchanges.errors import Reason
from exchanges.messages import Instrument
from exchanges.precision import round_down, round_to_tick, tick_at
from exchanges.vocabulary import MarketType, OrderType, Side
from webhooks import denials
from webhooks.instructions import OrderInstruction
from webhooks.targets import OWNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Prices, and for `trail` a distance, in quote currency."""

    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trail: Decimal | None = None

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def names(self) -> list[str]:
        """Of those that are given."""
        return [each.name for each in fields(self) if getattr(self, each.name) is not None]

    @classmethod
    def of(cls, wanted: OrderInstruction) -> "Attached":
        return cls(take_profit=wanted.take_profit, stop_loss=wanted.stop_loss, trail=wanted.trail)


def not_offered(
    attached: Attached, offers: Capabilities, venue: str, market_type: MarketType
) -> Reason | None:
    """What this venue lacks for them; None when it has all that is needed."""
    is_owned = market_type in OWNED
    if attached.take_profit is not None and not (
        OrderType.LIMIT in offers.order_types and (is_owned or offers.reduce_only)
    ):
        return denials.not_offered(venue, "take_profit", f"{attached.take_profit:f}")
    if attached.stop_loss is not None and OrderType.STOP_MARKET not in offers.order_types:
        return denials.not_offered(venue, "stop_loss", f"{attached.stop_loss:f}")
    if attached.trail is not None and not offers.trailing_stops:
        return denials.not_offered(venue, "trail", f"{attached.trail:f}")
    has_a_stop = attached.stop_loss is not None or attached.trail is not None
    if attached.take_profit is not None and has_a_stop and is_owned and not offers.linked_exits:
        return denials.no_linked_exits(venue)
    return None


def wrong_side(
    side: Side, price: Decimal, take_profit: Decimal | None, stop_loss: Decimal | None
) -> str:
    """The name of the one that would trade at once; empty when both lie where they should."""
    if take_profit is not None and (take_profit - price) * side.sign <= 0:
        return "take_profit"
    if stop_loss is not None and (stop_loss - price) * side.sign >= 0:
        return "stop_loss"
    return ""


def rounded(attached: Attached, instrument: Instrument, side: Side) -> Attached:
    """On the venue's ticks: no exit is worse, and no stop later, than what was asked for."""

    def on_tick(price: Decimal | None) -> Decimal | None:
        return None if price is None else round_to_tick(price, instrument.ticks, side.opposite)

    trail = attached.trail
    if trail is not None:
        tick = tick_at(trail, instrument.ticks)
        trail = max(round_down(trail, tick), tick)
    return Attached(
        take_profit=on_tick(attached.take_profit),
        stop_loss=on_tick(attached.stop_loss),
        trail=trail,
    )
