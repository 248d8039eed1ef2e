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
        "alert_schema",
        *("collectstatic", "findstatic", "compilemessages", "makemessages"),
        *("startapp", "startproject", "sendtestemail"),
    }
)
_OF_A_BRIDGE = frozenset({"check_alert", "paper_price", "create_api_token", "reseal_credentials"})
"""These ask an existing database; a new and empty one could only mislead."""


@contextlib.contextmanager
def database_for(arguments: Sequence[str]) -> Iterator[None]:
    """Whoever is the last to use the embedded PostgreSQL stops it."""
    if not embedded.is_wanted() or not needs_database(arguments):
        yield
        return
    from django.conf import settings

    pgdata = settings.VAR_DIR / "pgdata"
    if arguments[1] in _OF_A_BRIDGE and not pgdata.exists():
        sys.exit(
            f"There is no bridge in {settings.VAR_DIR}. Set VAR_DIR to the folder of yours, "
            "or DATABASE_URL to its database; `make run` starts a new one.\n"
            f"{settings.VAR_DIR} 폴더에 브리지가 없습니다. 사용 중인 브리지의 VAR_DIR 또는 "
            "DATABASE_URL을 지정하세요. `make run`은 새 브리지를 시작합니다."
        )
    signal.signal(signal.SIGTERM, _leave)
    try:
        with embedded.running(pgdata):
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
