"""A thread with a queue and a connection of its own, which takes all that waits at once."""

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import structlog

from strategies.postgres import connect

log = structlog.get_logger(__name__)
T = TypeVar("T")
J = TypeVar("J")

# A standby that was a primary, or a session that somebody reset: open, and of no use any more.
SESSION_USELESS = (
    psycopg2.errors.ReadOnlySqlTransaction,
    psycopg2.errors.InvalidSqlStatementName,
)
_LOOK_AGAIN_AFTER = 1.0
TOO_MUCH = psycopg2.errors.ProgramLimitExceeded  # as useless tomorrow as it is today
# Somebody holds a row that is needed: nothing was written, and the session is as good as before.
HELD_UP = (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected)
SESSION_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError, *SESSION_USELESS)


class JournalUnavailable(Exception):
    """The ledger could not be written or read, and what was asked for did not happen."""


def said(error: BaseException) -> str:
    """The first line of what the database said; the rest may quote values."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def refusal(error: Exception) -> JournalUnavailable:
    """For the one who asked, with what the database said."""
    refused = JournalUnavailable(said(error))
    refused.__cause__ = error
    return refused


class Link:
    """A connection that is made when it is needed and made again when it is lost.

    `prepare` is run once on each. Every statement commits by itself unless `transaction` asks
    otherwise; a commit waits for the disk, whatever the server's default is.
    """

    def __init__(self, database_url: str, name: str, prepare: str = "") -> None:
        self._database_url = database_url
        self._name = name
        self._prepare = prepare
        self._connection: psycopg2.extensions.connection | None = None

    @property
    def was_up(self) -> bool:
        """Whether there was a connection since the last `drop`, be it dead by now."""
        return self._connection is not None

    @property
    def is_up(self) -> bool:
        return self._connection is not None and not self._connection.closed

    def connection(self) -> psycopg2.extensions.connection:
        """Raises psycopg2.OperationalError when there is none to be had."""
        if self._connection is None or self._connection.closed:
            self.drop()
            connection = connect(self._database_url, name=self._name)
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = on")
                if self._prepare:
                    cursor.execute(self._prepare)
            self._connection = connection
        return self._connection

    def cursor(self) -> psycopg2.extensions.cursor:
        return self.connection().cursor()

    def drop(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True, eq=False)
class Reply(Generic[T]):
    """Where an answer is waited for: a future of the loop that asked.

    `unheard` is called with an answer that came after the caller had gone.
    """

    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[T]"
    unheard: Callable[[T], None] | None = None

    @classmethod
    def here(cls, unheard: Callable[[T], None] | None = None) -> "Reply[T]":
        loop = asyncio.get_running_loop()
        return cls(loop, loop.create_future(), unheard)

    @property
    def is_awaited(self) -> bool:
        """Asked from any thread, and so perhaps no longer true."""
        return not (self.future.done() or self.loop.is_closed())

    def settle(self, answer: T | BaseException) -> None:
        """In the loop's own thread."""
        if self.future.done():
            self.leave(answer)
        elif isinstance(answer, BaseException):
            self.future.set_exception(answer)
        else:
            self.future.set_result(answer)

    def abandon(self) -> None:
        """Nobody waits any more, be it that the answer has come already."""
        if not self.future.cancel() and not self.future.cancelled():
            self.leave(self.future.exception() or self.future.result())

    def leave(self, answer: T | BaseException) -> None:
        """The answer that nobody hears."""
        if self.unheard is not None and not isinstance(answer, BaseException):
            self.unheard(answer)


@dataclass(slots=True)
class Replies:
    """Answers of one batch, so that each loop is woken once and not once for each of them."""

    _by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Reply[Any], Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, reply: Reply[T], answer: T | BaseException) -> None:
        self._by_loop[reply.loop].append((reply, answer))

    def deliver(self) -> None:
        for loop, answers in self._by_loop.items():
            try:
                loop.call_soon_threadsafe(_tell, Reply.settle, answers)
            except RuntimeError:
                # The loop is closed: nobody waits, whatever the future says.
                _tell(Reply.leave, answers)
        self._by_loop.clear()


def _tell(
    tell: Callable[[Reply[Any], Any], None], answers: Iterable[tuple[Reply[Any], Any]]
) -> None:
    for reply, answer in answers:
        try:
            tell(reply, answer)
        except Exception:
            log.exception("answer_not_delivered")


class Worker(ABC, Generic[J]):
    """`put` never waits. What is queued when the worker is stopped is still done."""

    takes_at_most = 256
    patience = 0.0

    def __init__(self, name: str, database_url: str, prepare: str = "") -> None:
        self.link = Link(database_url, name, prepare)
        self.stopping = threading.Event()
        self.is_stuck = threading.Event()
        self._opened = threading.Event()
        self._jobs: SimpleQueue[J | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_open = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_healthy(self) -> bool:
        return self.link.is_up and not self.is_stuck.is_set()

    @property
    def backlog(self) -> int:
        return self._jobs.qsize()

    async def start(self) -> None:
        """Returns after the first attempt to connect, whether or not it succeeded."""
        self._is_open = True
        self._thread.start()
        await asyncio.to_thread(self._opened.wait)

    async def stop(self) -> None:
        with self._lock:
            was_open, self._is_open = self._is_open, False
            if was_open:
                self.stopping.set()
                self._jobs.put(None)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def put(self, job: J) -> None:
        with self._lock:
            if not self._is_open:
                raise JournalUnavailable("the journal is not running")
            self._jobs.put(job)

    def on_return(self) -> None:
        """The database is back, and nobody has asked for anything yet."""

    def on_end(self) -> None:
        """Nothing more is taken, and the connection is about to be closed."""

    def can_wait(self, job: J) -> bool:  # noqa: ARG002
        """Whether a batch may be held back for `patience` seconds, to keep clear of the sends."""
        return False

    @abstractmethod
    def work(self, jobs: Sequence[J]) -> None:
        """Do them and answer them. Must not raise; if it does, the jobs stay unanswered."""

    def _run(self) -> None:
        with suppress(psycopg2.Error):
            self.link.connection()
        self._opened.set()
        is_last = False
        while not is_last:
            jobs, is_last = self._take()
            if not jobs:
                continue
            try:
                self.work(jobs)
            except Exception:
                log.exception("journal_worker_failed", worker=self._thread.name, jobs=len(jobs))
        try:
            self.on_end()
        finally:
            self.link.drop()

    def _take(self) -> tuple[list[J], bool]:
        jobs: list[J] = []
        job = self._next()
        until = time.monotonic() + self.patience
        while job is not None:
            jobs.append(job)
            if len(jobs) >= self.takes_at_most:
                return jobs, False
            if not self.can_wait(job):
                until = 0.0
            try:
                job = self._jobs.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                return jobs, False
        return jobs, True

    def _next(self) -> J | None:
        """While the database is away and nobody asks for it, look now and then if it is back."""
        while True:
            try:
                return self._jobs.get(timeout=None if self.is_healthy else _LOOK_AGAIN_AFTER)
            except Empty:
                with suppress(psycopg2.Error):
                    self.link.connection()
                    self.is_stuck.clear()
                    self.on_return()
