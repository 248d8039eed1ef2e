"""The crypto family: its adapters, and the factory that makes them."""

from exchanges.listing import FamilyFactory, Listing
from exchanges.vocabulary import AccountType

LISTING = Listing(
    AccountType.CRYPTO,
    {
        "PAPER": "exchanges.paper.adapter:PaperCrypto",
    },
)


class CryptoExchangeFactory(FamilyFactory):
    listing = LISTING
