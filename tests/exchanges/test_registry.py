from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from exchanges import registry
from exchanges.base import Exchange, Resources
from exchanges.crypto import LISTING
from exchanges.errors import NotOffered
from exchanges.factory import (
    CryptoExchangeFactory,
    SecuritiesExchangeFactory,
    UnifiedExchangeFactory,
)
from exchanges.listing import InvalidAdapter, Listing
from exchanges.messages import ExchangeAccount
from exchanges.paper.adapter import PaperCrypto, PaperSecurities
from exchanges.vocabulary import AccountType, MarketType

CRYPTO, STOCK = AccountType.CRYPTO, AccountType.STOCK


class Visitor(PaperCrypto):
    """An adapter that somebody else wrote."""

    name = "VISITOR"


def account(family: AccountType, exchange: str = "PAPER") -> ExchangeAccount:
    return ExchangeAccount(id=1, name="A1", account_type=family, exchange=exchange, is_demo=True)


def variant(**attributes: object) -> type[Exchange]:
    return type("Variant", (PaperCrypto,), {"name": "VARIANT", **attributes})


@pytest.fixture
def visitor() -> Iterator[type[Exchange]]:
    yield registry.register(Visitor)
    registry.withdraw(CRYPTO, "VISITOR")


@pytest.mark.parametrize(("family", "adapter"), [(CRYPTO, PaperCrypto), (STOCK, PaperSecurities)])
def test_an_account_gets_the_adapter_of_its_family(
    family: AccountType, adapter: type[Exchange]
) -> None:
    made = UnifiedExchangeFactory(Resources()).create(account(family))
    assert type(made) is adapter
    assert made.account == account(family)


@pytest.mark.parametrize("family", AccountType)
def test_an_unknown_exchange_is_not_offered_and_the_known_ones_are_named(
    family: AccountType,
) -> None:
    with pytest.raises(NotOffered) as refused:
        UnifiedExchangeFactory(Resources()).create(account(family, "NOWHERE"))
    assert refused.value.reason.code == "exchange_not_offered"
    assert "NOWHERE" in refused.value.reason.ko
    assert all(name in refused.value.reason.en for name in registry.names(family))


def test_a_familys_factory_refuses_an_account_of_the_other() -> None:
    with pytest.raises(ValueError, match="STOCK is not CRYPTO"):
        CryptoExchangeFactory(Resources()).create(account(STOCK))
    with pytest.raises(ValueError, match="CRYPTO is not STOCK"):
        SecuritiesExchangeFactory(Resources()).create(account(CRYPTO))


def test_a_registered_adapter_is_listed_and_made(visitor: type[Exchange]) -> None:
    assert "VISITOR" in registry.names(CRYPTO)
    assert "VISITOR" not in registry.names(STOCK)
    made = UnifiedExchangeFactory(Resources()).create(account(CRYPTO, "VISITOR"))
    assert type(made) is visitor


def test_registering_the_same_adapter_again_changes_nothing(visitor: type[Exchange]) -> None:
    assert registry.register(visitor) is visitor


def test_capabilities_can_be_asked_without_an_account() -> None:
    assert MarketType.FUTURES in registry.capabilities(CRYPTO, "PAPER").market_types


def test_a_name_belongs_to_the_adapter_that_took_it(visitor: type[Exchange]) -> None:
    with pytest.raises(InvalidAdapter, match="taken"):
        registry.register(variant(name="VISITOR"))
    with pytest.raises(InvalidAdapter, match="taken"):
        registry.register(variant(name="PAPER"))


def test_an_adapter_with_missing_methods_is_refused_by_name_of_what_lacks() -> None:
    class Half(Exchange):
        name = "HALF"
        family = CRYPTO
        capabilities = PaperCrypto.capabilities

    with pytest.raises(InvalidAdapter, match="lacks cancel_order, create_order"):
        registry.register(Half)  # type: ignore[type-abstract]


@pytest.mark.parametrize("name", ["", "paper", "TWO WORDS", "X" * 33, None])
def test_an_adapter_needs_a_name_in_capitals(name: object) -> None:
    with pytest.raises(InvalidAdapter, match="capitals"):
        registry.register(variant(name=name))


def test_an_adapter_needs_a_family() -> None:
    with pytest.raises(InvalidAdapter, match="family"):
        registry.register(variant(family="CRYPTO?"))


def test_an_adapter_needs_capabilities() -> None:
    with pytest.raises(InvalidAdapter, match="capabilities"):
        registry.register(variant(capabilities=None))


def test_an_adapter_that_offers_no_order_type_is_refused() -> None:
    nothing = replace(PaperCrypto.capabilities, order_types=frozenset())
    with pytest.raises(InvalidAdapter, match="no order type"):
        registry.register(variant(capabilities=nothing))


def test_an_adapter_cannot_offer_a_market_of_the_other_family() -> None:
    both = replace(PaperCrypto.capabilities, market_types=frozenset(MarketType))
    with pytest.raises(InvalidAdapter, match="DOMESTIC_STOCK"):
        registry.register(variant(capabilities=both))


def test_what_is_no_exchange_is_refused() -> None:
    with pytest.raises(InvalidAdapter):
        LISTING.register(int)  # type: ignore[arg-type]


def test_a_listing_refuses_an_adapter_of_the_other_family() -> None:
    with pytest.raises(InvalidAdapter, match="not STOCK"):
        Listing(STOCK, {}).register(Visitor)


def test_an_entry_point_joins_its_family() -> None:
    point = EntryPoint(name="visitor", value=f"{__name__}:Visitor", group=registry.ENTRY_POINTS)
    registry.load_plugin(point)
    assert registry.adapter(CRYPTO, "VISITOR") is Visitor
    registry.withdraw(CRYPTO, "VISITOR")


def test_a_broken_plug_in_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    before = registry.names(CRYPTO)
    point = EntryPoint(name="x", value="no.such.module:Thing", group=registry.ENTRY_POINTS)
    registry.load_plugin(point)
    assert registry.names(CRYPTO) == before
    assert "no.such.module:Thing" in caplog.text


def test_an_adapter_that_comes_along_is_imported_when_it_is_asked_for() -> None:
    listing = Listing(CRYPTO, {"PAPER": "exchanges.paper.adapter:PaperCrypto", "GONE": "no.such:X"})
    assert listing.names() == ("GONE", "PAPER")
    assert listing.adapter("PAPER") is PaperCrypto
