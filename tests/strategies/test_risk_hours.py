"""Days and hours on the clock of the limits' place, also where that clock is turned."""

from datetime import UTC, datetime, time

import pytest

from strategies.risk import check_alert, day_start, is_open
from strategies.routes import RiskLimits

WEEKDAYS = frozenset(range(5))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(
    opens: str = "",
    closes: str = "",
    timezone: str = "Asia/Seoul",
    days: frozenset[int] = frozenset(),
) -> RiskLimits:
    return RiskLimits(
        trading_days=days,
        trading_from=time.fromisoformat(opens) if opens else None,
        trading_until=time.fromisoformat(closes) if closes else None,
        timezone=timezone,
    )


SEOUL = hours("09:00", "15:30", days=WEEKDAYS)
NIGHT = hours("22:00", "05:00", days=WEEKDAYS)
NEW_YORK = hours("09:30", "16:00", "America/New_York", WEEKDAYS)


@pytest.mark.parametrize(
    ("limits", "now", "expected"),
    [
        # Monday 2026-11-23; Seoul is nine hours ahead.
        (SEOUL, "2026-11-23T00:00", True),
        (SEOUL, "2026-11-22T23:59:59.999999", False),
        (SEOUL, "2026-11-23T06:29:59.999999", True),
        (SEOUL, "2026-11-23T06:30", False),
        (SEOUL, "2026-11-21T01:00", False),
        # From Friday night to Saturday morning is Friday's; Sunday's night is nobody's.
        (NIGHT, "2026-11-27T13:00", True),
        (NIGHT, "2026-11-27T19:59:59", True),
        (NIGHT, "2026-11-27T20:00", False),
        (NIGHT, "2026-11-28T14:00", False),
        (NIGHT, "2026-11-29T16:00", False),
        (NIGHT, "2026-11-30T13:00", True),
        (hours(closes="12:00"), "2026-11-22T15:00", True),
        (hours(closes="12:00"), "2026-11-23T03:00", False),
        (hours("12:00"), "2026-11-23T03:00", True),
        (hours("12:00"), "2026-11-22T15:00", False),
        (hours("12:00", "00:00"), "2026-11-23T14:59:59", True),
        (hours("12:00", "00:00"), "2026-11-23T15:00", False),
        (hours(days=frozenset({6})), "2026-11-22T14:59:59", True),
        (hours(days=frozenset({6})), "2026-11-22T15:00", False),
        (hours(), "2026-11-22T15:00", True),
    ],
)
def test_it_is_open_from_the_first_minute_until_before_the_last(
    limits: RiskLimits, now: str, *, expected: bool
) -> None:
    assert is_open(limits, utc(now)) is expected
    assert (check_alert(limits, now=utc(now)) is None) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Summer time ended on 2026-11-01: the same opening is an hour later in UTC.
        ("2026-10-30T13:29:59", False),
        ("2026-10-30T13:30", True),
        ("2026-10-30T20:00", False),
        ("2026-11-02T13:30", False),
        ("2026-11-02T14:30", True),
        ("2026-11-02T20:59:59", True),
        ("2026-11-02T21:00", False),
        # It began on 2026-03-08.
        ("2026-03-06T14:30", True),
        ("2026-03-09T13:30", True),
    ],
)
def test_hours_follow_the_clock_through_summer_time(now: str, *, expected: bool) -> None:
    assert is_open(NEW_YORK, utc(now)) is expected


def test_an_hour_that_comes_twice_is_open_twice_and_one_that_is_skipped_never() -> None:
    early = hours("01:00", "02:00", "America/New_York")
    assert is_open(early, utc("2026-11-01T05:30"))
    assert is_open(early, utc("2026-11-01T06:30"))
    assert not is_open(early, utc("2026-11-01T07:30"))
    skipped = hours("02:00", "03:00", "America/New_York")
    assert not is_open(skipped, utc("2026-03-08T06:59:59"))
    assert not is_open(skipped, utc("2026-03-08T07:00"))


def test_a_night_belongs_to_its_day_also_when_the_clock_is_turned_in_it() -> None:
    saturdays = hours("22:00", "05:00", "America/New_York", frozenset({5}))
    assert is_open(saturdays, utc("2026-11-01T09:59:59"))
    assert not is_open(saturdays, utc("2026-11-01T10:00"))
    assert not is_open(saturdays, utc("2026-11-02T04:00"))


def test_a_denial_tells_the_time_there_and_the_hours() -> None:
    denial = check_alert(SEOUL, now=utc("2026-11-23T06:30"))
    assert denial is not None
    assert denial.code == "risk_hours"
    assert "it is Mon 15:30, allowed is Mon·Tue·Wed·Thu·Fri 09:00–15:30 (Asia/Seoul)" in denial.en
    assert "지금 월 15:30, 허용 월·화·수·목·금 09:00–15:30 (Asia/Seoul)" in denial.ko


def test_a_denial_by_the_day_alone_names_the_days() -> None:
    denial = check_alert(hours(days=frozenset({6})), now=utc("2026-11-23T06:30"))
    assert denial is not None
    assert "allowed is Sun (Asia/Seoul)" in denial.en


def test_a_denial_by_the_hour_alone_names_no_day() -> None:
    denial = check_alert(hours("16:00"), now=utc("2026-11-23T06:30"))
    assert denial is not None
    assert "allowed is 16:00–24:00 (Asia/Seoul)" in denial.en


@pytest.mark.parametrize(
    ("timezone", "now", "began"),
    [
        ("Asia/Seoul", "2026-11-23T14:59:59", "2026-11-22T15:00"),
        ("Asia/Seoul", "2026-11-23T15:00", "2026-11-23T15:00"),
        ("UTC", "2026-11-23T15:00", "2026-11-23T00:00"),
        ("America/New_York", "2026-11-01T20:00", "2026-11-01T04:00"),
        ("America/New_York", "2026-11-02T20:00", "2026-11-02T05:00"),
        # In Havana midnight itself is skipped in spring, and comes twice in autumn.
        ("America/Havana", "2026-03-08T12:00", "2026-03-08T05:00"),
        ("America/Havana", "2026-11-01T12:00", "2026-11-01T04:00"),
    ],
)
def test_the_day_of_a_loss_begins_at_midnight_there(timezone: str, now: str, began: str) -> None:
    assert day_start(hours(timezone=timezone), utc(now)) == utc(began)
