"""What each account is to do: sizes, targets, flips and exits, from what the survey found. Nothing
is awaited here, so that instructions of one alert see what those before them will do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from exchanges.errors import Reason
from exchanges.precision import EXACT, round_down
from exchanges.vocabulary import AccountType, Side
from orders.drafts import OrderDraft
from orders.positions import total
from strategies.routes import LinkRoute, RiskLimits
from strategies.sizing import closing_side, exit_quantity, quantity_from_percent
from webhooks import denials, targets
from webhooks.drafting import MayOpen, Shape, drafted, shaped
from webhooks.instructions import OrderInstruction
from webhooks.plans import AccountPlan, Routed, Working
from webhooks.surveys import Ground, Survey, Terms, Traded
from webhooks.targets import OWNED, InTheWay, Leg
from webhooks.tasks import Task

_ZERO = Decimal(0)
_UNEXPLAINED = Working()
_NO_LIMIT = frozenset({"timezone"})


class _NoOrder(Exception):
    """Why there is nothing to keep a row of; no reason where nothing is to be done."""

    def __init__(self, reason: Reason | None) -> None:
        super().__init__()
        self.reason = reason


@dataclass(slots=True)
class _Held:
    """Where an account stands in one symbol, moved on by each order that is planned."""

    closable: Decimal = _ZERO
    resting: Decimal = _ZERO
    selling: Decimal = _ZERO
    protective: tuple[int, ...] = ()

    @property
    def sellable(self) -> Decimal:
        return max(self.closable - self.selling, _ZERO)

    def move(self, draft: OrderDraft) -> None:
        signed = draft.quantity * draft.side.sign
        if draft.is_exit:
            self.closable += signed
        elif draft.reduce_only:
            if self.closable * signed < 0:
                closed = min(draft.quantity, abs(self.closable))
                self.closable += closed * draft.side.sign
        else:
            self.resting += signed
            self.selling += draft.quantity if draft.side is Side.SELL else _ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One instruction for one account, and where that stands."""

    wanted: OrderInstruction
    link: LinkRoute
    held: _Held
    working: Working

    def planned(self, **found: Any) -> AccountPlan:
        working = found.pop("working", self.working)
        return AccountPlan(instruction=self.wanted, link=self.link, working=working, **found)


@dataclass(slots=True, kw_only=True)
class Planner:
    """`may_open` is asked once for each order that opens, in the order in which they will go.

    Only with `explains` do the plans say how they came about: nobody reads it of an alert that is
    carried out.
    """

    task: Task
    survey: Survey
    may_open: MayOpen
    explains: bool
    restless: set[str] = field(default_factory=set)
    """Symbols with a target from which unfinished orders may still lead away."""

    _held: dict[tuple[int, Traded], _Held] = field(default_factory=dict)

    def plan(self, routed: Sequence[Routed]) -> Iterator[AccountPlan]:
        for each in routed:
            for link in each.links:
                yield self._account(each.instruction, link)

    def _account(self, wanted: OrderInstruction, link: LinkRoute) -> AccountPlan:
        terms = self.survey.terms[wanted.index, link.account.id]
        held = self._held_by(wanted, link)
        working = _working(wanted, terms, held) if self.explains else _UNEXPLAINED
        case = _Case(wanted=wanted, link=link, held=held, working=working)
        if wanted.target_position is not None and held.resting != 0:
            self.restless.add(wanted.symbol)
        try:
            legs = _legs(case, terms)
        except _NoOrder as stop:
            return case.planned(reason=stop.reason, is_unchanged=stop.reason is None)
        why = terms if isinstance(terms, Reason) else None
        if why is None and _is_share_of_capital(wanted) and link.capital == 0:
            why = denials.no_capital()
        if why is not None or isinstance(terms, Reason):
            draft = drafted(self.task, link, wanted, legs[0], Shape(failure=why))
            return case.planned(drafts=(draft,))
        return self._with_terms(case, legs, terms)

    def _with_terms(self, case: _Case, legs: Sequence[Leg], terms: Terms) -> AccountPlan:
        wanted, link, held = case.wanted, case.link, case.held
        pairs = self._shapes(case, legs, terms)
        working = case.working
        if self.explains:
            working = _worked(working, legs, pairs, self._limits_of(link))
        if len(pairs) > 1 and _is_too_small(pairs[0][1]):
            pairs = pairs[1:]  # what is left there is less than the venue trades
        is_there = held.closable != 0 or held.resting != 0
        if wanted.target_position is not None and is_there and _is_too_small(pairs[0][1]):
            return case.planned(is_unchanged=True, working=working)
        before = _in_the_way(wanted, pairs[0][0], held)
        drafts = tuple(self._drafts(case, pairs))
        return case.planned(drafts=drafts, before=before, working=working)

    def _shapes(self, case: _Case, legs: Sequence[Leg], terms: Terms) -> list[tuple[Leg, Shape]]:
        """Behind a leg that cannot go nothing is asked for: it would count as opened."""
        pairs: list[tuple[Leg, Shape]] = []
        for leg in legs:
            shape = shaped(
                case.link,
                case.wanted,
                leg,
                terms,
                may_open=self.may_open,
                sellable=case.held.sellable,
            )
            pairs.append((leg, shape))
            if shape.failure is not None and not _is_too_small(shape):
                break
        return pairs

    def _drafts(self, case: _Case, pairs: Sequence[tuple[Leg, Shape]]) -> Iterator[OrderDraft]:
        """A leg whose first leg cannot go is not even kept."""
        behind = ""
        for number, (leg, shape) in enumerate(pairs):
            draft = drafted(
                self.task, case.link, case.wanted, leg, shape, number=number, behind=behind
            )
            yield draft
            if draft.failure is not None:
                return
            case.held.move(draft)
            behind = draft.client_order_id

    def _limits_of(self, link: LinkRoute) -> tuple[str, ...]:
        """The names of the limits that are set for this account's orders."""
        both = (self.task.strategy.risk, link.risk)
        return tuple(dict.fromkeys(name for limits in both for name in _set_in(limits)))

    def _held_by(self, wanted: OrderInstruction, link: LinkRoute) -> _Held:
        key = (link.account.id, (wanted.market_type, wanted.symbol))
        held = self._held.get(key)
        if held is None:
            ground = self.survey.grounds.get(key, Ground())
            held = self._held[key] = _Held(
                closable=ground.standing.closable,
                resting=ground.standing.resting,
                selling=ground.standing.selling,
                protective=ground.protective,
            )
        return held


