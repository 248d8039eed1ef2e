"""Channels: a user's own, named by what they hold."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from orders.stream.channels import OwnChannels
from orders.stream.storage import LedgerStorage
from orders.stream.subscription import StoredEvent, Subscription, channels_of, position_of

names = st.text(max_size=20).filter(lambda text: "\x00" not in text)
accounts = st.none() | st.integers(min_value=1, max_value=3)
subscriptions = st.builds(
    Subscription,
    user_id=st.integers(min_value=1, max_value=3),
    strategy=names,
    account_id=accounts,
)
events = st.builds(
    StoredEvent,
    id=st.just(1),
    user_id=st.integers(min_value=1, max_value=3),
    name=st.just("order_created"),
    strategy=st.sampled_from(["", "a", "b&account=1"]),
    account_id=accounts,
    payload=st.just("{}"),
)


@given(subscriptions)
def test_a_channels_name_says_all_of_its_subscription(subscription: Subscription) -> None:
    assert Subscription.of_channel(subscription.channel) == subscription


@given(events, subscriptions)
def test_an_event_is_told_to_exactly_those_who_want_it(
    event: StoredEvent, subscription: Subscription
) -> None:
    assert (subscription.channel in channels_of(event)) == subscription.wants(event)


@pytest.mark.parametrize("channel", ["", "user-", "user-x", "7", "user-7?account=x", "user-7?a=b"])
def test_a_name_that_is_not_ours_is_refused(channel: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - by whichever part is wrong
        Subscription.of_channel(channel)


@pytest.mark.parametrize(
    ("text", "position"), [("7", 7), ("user-1:7", 7), ("user-1%3Faccount%3D2:7", 7), ("a:9,b:7", 7)]
)
def test_an_event_id_is_read_in_every_form_it_was_given_in(text: str, position: int) -> None:
    assert position_of(text) == position


@pytest.mark.parametrize("text", ["", "x", "user-1:", "-1", "1.5", "٣", "error"])
def test_what_is_no_event_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an event id"):
        position_of(text)


def test_a_user_may_read_their_own_channel_and_no_other() -> None:
    own = OwnChannels()
    user = User(pk=7)
    assert own.can_read_channel(user, "user-7?account=3")
    assert not own.can_read_channel(user, "user-8")
    assert not own.can_read_channel(user, "anything")
    assert not own.can_read_channel(None, "user-7")
    assert not own.can_read_channel(User(pk=7, is_active=False), "user-7")
    assert not own.can_read_channel(AnonymousUser(), "user-7")


def test_a_request_names_no_channel_by_itself() -> None:
    request = RequestFactory().get("/api/events/?channel=user-7")
    request.user = User(pk=7)
    own = OwnChannels()
    assert own.get_channels_for_request(request, {}) == set()
    assert own.get_channels_for_request(request, {"channel": "user-7"}) == set()
    other = {"subscription": Subscription(user_id=8)}
    assert own.get_channels_for_request(request, other) == set()


def test_events_are_not_written_through_the_stream() -> None:
    with pytest.raises(NotImplementedError):
        LedgerStorage().append_event("user-7", "order_created", {})
