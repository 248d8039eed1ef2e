"""Log lines for machines."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tradingbridge import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process writes that was started with LOG_FORMAT=json."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.configure(level="INFO", as_json="json")
    structlog.configure(cache_logger_on_first_use=False)
    yield written
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


def fail() -> None:
    password = "hunter2"
    raise RuntimeError(f"broken by {len(password)}")


def failed(lines: io.StringIO) -> Any:
    [line] = lines.getvalue().splitlines()
    return json.loads(line)


@pytest.mark.parametrize("logger", [structlog.get_logger("own"), logging.getLogger("foreign")])
def test_a_traceback_is_in_the_line_without_local_variables(
    lines: io.StringIO, logger: Any
) -> None:
    try:
        fail()
    except RuntimeError:
        logger.exception("it_failed")
    line = failed(lines)
    assert line["event"] == "it_failed"
    assert "RuntimeError: broken by 7" in line["exception"]
    assert "in fail" in line["exception"]
    assert "hunter2" not in line["exception"]
    assert "exc_info" not in line
