"""DATABASE_URL as Django wants it. What is wrong with one is said without its password."""

from urllib.parse import parse_qs, unquote, urlsplit

_SCHEMES = ("postgresql", "postgres")


class BadDatabaseUrl(ValueError):
    """Carries no part of the URL: any of them may be the password."""

    def __init__(self) -> None:
        super().__init__(
            "DATABASE_URL cannot be read. It is postgresql://user:password@host:5432/name; "
            "in the user and the password, write / ? # @ : and % as %2F %3F %23 %40 %3A %25."
        )


def django_database(url: str) -> dict[str, object]:
    """libpq reads the URL's query itself, so a socket folder in `?host=` works as it does there."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadDatabaseUrl from None
    # An @ behind the host is one of a password whose / ? or # ended the host too early.
    misread = parts.fragment or "@" in parts.path or "@" in parts.query
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in _SCHEMES or misread or not name or "/" in name:
        raise BadDatabaseUrl
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
