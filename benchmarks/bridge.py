"""The real server, with the benchmark's venue on its list."""

from benchmarks.loopback import Loopback
from exchanges import registry

registry.register(Loopback)

from tradingbridge.asgi import application  # noqa: E402 - the adapter must be listed first

__all__ = ["application"]
