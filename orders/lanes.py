"""Lanes: the orders of one account and symbol go one after another, in the order they came."""

from collections import deque
from dataclasses import dataclass, field

from orders.flights import Flight

Key = tuple[int, str]


@dataclass(slots=True, eq=False)
class Place:
    """A place in a lane, taken before the commit so that no later alert can overtake."""

    lane: "_Lane"
    flight: Flight | None = None


@dataclass(slots=True, eq=False)
class _Lane:
    key: Key
    places: deque[Place] = field(default_factory=deque)
    is_running: bool = False


class Lanes:
    """All lanes that have something in them; an empty lane is forgotten at once."""

    def __init__(self) -> None:
        self._lanes: dict[Key, _Lane] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    def enter(self, key: Key) -> tuple[Place, bool]:
        """A place at the end, and whether nobody is before it."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(key)
        place = Place(lane)
        lane.places.append(place)
        return place, len(lane.places) == 1

    def board(self, place: Place, flight: Flight) -> Flight | None:
        """The order is committed. Returns the flight to start now, if this one's turn has come."""
        place.flight = flight
        return self._next(place.lane)

    def withdraw(self, place: Place) -> Flight | None:
        """The order was not committed. Returns the flight behind it that may start now."""
        place.lane.places.remove(place)
        return self._next(place.lane)

    def finish(self, flight: Flight) -> Flight | None:
        """Returns the lane's next flight, which may start now."""
        lane = self._lanes[flight.lane]
        lane.places.popleft()
        lane.is_running = False
        return self._next(lane)

    def _next(self, lane: _Lane) -> Flight | None:
        if not lane.places:
            del self._lanes[lane.key]
            return None
        flight = lane.places[0].flight
        if lane.is_running or flight is None:
            return None
        lane.is_running = True
        return flight
