"""A strategy's alerts of the last minute."""

from strategies.risk import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def limiter() -> tuple[RateLimiter, Clock]:
    clock = Clock()
    return RateLimiter(clock), clock


def test_as_many_as_the_limit_are_admitted_and_the_next_waits() -> None:
    rates, clock = limiter()
    assert rates.admit(1, 2) is None
    clock.now += 10
    assert rates.admit(1, 2) is None
    clock.now += 10
    assert rates.admit(1, 2) == 40.0


def test_the_minute_slides() -> None:
    rates, clock = limiter()
    rates.admit(1, 2)
    clock.now += 10
    rates.admit(1, 2)
    clock.now += 50
    assert rates.admit(1, 2) is None
    assert rates.admit(1, 2) == 10.0


def test_whoever_was_refused_does_not_lengthen_the_wait() -> None:
    rates, clock = limiter()
    rates.admit(1, 1)
    for _ in range(5):
        clock.now += 10
        assert rates.admit(1, 1) is not None
    clock.now += 10
    assert rates.admit(1, 1) is None


def test_one_strategys_alerts_cost_another_nothing() -> None:
    rates, _ = limiter()
    assert rates.admit(1, 1) is None
    assert rates.admit(2, 1) is None


def test_without_a_limit_nothing_is_counted() -> None:
    rates, _ = limiter()
    for _ in range(100):
        assert rates.admit(1, None) is None
    assert rates.admit(1, 1) is None


def test_a_limit_that_was_lowered_holds_at_once() -> None:
    rates, clock = limiter()
    for _ in range(3):
        rates.admit(1, 3)
        clock.now += 1
    assert rates.admit(1, 1) == 59.0


def test_a_limit_of_nothing_admits_nobody() -> None:
    rates, _ = limiter()
    assert rates.admit(1, 0) == 60.0


def test_looking_counts_nothing() -> None:
    rates, clock = limiter()
    assert rates.wait(1, 1) is None
    assert rates.admit(1, 1) is None
    clock.now += 20
    assert rates.wait(1, 1) == 40.0
    clock.now += 40
    assert (rates.wait(1, 1), rates.wait(1, 0), rates.wait(1, None)) == (None, 60.0, None)


def test_what_came_to_nothing_is_given_back() -> None:
    rates, _ = limiter()
    rates.admit(1, 1)
    rates.give_back(1)
    rates.give_back(1)
    assert rates.admit(1, 1) is None
    assert rates.admit(1, 1) is not None
