"""What the database sees of us."""

from django.db.backends.base.base import BaseDatabaseWrapper


def connections_of_streams(connection: BaseDatabaseWrapper) -> int:
    """Connections besides the test's own and those that belong to the process, which have names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND application_name NOT LIKE 'tradingbridge-%'"
            " AND backend_type = 'client backend'"
        )
        row = cursor.fetchone()
    return int(row[0])
