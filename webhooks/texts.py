"""The sentences of a good answer, which the first users' scripts match on."""

from exchanges.errors import Language
from exchanges.vocabulary import AccountType

_PROCESSED = {
    ("ko", AccountType.CRYPTO): "주문 처리 완료 - 성공: {a}, 실패: {b}",
    ("ko", AccountType.STOCK): "증권 주문 처리 완료 - 성공: {a}, 실패: {b}",
    ("en", AccountType.CRYPTO): "Orders processed - succeeded: {a}, failed: {b}",
    ("en", AccountType.STOCK): "Orders processed - succeeded: {a}, failed: {b}",
}
_CANCELLED = {
    ("ko", AccountType.CRYPTO): "주문 취소 완료 - 성공: {a}, 실패: {b}",
    ("ko", AccountType.STOCK): "증권 주문 취소 완료 - 성공: {a}, 실패: {b}",
    ("en", AccountType.CRYPTO): "Cancelled: {a}, failed: {b}",
    ("en", AccountType.STOCK): "Cancelled: {a}, failed: {b}",
}
_NOTHING_TO_CANCEL = {"ko": "취소할 미체결 주문이 없습니다", "en": "No open order to cancel"}
_UNCLEAR = {"ko": ", 결과 미확인: {c}", "en": ", outcome unknown: {c}"}
_AT_WORK = {
    "ko": "저장되었고 처리 중입니다. 결과는 접수번호로 확인하세요: {receipt}",
    "en": "Stored and still at work. Look at the receipt for the outcome: {receipt}",
}


def processed(
    language: Language, family: AccountType, *, succeeded: int, failed: int, unclear: int
) -> str:
    text = _PROCESSED[language, family].format(a=succeeded, b=failed)
    return text + _UNCLEAR[language].format(c=unclear) if unclear else text


def cancelled(language: Language, family: AccountType, *, succeeded: int, failed: int) -> str:
    if not succeeded and not failed:
        return _NOTHING_TO_CANCEL[language]
    return _CANCELLED[language, family].format(a=succeeded, b=failed)


def at_work(language: Language, receipt: str) -> str:
    return _AT_WORK[language].format(receipt=receipt)
