"""One family's adapters by name: dotted paths for those that come along, classes for the rest."""

import inspect
import re
from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

from exchanges.base import Capabilities, Exchange, Resources
from exchanges.errors import NotOffered, Reason
from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType

NAME = re.compile(r"[A-Z][A-Z0-9_]{1,31}")


class InvalidAdapter(TypeError):
    """A class that cannot stand in as an exchange; the text says why."""


class Listing:
    """Adapters are imported when they are first asked for: some weigh 100 MB."""

    def __init__(self, family: AccountType, paths: Mapping[str, str]) -> None:
        self.family = family
        self._paths = dict(paths)
        self._adapters: dict[str, type[Exchange]] = {}

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._paths.keys() | self._adapters.keys()))

    def adapter(self, name: str) -> type[Exchange]:
        """Raises NotOffered with the names that there are."""
        found = self._adapters.get(name)
        if found is not None:
            return found
        path = self._paths.get(name)
        if path is None:
            raise NotOffered(self._unknown(name))
        module, _, attribute = path.partition(":")
        return self.register(getattr(import_module(module), attribute))

    def register(self, adapter: type[Exchange]) -> type[Exchange]:
        """Check an adapter and list it; a name belongs to the first class that took it."""
        check_adapter(adapter)
        if adapter.family is not self.family:
            raise InvalidAdapter(f"{adapter.name} is of {adapter.family}, not {self.family}")
        other = self._adapters.get(adapter.name)
        path = f"{adapter.__module__}:{adapter.__qualname__}"
        if other not in (None, adapter) or self._paths.get(adapter.name, path) != path:
            raise InvalidAdapter(f"the name {adapter.name} is taken in {self.family}")
        self._adapters[adapter.name] = adapter
        return adapter

    def withdraw(self, name: str) -> None:
        """Forget an adapter that was registered; those that come along are never forgotten."""
        self._adapters.pop(name, None)

    def _unknown(self, name: str) -> Reason:
        known = ", ".join(self.names())
        return Reason(
            code="exchange_not_offered",
            ko=f"지원하지 않는 거래소입니다: {name} ({self.family}). 사용 가능: {known}",
            en=f"Unknown exchange {name} for {self.family}. There are: {known}",
        )


def check_adapter(adapter: object) -> None:
    """Raises InvalidAdapter unless the class could be opened and asked what it offers."""
    if not (inspect.isclass(adapter) and issubclass(adapter, Exchange)):
        raise InvalidAdapter(f"{adapter!r} is not an Exchange")
    if inspect.isabstract(adapter):
        missing = ", ".join(sorted(getattr(adapter, "__abstractmethods__", ())))
        raise InvalidAdapter(f"{adapter.__qualname__} lacks {missing}")
    name = getattr(adapter, "name", None)
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise InvalidAdapter(f"{adapter.__qualname__}.name must be capitals and digits: {name!r}")
    if not isinstance(getattr(adapter, "family", None), AccountType):
        raise InvalidAdapter(f"{name} does not say its family")
    _check_capabilities(adapter)


def _check_capabilities(adapter: type[Exchange]) -> None:
    offered = getattr(adapter, "capabilities", None)
    if not isinstance(offered, Capabilities):
        raise InvalidAdapter(f"{adapter.name} does not say its capabilities")
    if not offered.market_types or not offered.order_types:
        raise InvalidAdapter(f"{adapter.name} offers no market or no order type")
    strangers = sorted(each for each in offered.market_types if each.family is not adapter.family)
    if strangers:
        raise InvalidAdapter(f"{adapter.name} is of {adapter.family}: no {', '.join(strangers)}")


class FamilyFactory:
    """Makes the adapters of one family. Its listing is the whole difference between families."""

    listing: ClassVar[Listing]

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    def create(self, account: ExchangeAccount) -> Exchange:
        """An adapter that is not open yet; raises NotOffered for an exchange nobody lists."""
        if account.account_type is not self.listing.family:
            raise ValueError(f"{account.account_type} is not {self.listing.family}")
        return self.listing.adapter(account.exchange)(account, self.resources)
