"""Every adapter there is, by family and name. A plug-in joins by an entry point or one call."""

import logging
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from exchanges import crypto, securities
from exchanges.base import Capabilities, Exchange
from exchanges.listing import InvalidAdapter, Listing
from exchanges.vocabulary import AccountType

ENTRY_POINTS = "tradingbridge.exchanges"

LISTINGS: dict[AccountType, Listing] = {
    listing.family: listing for listing in (crypto.LISTING, securities.LISTING)
}

log = logging.getLogger(__name__)


def register(adapter: type[Exchange]) -> type[Exchange]:
    """Check and list an adapter in its own family; usable as a decorator."""
    family = getattr(adapter, "family", None)
    if family not in LISTINGS:
        raise InvalidAdapter(f"{adapter!r} does not say its family")
    return LISTINGS[family].register(adapter)


def withdraw(account_type: AccountType, name: str) -> None:
    LISTINGS[account_type].withdraw(name)


def adapter(account_type: AccountType, name: str) -> type[Exchange]:
    """Raises NotOffered with the names that there are."""
    return _listing(account_type).adapter(name)


def names(account_type: AccountType) -> tuple[str, ...]:
    return _listing(account_type).names()


def capabilities(account_type: AccountType, name: str) -> Capabilities:
    return adapter(account_type, name).capabilities


def _listing(account_type: AccountType) -> Listing:
    load_plugins()
    return LISTINGS[account_type]


@cache
def load_plugins() -> None:
    for point in entry_points(group=ENTRY_POINTS):
        load_plugin(point)


def load_plugin(point: EntryPoint) -> None:
    """A plug-in that cannot be loaded is said so and left out; it stops nobody else's orders."""
    try:
        register(point.load())
    except Exception:
        log.exception("exchange plug-in %s could not be loaded", point.value)
