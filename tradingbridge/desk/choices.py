"""What the message builder asks, and the answers of one visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from exchanges.vocabulary import AccountType, MarketType, OrderType, Side

_LONGEST = 60
_CRYPTO_ORDER_TYPES = (
    OrderType.MARKET,
    OrderType.LIMIT,
    OrderType.STOP_MARKET,
    OrderType.STOP_LIMIT,
)


class Kind(StrEnum):
    """Who sends the message."""

    STRATEGY = "strategy"
    INDICATOR = "indicator"
    SCRIPT = "script"


class Deed(StrEnum):
    """What the message asks for."""

    ORDER = "order"
    EXIT = "exit"
    TARGET = "target"
    CANCEL_ALL = "cancel_all"
    CANCEL = "cancel"


class Size(StrEnum):
    """`CONTRACTS` is the script's own quantity."""

    CONTRACTS = "contracts"
    QTY = "qty"
    QTY_PER = "qty_per"


Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Always a set of choices that go together: what does not fit fell back to its default."""

    strategy: str
    market: MarketType
    is_strategys_market: bool
    kind: Kind
    deed: Deed
    order_type: OrderType
    side: Side
    size: Size
    symbol: str
    amount: str
    price: str
    stop_price: str
    take_profit: str
    stop_loss: str
    trail: str
    order: str
    cancels_first: bool
    tells_position: bool

    @property
    def is_crypto(self) -> bool:
        return self.market.family is AccountType.CRYPTO

    @property
    def is_an_order(self) -> bool:
        return self.deed in {Deed.ORDER, Deed.EXIT, Deed.TARGET}

    @property
    def asks_symbol(self) -> bool:
        return self.deed is not Deed.CANCEL

    @property
    def asks_order(self) -> bool:
        return self.deed is Deed.CANCEL

    @property
    def usual_amount(self) -> str:
        """What stands for nothing typed."""
        if self.deed is Deed.EXIT:
            return "100"
        if self.deed is Deed.TARGET:
            return "0"
        return "10" if self.is_crypto and self.size is Size.QTY_PER else "1"

    @property
    def asks_side(self) -> bool:
        return self.deed is Deed.ORDER and self.kind is not Kind.STRATEGY

    @property
    def asks_size(self) -> bool:
        return self.deed is Deed.ORDER

    @property
    def asks_amount(self) -> bool:
        if self.deed is Deed.TARGET:
            return self.kind is not Kind.STRATEGY
        return self.deed is Deed.EXIT or (self.asks_size and self.size is not Size.CONTRACTS)

    @property
    def asks_price(self) -> bool:
        """A market order's price only sizes it, which a percent of the capital needs."""
        return self.is_an_order and self.order_type not in {
            OrderType.STOP_MARKET,
            OrderType.PRE_MARKET,
            OrderType.AFTER_MARKET,
        }

    @property
    def asks_stop_price(self) -> bool:
        return self.is_an_order and self.order_type in {
            OrderType.STOP_MARKET,
            OrderType.STOP_LIMIT,
            OrderType.CONDITIONAL_LIMIT,
        }

    @property
    def asks_exits(self) -> bool:
        return self.deed in {Deed.ORDER, Deed.TARGET}


def order_types_of(market: MarketType) -> tuple[OrderType, ...]:
    return _CRYPTO_ORDER_TYPES if market.family is AccountType.CRYPTO else tuple(OrderType)


def deeds_of(kind: Kind) -> tuple[Deed, ...]:
    """A strategy's own orders enter and leave; one order is cancelled by a script that knows it."""
    if kind is Kind.STRATEGY:
        return (Deed.ORDER, Deed.TARGET, Deed.CANCEL_ALL)
    if kind is Kind.INDICATOR:
        return (Deed.ORDER, Deed.EXIT, Deed.CANCEL_ALL)
    return tuple(Deed)


def sizes_of(kind: Kind) -> tuple[Size, ...]:
    return tuple(Size) if kind is Kind.STRATEGY else (Size.QTY_PER, Size.QTY)


def choose(said: Mapping[str, str], own_markets: Mapping[str, MarketType]) -> Choices:
    """`own_markets` has the viewer's strategies, of which there may be none."""
    strategy = said.get("strategy", "")
    if strategy not in own_markets:
        strategy = next(iter(own_markets), "")
    own = own_markets.get(strategy, MarketType.SPOT)
    market = _one_of(said, "market", tuple(MarketType), own)
    kind = _one_of(said, "kind", tuple(Kind))
    is_tradingview = kind is not Kind.SCRIPT

    def text(name: str, default: str = "") -> str:
        """Nobody fills a placeholder in for a script."""
        written = said.get(name, default).strip()[:_LONGEST]
        return written if is_tradingview or "{{" not in written else ""

    return Choices(
        strategy=strategy,
        market=market,
        is_strategys_market=market is own,
        kind=kind,
        deed=_one_of(said, "deed", deeds_of(kind)),
        order_type=_one_of(said, "order_type", order_types_of(market)),
        side=_one_of(said, "side", tuple(Side)),
        size=_one_of(said, "size", sizes_of(kind)),
        symbol=text("symbol"),
        amount=text("amount"),
        price=text("price", "{{close}}" if is_tradingview else ""),
        stop_price=text("stop_price"),
        take_profit=text("take_profit"),
        stop_loss=text("stop_loss"),
        trail=text("trail"),
        order=text("order"),
        cancels_first="cancels_first" in said,
        tells_position="tells_position" in said or "kind" not in said,
    )


def _one_of(
    said: Mapping[str, str], name: str, words: tuple[Word, ...], default: Word | None = None
) -> Word:
    known = {word.value: word for word in words}
    return known.get(said.get(name, ""), default or words[0])
