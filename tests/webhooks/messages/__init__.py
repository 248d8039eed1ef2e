"""The table of messages: real-looking ones, good and bad, with the exact outcome of each."""

from tests.webhooks.messages import (
    batches,
    cancels,
    habits,
    indicators,
    korean,
    numbers,
    order_types,
    pairs,
    sizes,
    spellings,
    strategies,
    symbols,
    times,
    unreadable,
)
from tests.webhooks.messages.telling import Case

THEMES = (
    strategies,
    indicators,
    pairs,
    korean,
    numbers,
    times,
    symbols,
    spellings,
    order_types,
    sizes,
    cancels,
    batches,
    habits,
    unreadable,
)
TABLE: tuple[Case, ...] = tuple(case for theme in THEMES for case in theme.CASES)
