"""A missed alert is reviewed by a person, once: a strategy that stopped for it goes on then."""

from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from orders.models import MissedAlert


def review(rows: QuerySet[MissedAlert], reviewer: User) -> int:
    """How many were not reviewed before; who was first stays who it was."""
    return rows.filter(reviewed_at__isnull=True).update(
        reviewed_at=datetime.now(UTC), reviewed_by=reviewer
    )
