"""Whether an order may still go out: its strategy, account and link are switched on right now."""

from collections.abc import Callable, Mapping

from exchanges.errors import Reason
from orders import reasons
from orders.drafts import OrderDraft
from strategies.routes import Routes, StrategyRoute


class Switches:
    """Asked right before each send, so it is one look-up; built again when the routes change."""

    def __init__(self, routes: Callable[[], Routes]) -> None:
        self._routes = routes
        self._built_from: Mapping[str, StrategyRoute] | None = None
        self._on: frozenset[tuple[int, int]] = frozenset()

    def may_send(self, draft: OrderDraft) -> Reason | None:
        strategies = self._routes().strategies
        if strategies is not self._built_from:
            self._on = _switched_on(strategies)
            self._built_from = strategies
        is_on = (draft.strategy_id, draft.account.id) in self._on
        return None if is_on else reasons.SWITCHED_OFF


def _switched_on(strategies: Mapping[str, StrategyRoute]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (strategy.id, link.account.id)
        for strategy in strategies.values()
        if strategy.is_active
        for link in strategy.links
        if link.is_active
    )
