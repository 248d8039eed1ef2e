"""An authentic alert, and what carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanges.errors import Reason
from orders.runtime import Runtime
from strategies.routes import StrategyRoute
from webhooks.arrivals import Arrival
from webhooks.instructions import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Of an alert whose sender proved to speak for the strategy, and which was read."""

    arrival: Arrival
    strategy: StrategyRoute
    reading: Reading
    runtime: Runtime

    @property
    def expires_at(self) -> datetime:
        """When an order of this alert is too old to be sent."""
        return self.arrival.fired_at + timedelta(seconds=self.strategy.max_age)

    def seconds_left(self) -> float:
        return max(0.0, self.strategy.answer_within - self.arrival.elapsed())

    def texts(self, reasons: Sequence[Reason]) -> list[str]:
        return [reason.text(self.arrival.language) for reason in reasons]
