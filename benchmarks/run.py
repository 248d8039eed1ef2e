"""The bridge beside its floor, in one run: `make bench`. Read the ratios, not the absolutes."""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import servers, world
from benchmarks.thin import Connection, connect

TOKEN = "benchmark-token"


@dataclass(frozen=True, kw_only=True)
class Subject:
    name: str
    application: str
    environment: Mapping[str, str]
    alert: Callable[[int], dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Milliseconds at the median (and 99th percentile for the first order), CPU ms an alert."""

    first: float
    first_p99: float
    last: float
    answer: float
    cpu: float
    rate: float


def _alert(group: str, token: str) -> dict[str, str]:
    return {
        "group_name": group,
        "token": token,
        "symbol": "BTC/USDT",
        "order_type": "MARKET",
        "side": "buy",
        "qty_per": "1",
        "price": "90000",
    }


async def _measure(subject: Subject, accounts: int, alerts: int, delay: float) -> Case:
    with servers.venue(delay) as venue_port:
        environment = {
            "VENUE_PORT": str(venue_port),
            "ACCOUNTS": str(accounts),
            "TOKEN": TOKEN,
            **subject.environment,
        }
        with servers.asgi(subject.application, environment) as (port, process):
            arrivals = await connect(venue_port)
            post = _poster(subject, accounts, await connect(port))
            await _one_by_one(post, arrivals, max(5, alerts // 10))
            before = servers.cpu_seconds(process)
            firsts, lasts, answers = await _one_by_one(post, arrivals, alerts)
            cpu = (servers.cpu_seconds(process) - before) / alerts
            rate = await _together(subject, accounts, port, alerts)
    return Case(
        first=statistics.median(firsts),
        first_p99=statistics.quantiles(firsts, n=100)[98],
        last=statistics.median(lasts),
        answer=statistics.median(answers),
        cpu=cpu * 1000,
        rate=rate,
    )


def _poster(
    subject: Subject, accounts: int, connection: Connection
) -> "Callable[[int], asyncio.Future[bytes]]":
    alert = subject.alert(accounts)

    def post(number: int) -> "asyncio.Future[bytes]":
        body = json.dumps(alert | {"alert_id": str(number)}).encode()
        return connection.post("/api/webhook", body)

    return post


async def _one_by_one(
    post: "Callable[[int], asyncio.Future[bytes]]", arrivals: Connection, alerts: int
) -> tuple[list[float], list[float], list[float]]:
    firsts, lasts, answers = [], [], []
    await arrivals.post("/arrivals", b"")
    for _ in range(alerts):
        started = time.monotonic()
        answer = json.loads(await post(time.monotonic_ns()))
        finished = time.monotonic()
        if not answer["success"]:
            raise RuntimeError(f"an alert failed: {answer}")
        seen = json.loads(await arrivals.post("/arrivals", b""))
        firsts.append((min(seen) - started) * 1000)
        lasts.append((max(seen) - started) * 1000)
        answers.append((finished - started) * 1000)
    return firsts, lasts, answers


async def _together(subject: Subject, accounts: int, port: int, alerts: int) -> float:
    """Alerts a second with 32 senders at once."""
    posts = [_poster(subject, accounts, await connect(port)) for _ in range(32)]
    each = max(1, alerts * 2 // len(posts))

    async def send(post: "Callable[[int], asyncio.Future[bytes]]") -> None:
        for _ in range(each):
            answer = json.loads(await post(time.monotonic_ns()))
            if not answer["success"]:
                raise RuntimeError(f"an alert failed: {answer}")

    started = time.monotonic()
    await asyncio.gather(*(send(post) for post in posts))
    return each * len(posts) / (time.monotonic() - started)


def _subjects(tokens: Mapping[int, str], database_url: str) -> list[Subject]:
    def floor_alert(_accounts: int) -> dict[str, str]:
        return _alert("floor", TOKEN)

    return [
        Subject(
            name="floor",
            application="benchmarks.floor:application",
            environment={},
            alert=floor_alert,
        ),
        Subject(
            name="floor, one durable commit",
            application="benchmarks.floor:application",
            environment={"COMMIT": "1", "DATABASE_URL": database_url},
            alert=floor_alert,
        ),
        Subject(
            name="bridge",
            application="benchmarks.bridge:application",
            environment={},
            alert=lambda accounts: _alert(f"bench-{accounts}", tokens[accounts]),
        ),
    ]


def _print(accounts: int, cases: Mapping[str, Case]) -> None:
    base = cases["floor, one durable commit"]
    print(f"\n{accounts} account{'s' if accounts > 1 else ''}")
    print(f"{'':28}{'first':>9}{'p99':>9}{'last':>9}{'answer':>9}{'CPU':>8}{'alerts/s':>10}")
    for name, case in cases.items():
        print(
            f"{name:28}{case.first:9.2f}{case.first_p99:9.2f}{case.last:9.2f}{case.answer:9.2f}"
            f"{case.cpu:8.2f}{case.rate:10.0f}"
        )
    bridge = cases["bridge"]
    print(
        f"{'bridge / floor with commit':28}{bridge.first / base.first:8.2f}×"
        f"{bridge.first_p99 / base.first_p99:8.2f}×{bridge.last / base.last:8.2f}×"
        f"{bridge.answer / base.answer:8.2f}×{bridge.cpu / base.cpu:7.2f}×"
        f"{bridge.rate / base.rate:9.2f}×"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=300, help="counted alerts a case")
    parser.add_argument("--delay", type=float, default=0.0, help="the venue's answer time, seconds")
    options = parser.parse_args()
    with world.database() as database_url:
        subjects = _subjects(world.build(), database_url)
        print("Milliseconds from the alert's first byte; CPU is the server's own, ms an alert.")
        for accounts in world.COUNTS:
            alerts = max(30, options.alerts // (1 + accounts // 20))
            cases = {
                subject.name: asyncio.run(_measure(subject, accounts, alerts, options.delay))
                for subject in subjects
            }
            _print(accounts, cases)


if __name__ == "__main__":
    main()
