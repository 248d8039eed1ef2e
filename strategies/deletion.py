"""Deleting what has no history. Whoever has one is switched off instead."""

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from strategies import refusals


def has_history(row: models.Model) -> bool:
    """Whether any row that must never be lost points here."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.related_objects
        if relation.on_delete is models.PROTECT
    )


def delete(*, row: models.Model) -> None:
    try:
        with transaction.atomic():
            row.delete()
    except (ProtectedError, IntegrityError):
        raise refusals.has_history(str(row)) from None
