"""Why an order is cancelled, as its trail tells it.

An exit attached to an entry that is cancelled for any cause but the bridge's own was cancelled by
its owner, who does not want it back.
"""

GUARD = "guard"
_EXIT = "exit"


def of_alert(receipt: str) -> str:
    """The sender asked for the cancel."""
    return f"alert {receipt}"


def of_exit(receipt: str) -> str:
    """It stood in the way of an exit that the sender asked for."""
    return f"{_EXIT} {receipt}"


def is_of_the_bridge(cause: str) -> bool:
    return cause.partition(" ")[0] in (GUARD, _EXIT)
