"""Staff see and change their own; superusers everybody's. What has a history is not deleted."""

from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from strategies.admin.theme import ModelAdmin, TabularInline
from strategies.deletion import has_history
from strategies.limits import Range
from strategies.refusals import Refused
from strategies.rest.errors import language

__all__ = [
    "ModelAdmin",
    "OwnForm",
    "OwnModelAdmin",
    "RangedForm",
    "TabularInline",
    "restrict_to_own",
    "sees_all",
    "told",
    "trimmed",
]


def trimmed(value: Decimal) -> Decimal:
    """The same number without the column's trailing zeros: people type 10000 and not 10000.000."""
    return Decimal(f"{value.normalize():f}")


def told(refusal: Refused) -> ValidationError:
    """A refusal as forms show it, in the reader's language."""
    return ValidationError(refusal.reason.text(language()), code=refusal.reason.code)


class RangedForm(forms.ModelForm[Any]):
    """Numbers are held to the ranges that every door shares."""

    ranges: ClassVar[dict[str, Range]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, stored in self.initial.items():
            if isinstance(stored, Decimal):
                self.initial[name] = trimmed(stored)
        for name, limits in self.ranges.items():
            if field := self.fields.get(name):
                field.validators.append(MinValueValidator(limits.lowest))
                if limits.highest is not None:
                    field.validators.append(MaxValueValidator(limits.highest))


class OwnForm(RangedForm):
    """A new row belongs to whoever makes it, unless a superuser names another."""

    acting_user: ClassVar[User]
    owner_name: ClassVar[str] = "owner"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.owner_name not in self.fields:
            setattr(self.instance, self.owner_name, self.acting_user)


class OwnModelAdmin(ModelAdmin):
    """`owner_name` is the field that says whose a row is."""

    owner_name: ClassVar[str] = "owner"
    form = OwnForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if sees_all(request) else rows.filter(**{self.owner_name: request.user})

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form = super().get_form(request, obj, change, **kwargs)
        own = type(form)(form.__name__, (form,), {"acting_user": request.user})  # type: ignore[misc]
        return cast("type[forms.ModelForm[Any]]", own)

    def own_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:  # noqa: ARG002
        """The fields of the form, apart from the owner's."""
        return tuple(self.fields or ())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fields = self.own_fields(request, obj)
        return (self.owner_name, *fields) if sees_all(request) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (self.owner_name, *fields)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        columns = tuple(super().get_list_display(request))
        return (*columns, self.owner_name) if sees_all(request) else columns

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {self.owner_name: request.user.pk, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        restrict_to_own(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        kept = [
            _("“%s” has a history of orders and is not deleted. Switch it off instead.") % row
            for row in objs
            if has_history(row)
        ]
        if kept:
            return [], {}, set(), kept
        return super().get_deleted_objects(objs, request)


def restrict_to_own(
    db_field: ForeignKey[Any, Any], request: HttpRequest, kwargs: dict[str, Any]
) -> None:
    """Choices of strategies and accounts are the user's own."""
    model: type[Model] = db_field.remote_field.model
    if not sees_all(request) and any(field.name == "owner" for field in model._meta.fields):
        kwargs["queryset"] = model._default_manager.filter(owner=request.user)


def sees_all(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_superuser
