"""What the environment asks of the launcher. The README has the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tradingbridge.launch.texts import CannotStart, Text

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared only
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`trusted_proxies` may say who the sender is (X-Forwarded-For); empty trusts nobody."""

    host: str
    port: int
    workers: int
    var_dir: Path
    trusted_proxies: str
    language: str

    @classmethod
    def read(cls, environ: Mapping[str, str], *, home: Path) -> Self:
        return cls(
            host=environ.get("HOST", "127.0.0.1"),
            port=_number(environ, "PORT", default=8000, least=0, most=_HIGHEST_PORT),
            workers=_number(environ, "WORKERS", default=1, least=1, most=64),
            var_dir=Path(environ.get("VAR_DIR") or home / "var").resolve(),
            trusted_proxies=_trusted_proxies(environ),
            language=language(environ),
        )

    def url(self, port: int) -> str:
        """Where this machine reaches the bridge."""
        host = _EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def language(environ: Mapping[str, str]) -> str:
    return "en" if environ.get("LANGUAGE_CODE", "ko").lower().startswith("en") else "ko"


def _trusted_proxies(environ: Mapping[str, str]) -> str:
    """Behind a proxy and nothing said: the one on this machine."""
    behind = environ.get("BEHIND_PROXY", "").lower() in {"1", "true", "yes", "on", "y", "ok"}
    return environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1" if behind else "")


def _number(environ: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    written = environ.get(name) or str(default)
    if not written.isdecimal() or not least <= int(written) <= most:
        raise CannotStart(Text.BAD_NUMBER, name=name, value=written, least=least, most=most)
    return int(written)
