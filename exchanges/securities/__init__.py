"""The securities family: its adapters, and the factory that makes them."""

from exchanges.listing import FamilyFactory, Listing
from exchanges.vocabulary import AccountType

LISTING = Listing(
    AccountType.STOCK,
    {
        "PAPER": "exchanges.paper.adapter:PaperSecurities",
    },
)


class SecuritiesExchangeFactory(FamilyFactory):
    listing = LISTING
