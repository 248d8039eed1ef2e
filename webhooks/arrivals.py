"""One alert on its way in, and the row it leaves."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from exchanges.errors import Language
from orders.drafts import AlertDraft
from orders.receipts import new_receipt
from orders.vocabulary import AlertStatus
from strategies.routes import StrategyRoute
from webhooks import language
from webhooks.instructions import Reading
from webhooks.masking import mask
from webhooks.refusals import Refusal

_KEPT_OF_A_BODY = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Arrival:
    """What is learnt of the alert is filled in as it goes.

    `named` is the strategy that the sender names; `strategy` is set once the sender proved to
    have its token, so that a stranger's answer does not even have the strategy's language.
    From `is_stored` on no answer may invite the sender to send again.
    """

    body: bytes = field(repr=False)
    content_type: str
    accept_language: str
    peer: str
    receipt: str = field(default_factory=new_receipt)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)
    group_name: str = ""
    named: StrategyRoute | None = None
    strategy: StrategyRoute | None = None
    reading: Reading | None = None
    is_stored: bool = False

    @property
    def language(self) -> Language:
        chosen = self.strategy.language if self.strategy is not None else None
        return language.choose(self.accept_language, chosen, settings.LANGUAGE_CODE)

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def draft(self, refusal: Refusal | None = None) -> AlertDraft:
        """The row of this alert; its secrets are masked here, before anything keeps them."""
        named, reading = self.named, self.reading
        return AlertDraft(
            receipt=self.receipt,
            strategy_id=named.id if named else None,
            owner_id=named.owner_id if named else None,
            group_name=self.group_name[:100],
            status=AlertStatus.ACCEPTED if refusal is None else AlertStatus.REJECTED,
            body=mask(self.body, _KEPT_OF_A_BODY),
            content_type=self.content_type[:100],
            peer=self.peer[:64],
            received_at=self.received_at,
            reading=reading.as_json() if reading else {},
            warnings=[w.text(self.language) for w in reading.warnings] if reading else (),
            market_type=reading.market_type.value if reading else "",
            http_status=None if refusal is None else refusal.http_status,
            error_code="" if refusal is None else refusal.reason.code,
            error_message="" if refusal is None else refusal.reason.text(self.language),
            error_field="" if refusal is None else refusal.field,
        )
