"""Django's sessions in the database, which is not asked for a key that it never gave."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[0-9a-z]{8,40}")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """PostgreSQL takes no NUL, and a cookie can hold one."""
        return key is not None and _KEY.fullmatch(key) is not None
