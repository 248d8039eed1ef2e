"""Errors that say what is known of the venue's book, so that nobody has to parse a message."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["ko", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A stable machine code and its text in both languages."""

    code: str
    ko: str
    en: str

    def text(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en


class ExchangeError(Exception):
    """Base of all errors an adapter raises. Its text never holds a credential."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.code}: {reason.en}")
        self.reason = reason


class NotPlaced(ExchangeError):
    """Proved: the venue holds no such order. A new attempt is safe."""


class NotOffered(NotPlaced):
    """The venue has no such order type, market or option; nothing was sent."""


class CredentialsRejected(NotPlaced):
    """The venue refused the key, so it looked at nothing else."""


class RateLimited(NotPlaced):
    """Proved not placed, by load. May be tried again after `retry_after` seconds."""

    def __init__(self, reason: Reason, *, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class OutcomeUnknown(ExchangeError):
    """The request may have arrived. Never send it again: reconcile."""


class ReadFailed(ExchangeError):
    """A read gave no answer. Nothing changed, nothing is known; it may be repeated."""
