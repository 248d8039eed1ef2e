"""Logging: structlog for our own lines, and the standard library's through the same renderer."""

import logging
import sys
from typing import Any

import structlog

from webhooks.own_tokens import mask_tokens

_SECRET_WORDS = ("token", "password", "secret", "credential", "authorization", "api_key", "app_key")


def _mask_secrets(_logger: Any, _name: str, event: structlog.typing.EventDict) -> Any:
    """The last line of defence: a field whose name says secret never shows its value."""
    for key in event:
        if any(word in key.lower() for word in _SECRET_WORDS):
            event[key] = "***"
    return event


class _WithoutTokens(logging.Filter):
    """The framework writes the address of every refused request, where a token may stand."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                mask_tokens(arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True


def configure(*, level: str, as_json: str) -> None:
    """`as_json` is `json` for machines; anything else is for people."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask_secrets,
    ]
    # Neither prints local variables in a traceback: an adapter's hold credentials.
    renderers: list[Any] = (
        [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("django.request").filters[:] = [_WithoutTokens()]
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("axes").setLevel(logging.WARNING)
    logging.getLogger("django_eventstream").setLevel(logging.WARNING)
