"""The bridge's own ids, as users write them."""

from typing import Any, TypeVar, cast

from django.db.models import Model
from rest_framework.serializers import PrimaryKeyRelatedField

M = TypeVar("M", bound=Model)

LONGEST = 18
_LARGEST = 10**LONGEST - 1


def key_of(value: object) -> int | None:
    """None for what is no whole number: 1.5 is not account 1, and 1e400000 is never expanded."""
    if isinstance(value, str):
        is_key = value.isascii() and value.isdigit() and len(value) <= LONGEST
        return int(value) if is_key else None
    return value if type(value) is int and 0 <= value <= _LARGEST else None


class KeyField(PrimaryKeyRelatedField[M]):
    def to_internal_value(self, data: Any) -> Any:
        key = key_of(data)
        if key is None and type(data) is int:
            self.fail("does_not_exist", pk_value=data)
        if key is None:
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(cast("Any", key))
