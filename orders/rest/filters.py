"""What lists can be narrowed by. Several words of one filter are separated by commas."""

from datetime import datetime
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django_filters.fields import IsoDateTimeField

from orders.models import Alert, Order, Position, Trade
from orders.rest.fields import in_utc
from orders.rest.serializers import MARKET_TYPES, SIDES, STATUSES
from orders.vocabulary import AlertStatus


class Words(filters.BaseInFilter, filters.ChoiceFilter):  # type: ignore[misc]  # not typed
    """Each word must be known: a misspelt status must not look like an empty list."""


class _UtcField(IsoDateTimeField):  # type: ignore[misc]  # django-filter is not typed
    """PostgreSQL knows fewer offsets than Python does, so it is given none."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return None if moment is None else in_utc(moment)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class Moment(filters.IsoDateTimeFilter):  # type: ignore[misc]  # not typed
    field_class = _UtcField


class _Scope(filters.FilterSet):  # type: ignore[misc]  # django-filter is not typed
    strategy = filters.CharFilter(field_name="strategy__group_name")
    account = filters.NumberFilter(field_name="account_id", min_value=1, decimal_places=0)
    symbol = filters.CharFilter()
    market_type = Words(choices=MARKET_TYPES)
    exchange = filters.CharFilter(field_name="exchange", lookup_expr="iexact")


class OrderFilter(_Scope):
    side = filters.ChoiceFilter(choices=SIDES)
    status = Words(choices=STATUSES)
    receipt = filters.CharFilter(field_name="alert__receipt")
    since = Moment(field_name="created_at", lookup_expr="gte")
    until = Moment(field_name="created_at", lookup_expr="lt")
    search = filters.CharFilter(
        method="search_text", label="In symbol, ids, receipt, account name and error."
    )

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def search_text(self, rows: QuerySet[Order], _name: str, text: str) -> QuerySet[Order]:
        return rows.filter(
            Q(symbol__icontains=text)
            | Q(client_order_id=text)
            | Q(exchange_order_id=text)
            | Q(alert__receipt=text)
            | Q(account__name__icontains=text)
            | Q(error_code__icontains=text)
            | Q(error_ko__icontains=text)
            | Q(error_en__icontains=text)
        )


class TradeFilter(_Scope):
    strategy = filters.CharFilter(field_name="order__strategy__group_name")
    symbol = filters.CharFilter(field_name="order__symbol")
    market_type = Words(field_name="order__market_type", choices=MARKET_TYPES)
    exchange = filters.CharFilter(field_name="order__exchange", lookup_expr="iexact")
    side = filters.ChoiceFilter(field_name="order__side", choices=SIDES)
    order = filters.NumberFilter(field_name="order_id", min_value=1, decimal_places=0)
    receipt = filters.CharFilter(field_name="order__alert__receipt")
    since = Moment(field_name="executed_at", lookup_expr="gte")
    until = Moment(field_name="executed_at", lookup_expr="lt")

    class Meta:
        model = Trade
        fields: tuple[str, ...] = ()


class PositionFilter(_Scope):
    exchange = filters.CharFilter(field_name="account__exchange", lookup_expr="iexact")
    open = filters.BooleanFilter(method="only_open", label="Whether it is not flat.")

    class Meta:
        model = Position
        fields: tuple[str, ...] = ()

    def only_open(self, rows: QuerySet[Position], _name: str, is_open: Any) -> QuerySet[Position]:
        return rows.exclude(quantity=0) if is_open else rows.filter(quantity=0)


class AlertFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter is not typed
    strategy = filters.CharFilter(field_name="strategy__group_name")
    status = Words(choices=[(word.value, word.value) for word in AlertStatus])
    market_type = Words(choices=MARKET_TYPES)
    error_code = filters.CharFilter()
    receipt = filters.CharFilter()
    since = Moment(field_name="received_at", lookup_expr="gte")
    until = Moment(field_name="received_at", lookup_expr="lt")
    search = filters.CharFilter(field_name="body", lookup_expr="icontains")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()