def _legs(case: _Case, terms: Terms | Reason) -> tuple[Leg, ...]:
    """Raises _NoOrder. Where the venue says nothing the sizes are not known, only the sides."""
    wanted, held = case.wanted, case.held
    if wanted.is_exit:
        return (_exit(wanted, held.closable),)
    if wanted.target_position is not None:
        return _to_target(wanted.target_position, wanted, terms, held)
    side = wanted.side or Side.BUY  # read with a side, or as an exit or a target
    if isinstance(terms, Reason):
        return (Leg(side, _ZERO),)
    return (Leg(side, _quantity(wanted, case.link, terms)),)


def _exit(wanted: OrderInstruction, closable: Decimal) -> Leg:
    """Its side is the position's; one that would add to it closes nothing."""
    if closable == 0 or wanted.side not in (None, closing_side(closable)):
        raise _NoOrder(denials.nothing_to_close())
    percent = abs(wanted.qty_per or _ZERO)
    return Leg(closing_side(closable), exit_quantity(closable, percent), is_exit=True)


def _to_target(
    target: Decimal, wanted: OrderInstruction, terms: Terms | Reason, held: _Held
) -> tuple[Leg, ...]:
    if not isinstance(terms, Reason):
        if wanted.market_type.family is AccountType.CRYPTO:
            target = EXACT.divide(target, terms.instrument.contract_size)
        target = round_down(target, terms.instrument.lot)
    try:
        legs = targets.legs(target, held.closable, held.resting)
    except InTheWay:
        raise _NoOrder(denials.orders_in_the_way()) from None
    if not legs:
        raise _NoOrder(None)
    return legs


def _quantity(wanted: OrderInstruction, link: LinkRoute, terms: Terms) -> Decimal:
    """Crypto's `qty_per` is a percent of the link's capital and its `qty` in base units; a
    broker's both count shares or contracts. Zero where the link has no capital.
    """
    contract_size = terms.instrument.contract_size
    is_crypto = wanted.market_type.family is AccountType.CRYPTO
    if wanted.qty is not None:
        return EXACT.divide(wanted.qty, contract_size) if is_crypto else wanted.qty
    percent = wanted.qty_per or _ZERO
    if not is_crypto:
        return percent
    price = wanted.known_price or terms.price
    if link.capital == 0 or price is None:
        return _ZERO
    return quantity_from_percent(link.capital, percent, price, contract_size)


def _is_share_of_capital(wanted: OrderInstruction) -> bool:
    is_crypto = wanted.market_type.family is AccountType.CRYPTO
    return is_crypto and wanted.qty_per is not None and wanted.qty_per > 0


def _is_too_small(shape: Shape) -> bool:
    code = shape.failure.code if shape.failure is not None else ""
    return code in ("zero_quantity", "below_minimum")


def _in_the_way(wanted: OrderInstruction, first: Leg, held: _Held) -> tuple[int, ...]:
    """Exits that protect what is closed altogether here; where coins or shares are held for them,
    whatever is sold needs them gone. What is still to be protected is put back by the guard.
    """
    is_owned = wanted.market_type in OWNED
    if is_owned and first.side is Side.SELL:
        return held.protective
    closes_all = first.is_exit and first.quantity >= abs(held.closable)
    return held.protective if closes_all else ()


def _working(wanted: OrderInstruction, terms: Terms | Reason, held: _Held) -> Working:
    goes_by_it = wanted.is_exit or wanted.target_position is not None
    known = None if isinstance(terms, Reason) else terms
    priced_at = wanted.known_price or (known.price if known else None)
    return Working(
        instrument=known.instrument if known else None,
        priced_at=priced_at,
        is_venue_price=priced_at is not None and wanted.known_price is None,
        asked_price=wanted.limit_price,
        asked_stop_price=wanted.stop_price,
        position=held.closable if goes_by_it else None,
        resting=held.resting if goes_by_it else None,
    )


def _worked(
    working: Working,
    legs: Sequence[Leg],
    pairs: Sequence[tuple[Leg, Shape]],
    limits: tuple[str, ...],
) -> Working:
    worth = [shape.notional for _, shape in pairs if shape.notional is not None]
    return replace(
        working,
        wanted=total(leg.quantity for leg in legs),
        notional=total(worth) if worth else None,
        limits=limits,
    )


def _set_in(limits: RiskLimits | None) -> list[str]:
    if limits is None:
        return []
    names = (each.name for each in fields(limits) if each.name not in _NO_LIMIT)
    return [name for name in names if getattr(limits, name) not in (None, frozenset())]
