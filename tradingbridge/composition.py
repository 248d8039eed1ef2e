"""Where the rooms are put together: what one server process runs."""

from orders import runtime
from orders.runtime import Runtime
from orders.stream.fanout import Fanout


class Bridge:
    """The runtime with its event fan-out. Starting and stopping twice is harmless."""

    def __init__(self, database_url: str) -> None:
        self._fanout = Fanout(database_url)
        self._runtime = Runtime(database_url)
        self._runtime.subscribe("order_events", self._fanout.notified)

    async def start(self) -> None:
        await self._fanout.start()
        await self._runtime.start()
        runtime.install(self._runtime)

    async def stop(self) -> None:
        runtime.install(None)
        await self._runtime.stop()
        await self._fanout.stop()
