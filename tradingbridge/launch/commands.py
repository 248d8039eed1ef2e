"""`manage.py` finds a database too: the running bridge's, or one started for the command."""

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType

from tradingbridge import embedded

_WITHOUT_DATABASE = frozenset(
    {
        *("help", "version", "check", "diffsettings", "spectacular", "send_alert"),
        *("collectstatic", "findstatic", "compilemessages", "makemessages"),
        *("startapp", "startproject", "sendtestemail"),
    }
)


@contextlib.contextmanager
def database_for(arguments: Sequence[str]) -> Iterator[None]:
    """Whoever is the last to use the embedded PostgreSQL stops it."""
    if not embedded.is_wanted() or not needs_database(arguments):
        yield
        return
    from django.conf import settings

    signal.signal(signal.SIGTERM, _leave)
    try:
        with embedded.running(settings.VAR_DIR / "pgdata"):
            yield
    except embedded.EmbeddedPostgresError as error:
        sys.exit(str(error))


def needs_database(arguments: Sequence[str]) -> bool:
    words = set(arguments[1:])
    return (
        bool(words)
        and not words & {"-h", "--help", "--version"}
        and (arguments[1] not in _WITHOUT_DATABASE)
    )


def _leave(number: int, _frame: FrameType | None) -> None:
    """Killed politely: let go of the database first."""
    sys.exit(128 + number)
