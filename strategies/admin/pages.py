"""Pages beside Django's own: a token shown once, a question before an act."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise

StrPromise = str | Promise
Choices = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def token_page(
    request: HttpRequest, site: AdminSite, row: Model, *, token: str, note: StrPromise
) -> TemplateResponse:
    """The only place where the token is ever seen; the admin's answers are kept by no cache."""
    return _page(request, site, row, "token.html", {"title": row, "token": token, "note": note})


def question_page(
    request: HttpRequest,
    site: AdminSite,
    row: Model,
    *,
    title: StrPromise,
    question: StrPromise,
    answer: StrPromise,
    form: forms.Form | None = None,
) -> TemplateResponse:
    context = {"title": title, "question": question, "answer": answer, "form": form}
    return _page(request, site, row, "question.html", context)


def choice_page(
    request: HttpRequest,
    site: AdminSite,
    model: type[Model],
    *,
    title: StrPromise,
    choices: Choices,
) -> TemplateResponse:
    """Links to the same page, with each choice in the address."""
    context = {"title": title, "choices": choices, "opts": model._meta}
    return TemplateResponse(
        request, "strategies/admin/choice.html", {**site.each_context(request), **context}
    )


def _page(
    request: HttpRequest, site: AdminSite, row: Model, template: str, context: dict[str, Any]
) -> TemplateResponse:
    opts = row._meta
    name = f"{site.name}:{opts.app_label}_{opts.model_name}_change"
    return TemplateResponse(
        request,
        f"strategies/admin/{template}",
        {
            **site.each_context(request),
            "opts": opts,
            "row": row,
            "back": reverse(name, args=(row.pk,)),
            **context,
        },
    )
