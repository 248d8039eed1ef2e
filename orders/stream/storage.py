"""django-eventstream's storage on our own ledger of events: nothing is copied, nothing expires."""

from django_eventstream.event import Event
from django_eventstream.storage import StorageBase

from orders.stream import ledger
from orders.stream.subscription import StoredEvent, Subscription


def stream_event(channel: str, event: StoredEvent) -> Event:
    return Event(channel, event.name, event.payload, id=event.id)


class LedgerStorage(StorageBase):  # type: ignore[misc]  # the library is not typed
    def append_event(self, channel: str, event_type: str, data: object) -> Event:
        """Events are written with the orders that they tell of, and by nobody else."""
        raise NotImplementedError("events are written by orders.events, never by send_event")

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """An id that is not there is a place in the order all the same: nothing is reset."""
        subscription = Subscription.of_channel(channel)
        events = ledger.read(lambda: ledger.events_after(subscription, last_id, limit))
        return [stream_event(channel, event) for event in events]

    def get_current_id(self, channel: str) -> int:  # noqa: ARG002  # one sequence for all channels
        return ledger.read(ledger.newest_id)
