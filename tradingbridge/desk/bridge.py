"""What the desk says of the bridge that serves it."""

from dataclasses import dataclass

from orders import runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeState:
    is_running: bool
    database: bool = False
    journal: bool = False
    engine: bool = False

    @property
    def takes_alerts(self) -> bool:
        return self.database and self.journal and self.engine


def state() -> BridgeState:
    try:
        parts = runtime.current().ready()
    except runtime.NotRunning:
        return BridgeState(is_running=False)
    return BridgeState(is_running=True, **parts)
