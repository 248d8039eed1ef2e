"""Why a cancel is refused that names its order."""

from collections.abc import Sequence

from exchanges.errors import Reason
from webhooks.refusals import Refusal, shown


def order_not_found(name: str, field: str) -> Refusal:
    return _refusal(
        "order_not_found",
        f"이 전략에 주문 {shown(name)}이(가) 없습니다. order_id 또는 client_order_id를 확인하세요",
        f"This strategy has no order {shown(name)}. Check the order_id or client_order_id",
        field,
    )


def ambiguous_order_id(name: str, candidates: Sequence[str], field: str) -> Refusal:
    listed = ", ".join(candidates)
    return _refusal(
        "ambiguous_order_id",
        f"order_id {shown(name)}이(가) 여러 주문을 가리킵니다: {listed}. "
        "client_order_id로 보내거나 account 또는 symbol을 함께 보내세요",
        f"order_id {shown(name)} names several orders: {listed}. "
        "Send the client_order_id, or account or symbol with it",
        field,
    )


def _refusal(code: str, ko: str, en: str, field: str) -> Refusal:
    return Refusal(http_status=422, reason=Reason(code=code, ko=ko, en=en), field=field)
