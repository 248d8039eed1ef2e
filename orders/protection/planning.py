"""What is to be done for a position's attached exits: decided from what is known, and pure.

The rule: of each kind (profit, stop) no more is ever placed than the entry's share of the position
lacks; what is being cancelled or is not known still counts. So nothing has to be remembered but
what the ledger holds, and doing a plan twice does it once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.precision import round_down
from exchanges.vocabulary import OWNED
from orders.protection import reasons
from orders.protection.arming import Arming
from orders.protection.retrying import Retrying
from orders.protection.shapes import (
    ZERO,
    Entry,
    Group,
    Keeping,
    Kept,
    NewExit,
    Plan,
    Terms,
)
from orders.protection.standing import Kind, Standing, is_refused, kind_of
from orders.vocabulary import ProtectionStatus

_Status = ProtectionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What all entries of a position have in common."""

    group: Group
    terms: Terms | None
    now: datetime
    is_switched_off: bool

    @property
    def is_capped(self) -> bool:
        """The venue lets no two exits close more than there is of this position: it would not
        where one that rests holds what it sells, or where others' part counts as well.
        """
        is_owned = self.group.key.market_type in OWNED
        caps = self.terms is not None and self.terms.caps_exits
        return caps and not is_owned and not self.group.is_shared


def plan(
    group: Group, terms: Terms | None, now: datetime, *, is_switched_off: bool = False
) -> Plan:
    """Without `terms`, which the venue may not tell just now, nothing is placed, and cancelled is
    only what has no position left. What is switched off is not placed either, and waits.
    """
    look = _Look(group=group, terms=terms, now=now, is_switched_off=is_switched_off)
    places: list[NewExit] = []
    cancels: list[int] = []
    keeps: list[Keeping] = []
    is_waiting = False
    at_rest = ZERO if look.is_capped else group.leaving_at_rest
    leaving = group.leaving + at_rest
    for before, entry in zip(group.entries, released(group), strict=True):
        held_back = min(leaving, entry.left)
        leaving -= held_back
        resting = min(at_rest, entry.left)
        at_rest -= resting
        each = _EntryPlan(entry, look, held_back, resting)
        each.make()
        places += each.places
        cancels += dict.fromkeys(each.cancels)
        keeping = each.keeping()
        if keeping.kept != before.kept:
            keeps.append(keeping)
        is_waiting = is_waiting or each.is_waiting
    return Plan(
        places=tuple(places), cancels=tuple(cancels), keeps=tuple(keeps), is_waiting=is_waiting
    )


def released(group: Group) -> Iterator[Entry]:
    """The entries with what others have closed of their shares: the oldest gives first."""
    excess = sum((entry.left for entry in group.entries), ZERO) - group.held
    for entry in group.entries:
        part = max(min(entry.left, excess), ZERO)
        excess -= part
        kept = entry.kept or Kept()
        yield replace(entry, kept=replace(kept, released=kept.released + part))


@dataclass(frozen=True, slots=True)
class _Off:
    """Why a kind of exit is not placed any more. Without a reason its owner wants it so."""

    reason: Reason | None
    is_broken: bool = False


