"""Why a position stays without the protection that its entry asked for."""

from exchanges.errors import Reason
from exchanges.messages import Instrument
from exchanges.precision import plain

CANCELLED_AT_VENUE = Reason(
    code="exit_cancelled_at_venue",
    ko="거래소에서 보호 주문이 취소되어 다시 내지 않습니다",
    en="The venue cancelled the protective order without being asked by the bridge, "
    "so it is not placed again",
)
NOT_PLACED = Reason(
    code="exit_not_placed",
    ko="보호 주문이 접수되지 않았습니다. 포지션을 직접 확인하세요",
    en="The protective order was not placed. Look after the position yourself",
)

SWITCHED_OFF = Reason(
    code="exit_waits_for_switch",
    ko="전략, 계좌 또는 연결이 꺼져 있어 보호 주문을 내지 못했습니다. 다시 켜면 바로 냅니다",
    en="The strategy, the account or their link is switched off, so the protective order is not "
    "placed. Switch it on again and it is placed at once",
)


def too_small(instrument: Instrument) -> Reason:
    least = f"{plain(max(instrument.minimum_quantity, instrument.lot))} {instrument.base}"
    return Reason(
        code="exit_below_minimum",
        ko=f"체결된 수량이 최소 주문수량({least})보다 적어 보호 주문을 낼 수 없습니다",
        en=f"What was filled is below the minimum quantity ({least}), so no exit can protect it",
    )
