import threading
from collections.abc import Iterator

import psycopg2
import pytest

from orders.leadership import LEADER_LOCK_CLASS, PROCESS_LOCK_CLASS, Leadership, NoProofOfLife
from tests.dsn import test_dsn

PATIENCE = 10.0


class Watched(Leadership):
    """Tells a test when it becomes or stops being the leader."""

    def __init__(self, process_id: int) -> None:
        self.changed = threading.Condition()
        super().__init__(test_dsn(), process_id, self._heard, check_seconds=0.05)

    def _heard(self, is_leader: bool) -> None:
        with self.changed:
            self.changed.notify_all()

    def becomes_leader(self) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.is_leader, PATIENCE)


@pytest.fixture
def first(transactional_db: None) -> Iterator[Watched]:
    leadership = Watched(1)
    leadership.start()
    yield leadership
    leadership.stop()


@pytest.fixture
def second(first: Watched) -> Iterator[Watched]:
    assert first.becomes_leader()
    leadership = Watched(2)
    leadership.start()
    yield leadership
    leadership.stop()


def _holders(lock_class: int) -> dict[int, int]:
    """The locks' numbers and the backends that hold them."""
    connection = psycopg2.connect(test_dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint, pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = %s AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
            (lock_class,),
        )
        found = dict(cursor.fetchall())
    connection.close()
    return found


def _cut(backend: int) -> None:
    connection = psycopg2.connect(test_dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (backend,))
    connection.close()


def test_a_living_process_holds_its_lock(first: Watched) -> None:
    assert set(_holders(PROCESS_LOCK_CLASS)) == {1}
    assert first.is_alive


def test_a_stopped_process_holds_nothing(first: Watched) -> None:
    first.stop()
    assert not first.is_alive
    assert not first.is_leader
    first.start()


def test_there_is_one_leader(first: Watched, second: Watched) -> None:
    assert first.is_leader
    assert not second.is_leader
    assert len(_holders(LEADER_LOCK_CLASS)) == 1


def test_another_process_leads_when_the_leader_stops(first: Watched, second: Watched) -> None:
    first.stop()
    assert second.becomes_leader()


def test_a_lost_connection_is_replaced_and_the_lock_taken_again(first: Watched) -> None:
    assert first.becomes_leader()
    backend = _holders(PROCESS_LOCK_CLASS)[1]
    _cut(backend)
    with first.changed:
        first.changed.wait_for(lambda: not first.is_leader, PATIENCE)
    assert first.becomes_leader()
    assert _holders(PROCESS_LOCK_CLASS)[1] != backend


def test_a_process_that_cannot_prove_its_life_does_not_start(transactional_db: None) -> None:
    nobody = Leadership("postgresql://postgres@/nowhere?host=/nonexistent", 3)
    with pytest.raises(NoProofOfLife):
        nobody.start(patience=0.01)
    assert not nobody.is_alive


def test_two_processes_never_share_a_number(first: Watched) -> None:
    twin = Leadership(test_dsn(), 1)
    with pytest.raises(NoProofOfLife):
        twin.start(patience=0.1)
