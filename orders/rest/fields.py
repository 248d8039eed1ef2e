"""How the ledger's values are written in REST answers: the same text as in events."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders.wire import decimal_text, time_text
from strategies.rest.errors import language


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError for what lies outside the calendar there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"not a time: {moment}") from error


@extend_schema_field({"type": "string", "format": "decimal", "example": "0.0123"})
class DecimalText(serializers.Field[Decimal, Any, str, Any]):
    """Plain digits without trailing zeros; never a binary float."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        return decimal_text(value)


@extend_schema_field({"type": "string", "format": "date-time"})
class TimeText(serializers.Field[datetime, Any, str, Any]):
    """ISO 8601 in UTC with milliseconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: datetime) -> str:
        return time_text(value)


class Error(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


@extend_schema_field(Error(allow_null=True))
class ErrorText(serializers.Field[Any, Any, "dict[str, str] | None", Any]):
    """Why an order or alert failed, in the reader's language; null when it did not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, order: Any) -> dict[str, str] | None:
        if not order.error_code:
            return None
        text = order.error_ko if language() == "ko" else order.error_en
        return {"code": order.error_code, "message": text or order.error_code}
