"""Who listens to what: a user's own events, perhaps of one strategy or of one account only."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

_PREFIX = "user-"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An OrderEvent row; `payload` is JSON text, the same whether it is live or replayed."""

    id: int
    user_id: int
    name: str
    strategy: str
    account_id: int | None
    payload: str

    @property
    def frame(self) -> str:
        """The WebSocket message. The text is spliced, so that it is never parsed on its way."""
        return f'{{"id": {self.id}, "event": "{self.name}", "payload": {self.payload}}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    user_id: int
    strategy: str = ""
    account_id: int | None = None

    @property
    def channel(self) -> str:
        """The filters are part of the name, so that equal filters share a channel."""
        filters: dict[str, str | int] = {}
        if self.strategy:
            filters["strategy"] = self.strategy
        if self.account_id is not None:
            filters["account"] = self.account_id
        name = f"{_PREFIX}{self.user_id}"
        return f"{name}?{urlencode(filters)}" if filters else name

    @classmethod
    def of_channel(cls, channel: str) -> "Subscription":
        """Raises ValueError for a name that is not one of ours."""
        name, _, query = channel.partition("?")
        filters = dict(parse_qsl(query, keep_blank_values=True))
        subscription = cls(
            user_id=int(name.removeprefix(_PREFIX)),
            strategy=filters.get("strategy", ""),
            account_id=int(filters["account"]) if "account" in filters else None,
        )
        if subscription.channel != channel:
            raise ValueError(f"not a channel: {channel}")
        return subscription

    def wants(self, event: StoredEvent) -> bool:
        return (
            event.user_id == self.user_id
            and self.strategy in ("", event.strategy)
            and self.account_id in (None, event.account_id)
        )


def channels_of(event: StoredEvent) -> frozenset[str]:
    """Every channel that an event belongs to: the user's own, and those with filters it meets."""
    return frozenset(
        Subscription(user_id=event.user_id, strategy=strategy, account_id=account_id).channel
        for strategy in {"", event.strategy}
        for account_id in {None, event.account_id}
    )


def group_of(user_id: int) -> str:
    """The channel layer's group of a user's sockets."""
    return f"order-events.{user_id}"


def position_of(last_event_id: str) -> int:
    """`channel:id`, as the stream wrote it, or the bare id. Ids are one sequence for all channels,
    so one that was given under another filter is as good. Raises ValueError for anything else.
    """
    ids = [part.rpartition(":")[2].strip() for part in last_event_id.split(",")]
    if not all(text.isascii() and text.isdigit() for text in ids):
        raise ValueError(f"not an event id: {last_event_id[:100]}")
    return min(int(text) for text in ids)
