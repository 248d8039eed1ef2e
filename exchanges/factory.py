"""From an account to its adapter: by family, then by name, and always an Exchange."""

from exchanges import registry
from exchanges.base import Exchange, Resources
from exchanges.crypto import CryptoExchangeFactory
from exchanges.listing import FamilyFactory
from exchanges.messages import ExchangeAccount
from exchanges.securities import SecuritiesExchangeFactory
from exchanges.vocabulary import AccountType

__all__ = ["CryptoExchangeFactory", "SecuritiesExchangeFactory", "UnifiedExchangeFactory"]

FACTORIES: dict[AccountType, type[FamilyFactory]] = {
    factory.listing.family: factory
    for factory in (CryptoExchangeFactory, SecuritiesExchangeFactory)
}


class UnifiedExchangeFactory:
    """The one door: the account's type picks the factory, and no caller has to."""

    def __init__(self, resources: Resources) -> None:
        registry.load_plugins()
        self._factories = {family: factory(resources) for family, factory in FACTORIES.items()}

    def create(self, account: ExchangeAccount) -> Exchange:
        """An adapter that is not open yet; raises NotOffered for an exchange nobody lists."""
        return self._factories[account.account_type].create(account)
