"""The two families on the demo's strategies. Each story has symbols of its own to move about."""

from dataclasses import dataclass, field
from typing import Any

from exchanges.vocabulary import MarketType


@dataclass(frozen=True, kw_only=True)
class Said:
    ko: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`far` is below every price that `resting` and `cancelled` may walk to: a buy at it rests."""

    name: str
    group_name: str
    market_type: MarketType
    other_market: MarketType
    symbol: str
    size: str
    resting: str
    cancelled: str
    protected: str
    exits: dict[str, str] = field(hash=False)
    far: str
    filled: Said
    none_of_the_other: Said
    missing_symbol: Said

    @property
    def order(self) -> dict[str, Any]:
        """At the market, as the strategy's own market type."""
        return {
            "symbol": self.symbol,
            "order_type": "MARKET",
            "side": "buy",
            "qty_per": self.size,
        }


CRYPTO = Scene(
    name="crypto",
    group_name="demo-crypto",
    market_type=MarketType.SPOT,
    other_market=MarketType.DOMESTIC_STOCK,
    symbol="BTC/USDT",
    size="1",
    resting="ETH/USDT",
    cancelled="BNB/USDT",
    protected="SOL/USDT",
    exits={"take_profit": "400", "stop_loss": "20"},
    far="300",
    filled=Said(
        ko="주문 처리 완료 - 성공: 2, 실패: 0", en="Orders processed - succeeded: 2, failed: 0"
    ),
    none_of_the_other=Said(
        ko="처리할 증권 계좌가 없습니다. STOCK 타입 계좌를 확인하세요.",
        en="No securities account to trade with. Check the accounts of type STOCK.",
    ),
    missing_symbol=Said(ko="필수 필드 누락: symbol", en="Missing required field: symbol"),
)
STOCKS = Scene(
    name="securities",
    group_name="demo-stocks",
    market_type=MarketType.DOMESTIC_STOCK,
    other_market=MarketType.SPOT,
    symbol="005930",
    size="3",
    resting="000660",
    cancelled="005380",
    protected="035420",
    exits={"take_profit": "400000", "stop_loss": "100000"},
    far="100000",
    filled=Said(
        ko="증권 주문 처리 완료 - 성공: 2, 실패: 0",
        en="Orders processed - succeeded: 2, failed: 0",
    ),
    none_of_the_other=Said(
        ko="처리할 크립토 계좌가 없습니다. CRYPTO 타입 계좌를 확인하세요.",
        en="No crypto account to trade with. Check the accounts of type CRYPTO.",
    ),
    missing_symbol=Said(
        ko="증권 주문에 필수 필드 누락: symbol",
        en="Missing required field in a securities order: symbol",
    ),
)
SCENES = (CRYPTO, STOCKS)
