"""A bridge as its users meet it: a process, its address, and what `demo.json` says."""

import itertools
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from websockets.sync.client import ClientConnection, connect

from exchanges.paper.fixed_prices import set_price
from exchanges.vocabulary import MarketType
from tests.orders.stream.clients import EventReader, Heard
from tests.scenario.scenes import Scene
from tests.tradingbridge.house.launched import Launched
from tradingbridge.embedded import database_url
from tradingbridge.postmaster import wait_for

PATIENCE = 20.0
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_alert_ids = itertools.count(1)

Json = dict[str, Any]


@dataclass(kw_only=True)
class Bridge:
    """`secrets` is everything that its output must not show."""

    launched: Launched
    secrets: set[str] = field(default_factory=set, repr=False)
    _readers: list[EventReader] = field(default_factory=list)

    @property
    def var_dir(self) -> Path:
        return self.launched.var_dir

    @property
    def url(self) -> str:
        return self.launched.url

    @property
    def demo(self) -> Json:
        written: Json = json.loads((self.var_dir / "demo.json").read_text(encoding="utf-8"))
        return written

    @property
    def api_token(self) -> str:
        token: str = self.demo["api_token"]
        return token

    def until_ready(self) -> "Bridge":
        """Ready to trade, and done with greeting: what it prints later was not meant to be read."""
        assert wait_for(lambda: self._is_ready() or self._has_ended(), limit=60), self.said
        assert self._is_ready(), self.said
        assert wait_for(lambda: "Ctrl-C" in self.said, limit=PATIENCE), self.said
        demo = self.demo
        self.keep_secret(demo["admin"]["password"], demo["api_token"])
        self.keep_secret(*(strategy["token"] for strategy in demo["strategies"]))
        for name in ("secret_key", "credentials_key"):
            self.keep_secret((self.var_dir / name).read_text(encoding="utf-8").strip())
        return self

    @property
    def said(self) -> str:
        return self.launched.said

    def keep_secret(self, *texts: str) -> None:
        self.secrets |= set(texts)

    def token_of(self, group_name: str) -> str:
        tokens = {each["group_name"]: each["token"] for each in self.demo["strategies"]}
        return str(tokens[group_name])

    # What a sender does.

    def alert(self, group_name: str, **fields: Any) -> Json:
        """Each one has an id of its own; None leaves a field out."""
        named = {"group_name": group_name, "alert_id": f"{os.getpid()}-{next(_alert_ids)}"}
        if "token" not in fields:
            named["token"] = self.token_of(group_name)
        elif fields["token"]:
            self.keep_secret(fields["token"])
        return {key: value for key, value in (named | fields).items() if value is not None}

    def send(
        self, group_name: str, *, headers: dict[str, str] | None = None, **fields: Any
    ) -> requests.Response:
        alert = self.alert(group_name, **fields)
        return self.post_alert(json.dumps(alert).encode(), "application/json", headers)

    def post_alert(
        self, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> requests.Response:
        sent = {"Content-Type": content_type, **(headers or {})}
        return requests.post(f"{self.url}/api/webhook", data=body, headers=sent, timeout=PATIENCE)

    def accepted(self, group_name: str, **fields: Any) -> Json:
        """The answer to an alert that every account must take."""
        answer = self.send(group_name, **fields)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        assert told["success"] is True, told
        assert told["summary"]["failed"] == 0, told
        return told

    def buy(self, scene: Scene, **fields: Any) -> Json:
        """At the market, on all of the strategy's accounts."""
        return self.accepted(scene.group_name, **(scene.order | fields))

    def rest(self, scene: Scene, symbol: str) -> Json:
        """Limit orders too far from the market to trade."""
        told = self.buy(scene, symbol=symbol, order_type="LIMIT", price=scene.far)
        assert {result["status"] for result in told["results"]} == {"NEW"}, told
        return told

    # What an owner does.

    def call(
        self, method: str, path: str, *, token: str | None = "", **options: Any
    ) -> requests.Response:
        """With the demo's API token, with another one, or with None for nobody."""
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Token {token or self.api_token}"
        return requests.request(
            method, f"{self.url}{path}", headers=headers, timeout=PATIENCE, **options
        )

    def rows(self, path: str, *, token: str = "", **params: Any) -> list[Json]:
        """A list of REST, page after page."""
        found: list[Json] = []
        answer = self.call("GET", path, token=token, params={"page_size": 100, **params})
        while True:
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["results"]
            if page["next"] is None:
                return found
            answer = self.call("GET", page["next"].removeprefix(self.url), token=token)

    def rows_of(self, path: str) -> list[Json]:
        """A list of REST that comes whole."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        rows: list[Json] = answer.json()
        return rows

    def order(self, order_id: int) -> Json:
        answer = self.call("GET", f"/api/orders/{order_id}/")
        assert answer.status_code == 200, answer.text
        detail: Json = answer.json()
        return detail

    def post(self, path: str, body: Json | None = None) -> Json:
        answer = self.call("POST", path, json=body)
        assert answer.ok, answer.text
        told: Json = answer.json()
        return told

    def balances(self, account_id: int) -> Json:
        checked = self.post(f"/api/accounts/{account_id}/check/")["balances"]
        return {each["currency"]: (each["total"], each["free"]) for each in checked}

    def hold_price(self, market: MarketType, symbol: str, price: Decimal) -> None:
        """What `paper_price` does, without its start."""
        set_price(database_url(self.var_dir / "pgdata"), market, symbol, price)

    def log_in(self, username: str, password: str, *, to: str = "/") -> requests.Session:
        """Through the login page, as a browser does."""
        self.keep_secret(password)
        session = requests.Session()
        page = session.get(f"{self.url}{to}", timeout=PATIENCE)
        form = {"username": username, "password": password, "next": to}
        session.post(page.url, data={**form, **csrf(page)}, timeout=PATIENCE)
        return session

    def log_in_as_demo(self) -> requests.Session:
        admin = self.demo["admin"]
        return self.log_in(admin["username"], admin["password"])

    # Who listens.

    def events(self, query: str = "", *, last_event_id: str | None = None) -> EventReader:
        """Server-Sent Events, open and caught up."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id is not None else {}
        answer = self.call("GET", f"/api/events/{query}", headers=headers, stream=True)
        assert answer.status_code == 200, answer.text
        reader = EventReader(answer)
        self._readers.append(reader)
        return reader.opened()

    def socket(self, query: str = "", *, token: str | None = "") -> ClientConnection:
        login = {} if token is None else {"Authorization": f"Token {token or self.api_token}"}
        return connect(
            f"ws://{urlsplit(self.url).netloc}/ws/orders/{query}",
            additional_headers=login,
            open_timeout=PATIENCE,
            max_queue=None,  # a full queue would hide the answer to the closing handshake
            proxy=None,
        )

    def stop_listening(self) -> None:
        for reader in self._readers:
            reader.close()
        self._readers.clear()

    def spoken_secrets(self) -> list[str]:
        """Lines of its output with a secret in them, but for the greeting's two."""
        lines = [line for line in self.said.splitlines() if any(s in line for s in self.secrets)]
        return [line for line in lines if not _is_of_the_greeting(line, self.demo)]

    def _is_ready(self) -> bool:
        try:
            return self.launched.status("/api/health/ready/") == 200
        except (OSError, ValueError, KeyError):
            return False

    def _has_ended(self) -> bool:
        return self.launched.process.poll() is not None


def heard_until(
    take: Callable[[], Heard], is_last: Callable[[Heard], bool], *, at_most: int = 500
) -> list[Heard]:
    """Everything up to the event that is waited for, itself included."""
    heard = [take()]
    while not is_last(heard[-1]):
        assert len(heard) < at_most, heard
        heard.append(take())
    return heard


def once_filled(told: Json) -> Callable[[Heard], bool]:
    """True at the event that fills the last of the alert's orders."""
    missing = order_ids(told)

    def is_last(heard: Heard) -> bool:
        if heard.name == "order_filled":
            missing.discard(int(heard.payload["order_id"]))
        return not missing

    return is_last


def from_stream(reader: EventReader) -> Callable[[], Heard]:
    return lambda: reader.take(1)[0]


def from_socket(socket: ClientConnection) -> Callable[[], Heard]:
    def take() -> Heard:
        told = json.loads(socket.recv(timeout=PATIENCE))
        return Heard(name=told["event"], place=str(told["id"]), payload=told["payload"])

    return take


def csrf(page: requests.Response) -> dict[str, str]:
    found = _CSRF.search(page.text)
    assert found, page.text[:2000]
    return {"csrfmiddlewaretoken": found[1]}


def order_ids(told: Json) -> set[int]:
    """The bridge's own ids of an answer's orders."""
    return {int(result["order_id"]) for result in told["results"]}


def _is_of_the_greeting(line: str, demo: Json) -> bool:
    """The login and the first alert to try are for the newcomer's eyes."""
    admin, first = demo["admin"], demo["strategies"][0]
    is_login = line.endswith(f" {admin['username']} / {admin['password']}")
    return is_login or (line.startswith("  curl ") and first["token"] in line)
