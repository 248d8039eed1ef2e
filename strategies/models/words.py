"""Words of the field as choices of a column."""

from exchanges.vocabulary import AccountType, MarketType


def choices(words: type[MarketType] | type[AccountType]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]
