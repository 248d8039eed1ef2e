"""Migrations, only when there are any."""

from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tradingbridge.launch.texts import CannotStart, Text

_LOCK = 0x7472_6164


def bring_up_to_date(tell: Callable[[int], None]) -> None:
    """`tell` hears the number of steps. Bridges that start together take turns."""
    try:
        if _all_applied():
            return
    except OperationalError as error:
        raise CannotStart(Text.DATABASE_UNREACHABLE, error=str(error).strip()) from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan:
                tell(len(plan))
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _all_applied() -> bool:
    """By names alone: loading every migration takes longer than all the rest of a warm start."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return bool(applied) and _on_disk() <= applied


def _on_disk() -> set[tuple[str, str]]:
    found = set()
    for app in apps.get_app_configs():
        module, _explicit = MigrationLoader.migrations_module(app.label)
        folder = Path(app.path) / "migrations"
        if module is not None and folder.is_dir():
            found |= {(app.label, file.stem) for file in folder.glob("[0-9]*.py")}
    return found
