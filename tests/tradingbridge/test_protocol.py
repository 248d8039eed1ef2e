"""What the server takes from a connection before anybody is asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
import uvicorn

from tests.tradingbridge.clients import PATIENCE
from tradingbridge.launch import protocol
from tradingbridge.launch.protocol import HEAD_LIMIT, MESSAGE_LIMIT, BoundedRequests

LINE = b"GET / HTTP/1.1\r\nhost: x\r\n"
REFUSED = b"HTTP/1.1 431 "


async def counting(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    content = str(length).encode()
    headers = [(b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@contextmanager
def served() -> Iterator[Any]:
    """Answers with a function that connects to it."""
    with closing(socket.socket()) as listener, ExitStack() as open_clients:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(
            counting, http=BoundedRequests, loop="uvloop", log_config=None, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()

        def connect() -> socket.socket:
            client = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
            open_clients.enter_context(closing(client))
            return client

        try:
            yield connect
        finally:
            open_clients.close()
            server.should_exit = True
            thread.join()


def heard(client: socket.socket, *, until: bytes = b"") -> bytes:
    """Up to the words, or else to the end. A reset is an end, too."""
    answer = b""
    try:
        while not (until and until in answer) and (part := client.recv(65536)):
            answer += part
    except ConnectionResetError:
        pass
    return answer


def was_cut_off(client: socket.socket, words: bytes, *, at_most: int) -> bool:
    """What the kernels hold in between is sent as well, so the end shows a little later."""
    try:
        for _ in range(at_most // len(words)):
            client.sendall(words)
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_headers_without_end_are_refused_and_not_kept() -> None:
    with served() as connect:
        client = connect()
        client.sendall(LINE + b"x-long: " + b"x" * (HEAD_LIMIT + 32 * 1024))
        assert heard(client).startswith(REFUSED)


def test_many_small_headers_are_counted_together() -> None:
    with served() as connect:
        client = connect()
        client.sendall(LINE)
        assert was_cut_off(client, b"x-y: z\r\n", at_most=1 << 20)


def test_headers_of_a_usual_size_come_in_pieces() -> None:
    with served() as connect:
        client = connect()
        head = LINE + b"cookie: " + b"x" * 30_000 + b"\r\n\r\n"
        for start in range(0, len(head), 1000):
            client.sendall(head[start : start + 1000])
        assert heard(client, until=b"\r\n\r\n0").startswith(b"HTTP/1.1 200")


def test_a_large_body_is_whole_and_the_connection_goes_on() -> None:
    length = 1 << 20
    with served() as connect:
        client = connect()
        for _ in range(3):
            head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % length
            client.sendall(head + b"x" * length)
            assert heard(client, until=str(length).encode()).startswith(b"HTTP/1.1 200")


def test_trailers_without_end_are_cut_off() -> None:
    with served() as connect:
        client = connect()
        head = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-y: "
        client.sendall(head)
        assert was_cut_off(client, b"x" * 65536, at_most=16 * MESSAGE_LIMIT)


def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)
    with served() as connect:
        silent, halting, again = connect(), connect(), connect()
        halting.sendall(LINE)
        again.sendall(LINE + b"\r\n")
        assert heard(again, until=b"\r\n\r\n0").startswith(b"HTTP/1.1 200")
        again.sendall(LINE)
        assert [heard(client) for client in (silent, halting, again)] == [b"", b"", b""]
