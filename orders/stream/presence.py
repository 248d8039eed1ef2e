"""Who listens in this process, so that nobody's events are read for nobody."""

from django_eventstream.views import get_listener_manager

_sockets: set[object] = set()


def arrived(socket: object) -> None:
    """Before the socket reads what it missed, so that nothing falls between the two."""
    _sockets.add(socket)


def left(socket: object) -> None:
    _sockets.discard(socket)


def everybody_left() -> None:
    _sockets.clear()


def is_anybody_there() -> bool:
    return bool(_sockets or get_listener_manager().listeners_by_channel)
