from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Model

from strategies.models import Account, StrategyToken
from strategies.sealing import Unsealable, reseal

_SEALED: tuple[tuple[type[Model], str, str], ...] = (
    (Account, "sealed_credentials", "account"),
    (StrategyToken, "sealed", "token"),
)


class Command(BaseCommand):
    help = (
        "Seals every account's credentials and every strategy's tokens with the first key, "
        "so that older keys can go."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        resealed = sum(self._reseal(*kind) for kind in _SEALED)
        self.stdout.write(f"{resealed} resealed")

    def _reseal(self, model: type[Model], column: str, word: str) -> int:
        resealed = 0
        rows = model._default_manager
        for row in rows.exclude(**{column: ""}).order_by("pk"):
            before = getattr(row, column)
            try:
                after = reseal(before)
            except Unsealable as error:
                self.stderr.write(f"{word} {row.pk}: {error}")
                continue
            # What somebody enters at this moment is not overwritten.
            resealed += rows.filter(pk=row.pk, **{column: before}).update(**{column: after})
        return resealed
