"""How often, and how soon, an exit that ended by nobody's decision is placed again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from exchanges.errors import Reason
from orders.protection.shapes import Exit
from orders.protection.standing import is_held_by_a_switch, may_be_tried_again

COUNTED_FOR = timedelta(hours=1)
ATTEMPTS_AT_MOST = 10
LONGEST_PAUSE = timedelta(seconds=60)


class Retrying:
    """A pause that doubles with each attempt of the last hour, and an end to them."""

    def __init__(self, exits: Sequence[Exit], now: datetime) -> None:
        tried = [each for each in exits if not is_held_by_a_switch(each)]
        ended = [(each.finished_at, each) for each in tried if may_be_tried_again(each)]
        self._recent = sorted(
            ((at, each) for at, each in ended if at is not None and now - at < COUNTED_FOR),
            key=lambda pair: pair[0],
        )
        self._now = now

    @property
    def is_hopeless(self) -> bool:
        return len(self._recent) >= ATTEMPTS_AT_MOST

    @property
    def is_due(self) -> bool:
        if not self._recent:
            return True
        pause = min(timedelta(seconds=2 ** (len(self._recent) - 1)), LONGEST_PAUSE)
        return self._now - self._recent[-1][0] >= pause

    @property
    def last_error(self) -> Reason | None:
        return self._recent[-1][1].error if self._recent else None
