"""Exact columns for money, prices and quantities."""

from typing import Any

from django.db import models


class ExactDecimalField(models.DecimalField[Any, Any]):
    """numeric(38,18): wide enough for KRW notionals and for the smallest coin alike."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 38)
        kwargs.setdefault("decimal_places", 18)
        super().__init__(*args, **kwargs)
