"""When an alert fired, as senders write it."""

from tests.webhooks.messages.telling import Case, order, read, refused


def _body(written: str) -> str:
    return '{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":1,"time":' + written + "}"


def _is(title: str, written: str, told: str) -> Case:
    return read(
        title,
        _body(written),
        order("SPOT", "BTC/USDT", "MARKET", "BUY", qty="1"),
        alert={"time": told},
    )


def _bad(title: str, written: str, beyond: str = "") -> Case:
    return refused(title, _body(written), "422 bad_time time", hint="ISO 8601", beyond=beyond)


CASES = (
    _is("In UTC.", '"2026-11-22T10:00:00Z"', "2026-11-22T10:00:00+00:00"),
    _is("Without a zone it is UTC.", '"2026-11-22T10:00:00"', "2026-11-22T10:00:00+00:00"),
    _is("With a space for the T.", '"2026-11-22 10:00:00+00:00"', "2026-11-22T10:00:00+00:00"),
    _is("In New York.", '"2026-11-22T05:00:00-05:00"', "2026-11-22T10:00:00+00:00"),
    _is("In Unix seconds with a fraction.", '"1795341600.5"', "2026-11-22T10:00:00.500000+00:00"),
    _is("In Unix milliseconds.", "1795341600000", "2026-11-22T10:00:00+00:00"),
    _is("Between spaces.", '" 2026-11-22T10:00:00Z "', "2026-11-22T10:00:00+00:00"),
    _bad("In words.", '"an hour ago"'),
    _bad("In an American order.", '"11/22/2026 10:00"'),
    _bad("A day that does not exist.", '"2026-02-30T10:00:00Z"', beyond="which days there are"),
    _bad("Another century.", '"1970-01-01T00:00:00Z"', beyond="which years make sense"),
    _bad("A number that is no moment.", "12", beyond="which years make sense"),
    refused("A time that is an object.", _body('{"unix":1795341600}'), "400 wrong_type time"),
)
