"""A preview as a terminal shows it: what was read, and what would become of it."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from exchanges.errors import Language
from webhooks.preview_answers import UNCHANGED, WOULD_FAIL, WOULD_SEND

_TITLES: dict[Language, Mapping[str, str]] = {
    "ko": {
        "strategy": "전략",
        "reading": "읽은 내용",
        "orders": "주문",
        "cancels": "취소할 주문",
        "refused": "거부됨",
        "unread": "실행할 수 없는 항목",
        "skipped": "제외된 계좌",
        "warnings": "주의",
        "missed": "누락 알림",
        WOULD_SEND: "전송",
        UNCHANGED: "변경 없음",
        WOULD_FAIL: "전송 안 함",
    },
    "en": {
        "strategy": "Strategy",
        "reading": "What was read",
        "orders": "Orders",
        "cancels": "Orders to cancel",
        "refused": "Refused",
        "unread": "Cannot be carried out",
        "skipped": "Accounts left out",
        "warnings": "Warnings",
        "missed": "Missed alert",
        WOULD_SEND: "would go",
        UNCHANGED: "unchanged",
        WOULD_FAIL: "would not go",
    },
}
_COLUMNS: dict[Language, tuple[str, ...]] = {
    "ko": ("#", "계좌", "거래소", "결과", "심볼", "방향", "유형", "수량", "가격", "금액"),
    "en": (
        "#",
        "account",
        "exchange",
        "outcome",
        "symbol",
        "side",
        "type",
        "qty",
        "price",
        "value",
    ),
}
_OF_CANCELS: dict[Language, tuple[str, ...]] = {
    "ko": ("#", "계좌", "주문", "심볼", "상태"),
    "en": ("#", "account", "order", "symbol", "status"),
}
_ORDERED = ("side", "order_type", "quantity", "price")
_ALSO_ORDERED = ("stop_price", "take_profit", "stop_loss", "trail", "time_in_force")
_DIGITS_BEHIND_THE_POINT = 8
_ONCE_IN_A_READING = frozenset({"kind", "index"})


def report(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Line by line. A refusal of the whole alert is one section."""
    titles = _TITLES[language]
    if "error" in answer:
        error = answer["error"]
        field = f" ({error['field']})" if error["field"] else ""
        yield from _section(titles["refused"], [f"{error['code']}{field}: {error['message']}"])
        return
    yield f"{titles['strategy']}: {answer['strategy']} · {answer['market_type']}"
    yield from _section(titles["reading"], _read(answer["reading"]))
    yield from _section(titles["orders"], _orders(answer["results"], language))
    yield from _section(titles["cancels"], _cancels(answer["cancels"], language))
    yield from _section(titles["unread"], map(_unread, answer["unread"]))
    skipped = (f"{each['account_name']}: {each['reason']}" for each in answer["skipped"])
    yield from _section(titles["skipped"], skipped)
    yield from _section(titles["warnings"], answer["warnings"])
    yield from _section(titles["missed"], _missed(answer["missed_alert"]))
    yield ""
    yield answer["message"]


def all_would_go(answer: Mapping[str, Any]) -> bool:
    """Nothing refused, nothing denied, nothing received before."""
    return bool(answer["success"]) and not answer["summary"]["failed_orders"]


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Nothing at all where there is nothing to say."""
    said = list(lines)
    if said:
        yield ""
        yield title
        yield from (f"  {line}" for line in said)


def _read(reading: Mapping[str, Any]) -> Iterator[str]:
    for instruction in reading["instructions"]:
        said = (
            f"{name}={value}"
            for name, value in instruction.items()
            if name not in _ONCE_IN_A_READING
        )
        yield f"{instruction.get('index', 0)} {instruction['kind']} {' '.join(said)}"


def _orders(results: Sequence[Mapping[str, Any]], language: Language) -> Iterator[str]:
    if not results:
        return
    rows = [_order_row(result, language) for result in results]
    head, *lines = table([_COLUMNS[language], *rows])
    yield head
    for line, result in zip(lines, results, strict=True):
        yield line
        yield from (f"    {detail}" for detail in _details(result))


def _order_row(result: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    return (
        str(result["instruction"]),
        result["account_name"],
        result["exchange"],
        _TITLES[language][result["status"]],
        result["symbol"],
        *(str(result.get(name) or "-") for name in _ORDERED),
        cut(result["working"]["notional"] or "-"),
    )


def _details(result: Mapping[str, Any]) -> Iterator[str]:
    """The reason first, then the sums behind the quantity."""
    if "error" in result:
        yield f"{result['code']}: {result['error']}"
    also = [f"{name}={result[name]}" for name in _ALSO_ORDERED if name in result]
    if also:
        yield " ".join(also)
    working = {**result["working"]}
    limits = working.pop("limits")
    yield " ".join(f"{name}={cut(value)}" for name, value in working.items() if value is not None)
    yield from limits


def cut(value: object) -> str:
    """A third of a capital has no end; `--json` has all of its digits."""
    text = str(value)
    whole, point, behind = text.partition(".")
    zeros = len(behind) - len(behind.lstrip("0")) if whole.strip("-0") == "" else 0
    kept = behind[: zeros + _DIGITS_BEHIND_THE_POINT]
    return f"{whole}{point}{kept}…" if kept != behind else text


def _cancels(cancels: Sequence[Mapping[str, Any]], language: Language) -> list[str]:
    names = ("instruction", "account_name", "order_id", "symbol", "status")
    rows = [tuple(str(cancel[name]) for name in names) for cancel in cancels]
    return table([_OF_CANCELS[language], *rows]) if rows else []


def _unread(item: Mapping[str, Any]) -> str:
    return f"{item['instruction']} {item['code']}: {item['error']}"


def _missed(missed: Mapping[str, Any] | None) -> list[str]:
    if missed is None:
        return []
    return [f"{missed['symbol']}: {missed['expected']} ≠ {missed['told']}"]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns side by side; a Korean letter is as wide as two others."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)
