"""The admin's theme, which has no types of its own, under the types of what it extends."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from django.contrib import admin
    from django.forms.models import BaseInlineFormSet

    Method = TypeVar("Method", bound=Callable[..., Any])

    ModelAdmin = admin.ModelAdmin[Any]
    StackedInline = admin.StackedInline[Any, Any]
    TabularInline = admin.TabularInline[Any, Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]

    def action(**options: Any) -> Callable[[Method], Method]: ...
    def display(**options: Any) -> Callable[[Method], Method]: ...

else:
    from unfold.admin import ModelAdmin, StackedInline, TabularInline
    from unfold.decorators import action, display
    from unfold.forms import PaginationInlineFormSet as InlineFormSet

__all__ = [
    "InlineFormSet",
    "ModelAdmin",
    "StackedInline",
    "TabularInline",
    "action",
    "display",
]