class _EntryPlan:
    """One entry's part. `entry.kept` says what is released of it; `held_back` is what orders of
    alerts will close of it, `resting` what of that rests and must not be closed twice.
    """

    def __init__(self, entry: Entry, look: _Look, held_back: Decimal, resting: Decimal) -> None:
        self._entry = entry
        self._look = look
        self._terms = look.terms
        self._held_back = held_back
        self._resting = resting
        self._left = entry.left
        links = look.terms is not None and look.terms.links_exits
        self._standing = Standing(entry, links=links)
        self._retrying = Retrying(entry.exits, look.now)
        self._kinds = [kind_of(role) for role in entry.roles]
        self._off = {kind: off for kind in self._kinds if (off := self._why_off(kind))}
        self._trouble: Reason | None = None
        self.places: list[NewExit] = []
        self.cancels: list[int] = []
        self.is_waiting = False

    def make(self) -> None:
        if self._left == 0:
            self.cancels = [i for bundle in self._standing.bundles for i in bundle.cancellable]
        elif self._terms is not None:
            self._shrink()
            self._arm(self._terms)

    def keeping(self) -> Keeping:
        old = self._entry.kept or Kept()
        if self._left and self._terms is None:  # whether a pair is linked is not known either
            kept = replace(old, seen=self._entry.filled, guarded=self._left)
            return Keeping(entry_id=self._entry.order_id, kept=kept)
        waited = old.error == reasons.SWITCHED_OFF
        error = self._trouble or self._reason_off() or (None if waited else old.error)
        status = self._status(was_broken=old.status is _Status.BROKEN and not waited)
        kept = Kept(
            status=status,
            seen=self._entry.filled,
            guarded=ZERO if status is _Status.ENDED else self._left,
            released=old.released,
            legs=len(self._entry.exits),
            error=error,
        )
        told = error if error != old.error else None
        return Keeping(entry_id=self._entry.order_id, kept=kept, told=told)

    def _shrink(self) -> None:
        """Kinds that are not placed any more would not come back, so they stay until the end; and
        what is switched off does not come back for now.
        """
        self.cancels += self._standing.useless()
        if self._look.is_switched_off and self._look.is_capped:
            return
        for kind in self._kinds:
            if kind not in self._off:
                self.cancels += self._standing.beyond(kind, self._left - self._resting)

    def _arm(self, terms: Terms) -> None:
        kinds = [kind for kind in self._kinds if kind not in self._off]
        target = round_down(self._left - self._held_back, terms.instrument.lot)
        missing = {kind: target - self._standing.covered(kind) for kind in kinds}
        lacking = {kind: missing[kind] for kind in kinds if self._lacks(kind, missing[kind])}
        if not lacking:
            return
        if self._look.is_switched_off:
            self._trouble = reasons.SWITCHED_OFF
            self.is_waiting = True
            return
        if not self._retrying.is_due:
            self.is_waiting = True
            return
        arming = Arming(self._entry, self._look.group.key.side.opposite, terms)
        self.places = arming.exits(lacking, in_pairs_only=terms.links_exits and len(kinds) > 1)
        self._trouble = arming.refusal
        if arming.too_small:
            self._gather(terms, target, arming.too_small)

    def _lacks(self, kind: Kind, missing: Decimal) -> bool:
        """A share smaller than the venue's step lacks its protection too."""
        return missing > 0 or (missing == 0 and self._standing.covered(kind) == 0)

    def _gather(self, terms: Terms, target: Decimal, kinds: list[Kind]) -> None:
        """A rest that is too small by itself joins what stands, when nothing more will come."""
        if not self._entry.is_finished or self._held_back:
            return
        for kind in kinds:
            standing = [bundle for bundle in self._standing.of(kind) if bundle.open]
            if not standing:
                self._trouble = reasons.too_small(terms.instrument)
            elif all(bundle.is_resting for bundle in standing) and target > 0:
                self.cancels += self._standing.all_of(kind)

    def _why_off(self, kind: Kind) -> _Off | None:
        if self._left == 0:
            return None
        bundles = self._standing.of(kind)
        exits = [e for bundle in bundles for e in bundle.exits if kind_of(e.role) is kind]
        refused = next(filter(is_refused, exits), None)
        if refused is not None:
            return _Off(refused.error or reasons.NOT_PLACED, is_broken=True)
        if any(bundle.is_cancelled_by_its_owner for bundle in bundles):
            return _Off(None)
        if any(bundle.is_cancelled_unasked for bundle in bundles):
            return _Off(reasons.CANCELLED_AT_VENUE)
        if self._retrying.is_hopeless:
            return _Off(self._retrying.last_error or reasons.NOT_PLACED, is_broken=True)
        return None

    def _reason_off(self) -> Reason | None:
        found = sorted(self._off.values(), key=lambda off: not off.is_broken)
        return next((off.reason for off in found if off.reason), None)

    def _status(self, *, was_broken: bool) -> ProtectionStatus:
        is_broken = any(off.is_broken for off in self._off.values()) or self._trouble is not None
        if is_broken or was_broken:
            return _Status.BROKEN
        if self.places or any(bundle.open for bundle in self._standing.bundles):
            return _Status.ACTIVE
        is_over = self._left == 0 and self._entry.is_finished
        is_off = bool(self._off) and len(self._off) == len(self._kinds)
        return _Status.ENDED if is_over or is_off else _Status.ACTIVE
