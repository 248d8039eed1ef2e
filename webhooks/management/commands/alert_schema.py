"""The JSON Schema of an alert, as `docs/alert.schema.json` keeps it."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from webhooks.schema import alert_schema


class Command(BaseCommand):
    help = "Print the JSON Schema of an alert: manage.py alert_schema > docs/alert.schema.json"

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(json.dumps(alert_schema(), ensure_ascii=False, indent=1))
