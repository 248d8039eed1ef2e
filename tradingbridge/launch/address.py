"""The address: taken before anything slow begins, opened when the server is ready."""

import contextlib
import errno
import socket
import time
from collections.abc import Iterator

from tradingbridge.launch.options import Options
from tradingbridge.launch.texts import CannotStart, Text

_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared only
_STEP = 0.02


@contextlib.contextmanager
def bound(options: Options) -> Iterator[socket.socket]:
    """Bound but not listening: senders are refused, not left waiting, until the server is up."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, options.port))
        except OSError as error:
            raise refusal(options, error) from error
        yield listener


def refusal(options: Options, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return CannotStart(Text.PORT_TAKEN, port=options.port, other=_free_port())
    reason = error.strerror or error
    return CannotStart(Text.CANNOT_BIND, host=options.host, port=options.port, error=reason)


def wait_until_open(listener: socket.socket) -> bool:
    """True once the server takes connections; False when the address was closed instead."""
    while listener.fileno() >= 0:
        host, port = listener.getsockname()[:2]
        try:
            socket.create_connection((_LOCAL.get(host, host), port), timeout=1).close()
        except OSError:
            time.sleep(_STEP)
        else:
            return True
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
