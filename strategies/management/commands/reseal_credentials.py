from typing import Any

from django.core.management.base import BaseCommand

from strategies.models import Account
from strategies.sealing import Unsealable, reseal


class Command(BaseCommand):
    help = "Seals every account's credentials with the first key, so that older keys can go."

    def handle(self, *_args: Any, **_options: Any) -> None:
        resealed = 0
        for account in Account.objects.exclude(sealed_credentials="").order_by("pk"):
            try:
                sealed = reseal(account.sealed_credentials)
            except Unsealable as error:
                self.stderr.write(f"account {account.pk}: {error}")
                continue
            # Credentials that somebody enters at this moment are not overwritten.
            resealed += Account.objects.filter(
                pk=account.pk, sealed_credentials=account.sealed_credentials
            ).update(sealed_credentials=sealed)
        self.stdout.write(f"{resealed} resealed")
