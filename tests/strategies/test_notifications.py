import socket
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from django.db import connection

from strategies.notifications import Listener

pytestmark = pytest.mark.django_db(transaction=True)

WAIT = 10


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    listener.start()
    try:
        yield
    finally:
        listener.stop()


def notify(channel: str, payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])


def terminate_listeners() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tradingbridge-listener'"
        )


def test_every_channel_is_told_on_connect_since_something_may_have_been_missed(
    database_url: str,
) -> None:
    heard: Queue[tuple[str, str]] = Queue()
    handlers = {
        "first": lambda payload: heard.put(("first", payload)),
        "second": lambda payload: heard.put(("second", payload)),
    }
    with listening(Listener(database_url, handlers)):
        assert {heard.get(timeout=WAIT), heard.get(timeout=WAIT)} == {("first", ""), ("second", "")}


def test_a_notice_reaches_its_own_channels_handler_with_its_payload(database_url: str) -> None:
    heard: Queue[str] = Queue()
    with listening(Listener(database_url, {"mine": heard.put})):
        heard.get(timeout=WAIT)
        notify("other", "not for me")
        notify("mine", "17")
        assert heard.get(timeout=WAIT) == "17"


def test_a_terminated_connection_is_replaced_and_the_handler_told(database_url: str) -> None:
    heard: Queue[str] = Queue()
    with listening(Listener(database_url, {"mine": heard.put})):
        heard.get(timeout=WAIT)
        terminate_listeners()
        assert heard.get(timeout=WAIT) == ""
        notify("mine", "after")
        assert heard.get(timeout=WAIT) == "after"


def test_a_handler_that_fails_does_not_end_the_listening(database_url: str) -> None:
    heard: Queue[str] = Queue()

    def fail_once(payload: str) -> None:
        heard.put(payload)
        if payload == "":
            raise ValueError(payload)

    with listening(Listener(database_url, {"mine": fail_once})):
        heard.get(timeout=WAIT)
        notify("mine", "still there")
        assert heard.get(timeout=WAIT) == "still there"


def test_a_database_that_does_not_answer_is_tried_again_until_the_stop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: Queue[str] = Queue()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(WAIT)
        port = deaf.getsockname()[1]
        url = f"postgresql://nobody:hush@127.0.0.1:{port}/none?sslmode=disable&gssencmode=disable"
        with listening(Listener(url, {"mine": heard.put})):
            for _ in range(2):
                deaf.accept()[0].close()
    assert heard.empty()
    assert "hush" not in caplog.text


def test_a_stopped_listener_can_be_started_again(database_url: str) -> None:
    heard: Queue[str] = Queue()
    listener = Listener(database_url, {"mine": heard.put})
    for _ in range(2):
        with listening(listener):
            assert heard.get(timeout=WAIT) == ""
