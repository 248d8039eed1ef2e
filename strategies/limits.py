"""What is a sane number, said once for every door. Durations are in seconds."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    lowest: Decimal
    highest: Decimal | None


_DAY = Decimal(86_400)

ANSWER_WITHIN = Range(lowest=Decimal("0.1"), highest=Decimal(60))
MAX_AGE = Range(lowest=Decimal(1), highest=_DAY)
DEDUPE_WINDOW = Range(lowest=Decimal(0), highest=_DAY)
OVERLAP = Range(lowest=Decimal(0), highest=30 * _DAY)
CAPITAL = Range(lowest=Decimal(0), highest=None)
LEVERAGE = Range(lowest=Decimal("0.001"), highest=Decimal(1_000))
