from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from strategies import api_tokens


class Command(BaseCommand):
    help = "Makes an API token for a user and prints it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument("--days", type=int, help="how long it works; without end if left out")

    def handle(self, *_args: Any, **options: Any) -> None:
        days: int | None = options["days"]
        if days is not None and not 0 < days <= api_tokens.LONGEST_DAYS:
            raise CommandError(f"--days must be between 1 and {api_tokens.LONGEST_DAYS}")
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"there is no user '{options['username']}'")
        lifetime = None if days is None else timedelta(days=days)
        self.stdout.write(api_tokens.issue(user, options["name"], lifetime=lifetime))
