"""Connections of our own, for the threads that Django's do not serve."""

from urllib.parse import quote, urlsplit

import psycopg2
import psycopg2.extensions
from django.conf import settings
from django.db import connection

_SECONDS_TO_CONNECT = 5


def connect(database_url: str, *, name: str) -> psycopg2.extensions.connection:
    """`name` shows in pg_stat_activity; a peer that vanished is noticed within half a minute."""
    return psycopg2.connect(
        database_url,
        application_name=f"tradingbridge-{name}",
        connect_timeout=_SECONDS_TO_CONNECT,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )


def django_database_url() -> str:
    """DATABASE_URL with the name of the database that Django really uses (tests rename it)."""
    name = quote(str(connection.settings_dict["NAME"]), safe="")
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
