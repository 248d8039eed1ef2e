"""Who listens in this process, so that nobody's events are read for nobody.

Streams are opened in request threads and sockets in the loop, so there is a lock.
"""

import threading

from django_eventstream.views import get_listener_manager

LIMIT = 20
"""Streams and sockets of one user, in one process."""

_listeners: dict[object, int] = {}
_lock = threading.Lock()


def arrived(listener: object, user_id: int) -> bool:
    """False when the user has as many as there may be. To be called before the listener reads what
    it missed, so that nothing falls between the two.
    """
    with _lock:
        if _count(user_id) >= LIMIT:
            return False
        _listeners[listener] = user_id
        return True


def left(listener: object) -> None:
    with _lock:
        _listeners.pop(listener, None)


def is_full(user_id: int) -> bool:
    with _lock:
        return _count(user_id) >= LIMIT


def everybody_left() -> None:
    with _lock:
        _listeners.clear()


def is_anybody_there() -> bool:
    return bool(_listeners or get_listener_manager().listeners_by_channel)


def _count(user_id: int) -> int:
    return sum(each == user_id for each in _listeners.values())
