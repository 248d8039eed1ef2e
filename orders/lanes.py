"""Lanes: an account's orders go one after another, in the order in which they were asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from orders.flights import Flight

Key = tuple[int, str]


@dataclass(slots=True, eq=False)
class Place:
    """A place in a lane, for all that one alert sends to the account.

    Whoever takes it must leave it, whatever happens: nothing behind it starts before that.
    """

    lane: "_Lane"
    waiting: list[Flight] = field(default_factory=list)
    has_left: bool = False
    reached: asyncio.Event | None = None


@dataclass(slots=True, eq=False)
class _Lane:
    account_id: int
    places: OrderedDict[Place, None] = field(default_factory=OrderedDict)
    flying: Flight | None = None

    @property
    def first(self) -> Place:
        return next(iter(self.places))


class Lanes:
    """All lanes that have something in them; an empty lane is forgotten at once."""

    def __init__(self) -> None:
        self._lanes: dict[int, _Lane] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    def enter(self, account_id: int) -> Place:
        """A place at the end."""
        lane = self._lanes.get(account_id)
        if lane is None:
            lane = self._lanes[account_id] = _Lane(account_id)
        place = Place(lane)
        lane.places[place] = None
        return place

    def is_first(self, place: Place) -> bool:
        """Whether all that was before it has landed."""
        lane = place.lane
        return not place.has_left and lane.first is place and lane.flying is None

    async def reached(self, place: Place, within: float) -> bool:
        """Whether it was first in its lane before so many seconds had passed."""
        if not self.is_first(place) and within > 0:
            place.reached = place.reached or asyncio.Event()
            try:
                async with asyncio.timeout(within):
                    await place.reached.wait()
            except TimeoutError:
                pass
        return self.is_first(place)

    def board(self, place: Place, flight: Flight) -> Flight | None:
        """The order is committed. Returns the flight to start now, if this one's turn has come."""
        place.waiting.append(flight)
        return self._next(place.lane)

    def leave(self, place: Place) -> Flight | None:
        """No more orders board here. Returns the flight behind it that may start now."""
        if place.has_left:
            return None
        place.has_left = True
        lane = place.lane
        if lane.first is not place and not place.waiting:
            del lane.places[place]
        return self._next(lane)

    def finish(self, flight: Flight) -> Flight | None:
        """Returns the lane's next flight, which may start now."""
        lane = self._lanes[flight.draft.account.id]
        lane.flying = None
        return self._next(lane)

    def _next(self, lane: _Lane) -> Flight | None:
        while lane.places and lane.flying is None:
            place = lane.first
            if place.waiting:
                lane.flying = place.waiting.pop(0)
                return lane.flying
            if not place.has_left:
                if place.reached is not None:
                    place.reached.set()
                return None
            del lane.places[place]
        if not lane.places:
            del self._lanes[lane.account_id]
        return None


class Turns:
    """An alert's places in its accounts' lanes, taken before anything is asked or computed for it.

    Left at the end of the `with`, whatever happened, unless an execution has taken them over.
    """

    def __init__(
        self,
        lanes: Lanes,
        account_ids: Iterable[int],
        leave: Callable[[Iterable[Place]], None],
    ) -> None:
        self._lanes = lanes
        self._leave = leave
        self._places: Mapping[int, Place] = {
            account_id: lanes.enter(account_id) for account_id in dict.fromkeys(account_ids)
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(self.handed_over().values())

    async def reached(self, account_id: int, within: float) -> bool:
        """True once all that was before it in the account's lane has landed; False when `within`
        seconds were not enough for that.
        """
        return await self._lanes.reached(self._places[account_id], within)

    def handed_over(self) -> Mapping[int, Place]:
        """The places, which whoever asks must leave from now on."""
        places, self._places = self._places, {}
        return places
