"""Which channels a request may hear: the user's own, by who they are and never by what they ask."""

from collections.abc import Mapping

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django_eventstream.channelmanager import ChannelManagerBase

from orders.stream.subscription import Subscription


class OwnChannels(ChannelManagerBase):  # type: ignore[misc]  # the library is not typed
    def get_channels_for_request(
        self, request: HttpRequest, view_kwargs: Mapping[str, object]
    ) -> set[str]:
        """The view authenticated the user and read the filters; nothing else names a channel."""
        subscription = view_kwargs.get("subscription")
        if not isinstance(subscription, Subscription) or subscription.user_id != request.user.pk:
            return set()
        return {subscription.channel}

    def can_read_channel(self, user: User | AnonymousUser | None, channel: str) -> bool:
        try:
            subscription = Subscription.of_channel(channel)
        except ValueError:
            return False
        return user is not None and user.is_active and subscription.user_id == user.pk

    def is_channel_reliable(self, channel: str) -> bool:  # noqa: ARG002
        return True
