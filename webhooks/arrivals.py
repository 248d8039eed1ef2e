"""One alert on its way in, and the row it leaves."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings

from exchanges.errors import Language
from orders.drafts import AlertDraft, AlertKeyDraft
from orders.receipts import new_receipt
from orders.vocabulary import AlertStatus
from strategies.routes import StrategyRoute
from webhooks import language
from webhooks.grammar import BODY_LIMIT
from webhooks.instructions import Reading
from webhooks.masking import mask
from webhooks.own_tokens import mask_tokens
from webhooks.refusals import Refusal

_KEPT_OF_A_STRANGER_S = 2 * 1024


@dataclass(slots=True, kw_only=True)
class Arrival:
    """What is learnt of the alert is filled in as it goes.

    `strategy` is set once the sender proved to have its token: a stranger is not even answered in
    the strategy's language, and writes nothing into its history or its owner's event stream.
    From `is_stored` on no answer may invite the sender to send again. `signed_until` is when the
    signature that proved it ends; None: a token did.
    """

    body: bytes = field(repr=False)
    content_type: str
    accept_language: str
    peer: str
    idempotency_key: str = field(default="", repr=False)
    receipt: str = field(default_factory=new_receipt)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)
    group_name: str = ""
    strategy: StrategyRoute | None = None
    signed_until: datetime | None = None
    reading: Reading | None = None
    is_stored: bool = False

    @property
    def language(self) -> Language:
        chosen = self.strategy.language if self.strategy is not None else None
        return language.choose(self.accept_language, chosen, settings.LANGUAGE_CODE)

    @property
    def fired_at(self) -> datetime:
        """The sender's own time where it says one: orders grow old from then on."""
        said = self.reading.time if self.reading is not None else None
        return said if said is not None and said < self.received_at else self.received_at

    @property
    def key(self) -> AlertKeyDraft | None:
        """By what a copy of this alert would be known: the sender's own id for ever, or the body
        for a while. None where the strategy asks for no such care, and until the alert is read.

        Whoever saw a signed alert can send it again while its signature is good, and so the body
        is held as long, whatever the strategy asks for.
        """
        strategy, reading = self.strategy, self.reading
        if strategy is None or reading is None:
            return None
        if reading.alert_id is not None:
            named = f"id:{reading.alert_id}".encode()
            return AlertKeyDraft(digest=hashlib.sha256(named).hexdigest(), expires_at=None)
        window = self.received_at + timedelta(seconds=strategy.dedupe_window)
        held_until = max(window, self.signed_until) if self.signed_until else window
        if held_until <= self.received_at:
            return None
        digest = hashlib.sha256(b"body:" + self.body).hexdigest()
        return AlertKeyDraft(digest=digest, expires_at=held_until)

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def draft(
        self,
        refusal: Refusal | None = None,
        *,
        warnings: Sequence[str] | None = None,
    ) -> AlertDraft:
        """The row of this alert; its secrets are masked here, before anything keeps them."""
        strategy, reading = self.strategy, self.reading
        return AlertDraft(
            receipt=self.receipt,
            strategy_id=strategy.id if strategy else None,
            owner_id=strategy.owner_id if strategy else None,
            group_name=mask_tokens(self.group_name)[:100],
            status=AlertStatus.ACCEPTED if refusal is None else AlertStatus.REJECTED,
            body=mask(self.body, BODY_LIMIT if strategy else _KEPT_OF_A_STRANGER_S),
            content_type=mask_tokens(self.content_type)[:100],
            peer=self.peer[:64],
            received_at=self.received_at,
            reading=reading.as_json() if reading else {},
            warnings=self._warnings(warnings),
            market_type=reading.market_type.value if reading else "",
            http_status=None if refusal is None else refusal.http_status,
            error_code="" if refusal is None else refusal.reason.code,
            error_message=""
            if refusal is None
            else mask_tokens(refusal.reason.text(self.language)),
            error_field="" if refusal is None else mask_tokens(refusal.field),
            key=self.key if refusal is None else None,
        )

    def _warnings(self, told: Sequence[str] | None) -> list[str]:
        if told is None:
            read = self.reading.warnings if self.reading is not None else ()
            told = [warning.text(self.language) for warning in read]
        return [mask_tokens(warning) for warning in told]
