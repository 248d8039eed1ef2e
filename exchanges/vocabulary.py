"""The words of the field, each with one meaning. A word that is not here is not understood."""

from enum import StrEnum


class AccountType(StrEnum):
    """The two families of venues."""

    CRYPTO = "CRYPTO"
    STOCK = "STOCK"


class MarketType(StrEnum):
    SPOT = "SPOT"
    FUTURES = "FUTURES"
    DOMESTIC_STOCK = "DOMESTIC_STOCK"
    OVERSEAS_STOCK = "OVERSEAS_STOCK"
    DOMESTIC_FUTUREOPTION = "DOMESTIC_FUTUREOPTION"
    OVERSEAS_FUTUREOPTION = "OVERSEAS_FUTUREOPTION"

    @property
    def family(self) -> AccountType:
        return FAMILY[self]


FAMILY: dict[MarketType, AccountType] = {
    MarketType.SPOT: AccountType.CRYPTO,
    MarketType.FUTURES: AccountType.CRYPTO,
    MarketType.DOMESTIC_STOCK: AccountType.STOCK,
    MarketType.OVERSEAS_STOCK: AccountType.STOCK,
    MarketType.DOMESTIC_FUTUREOPTION: AccountType.STOCK,
    MarketType.OVERSEAS_FUTUREOPTION: AccountType.STOCK,
}

OWNED = frozenset({MarketType.SPOT, MarketType.DOMESTIC_STOCK, MarketType.OVERSEAS_STOCK})
"""What is sold there must be owned: no position below zero, and an order to sell holds it."""


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """+1 for a buy and -1 for a sell, so that signed positions add up."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_MARKET = "STOP_MARKET"
    STOP_LIMIT = "STOP_LIMIT"
    BEST_LIMIT = "BEST_LIMIT"
    CONDITIONAL_LIMIT = "CONDITIONAL_LIMIT"
    PRE_MARKET = "PRE_MARKET"
    AFTER_MARKET = "AFTER_MARKET"


class TimeInForce(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    DAY = "DAY"


class ReportStatus(StrEnum):
    """What a venue says of an order it knows."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
