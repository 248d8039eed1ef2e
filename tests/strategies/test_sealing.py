import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from strategies.sealing import Unsealable, reseal, seal, unseal

CREDENTIALS = {"api_key": "the-key", "api_secret": "아주 비밀"}


def test_what_is_sealed_comes_back_and_is_not_readable_in_between() -> None:
    sealed = seal(CREDENTIALS)
    assert "the-key" not in sealed
    assert unseal(sealed) == CREDENTIALS


def test_sealing_twice_never_gives_the_same_text() -> None:
    assert seal(CREDENTIALS) != seal(CREDENTIALS)


def test_no_credentials_are_the_empty_text() -> None:
    assert seal({}) == ""
    assert unseal("") == {}
    assert reseal("") == ""


def test_an_older_key_still_opens_and_the_first_one_seals(settings: Settings) -> None:
    settings.CREDENTIALS_KEYS = ["old"]
    sealed = seal(CREDENTIALS)
    settings.CREDENTIALS_KEYS = ["new", "old"]
    assert unseal(sealed) == CREDENTIALS
    resealed = reseal(sealed)
    settings.CREDENTIALS_KEYS = ["new"]
    assert unseal(resealed) == CREDENTIALS


@pytest.mark.parametrize("damaged", ["", "x", "not a token at all", "한글"])
def test_damaged_text_says_so_without_showing_itself(damaged: str) -> None:
    text = seal(CREDENTIALS)[:-6] + damaged
    with pytest.raises(Unsealable) as refusal:
        unseal(text)
    assert text not in str(refusal.value)


def test_a_foreign_key_opens_nothing(settings: Settings) -> None:
    sealed = seal(CREDENTIALS)
    settings.CREDENTIALS_KEYS = ["another"]
    with pytest.raises(Unsealable):
        unseal(sealed)


def test_without_any_key_nothing_is_sealed(settings: Settings) -> None:
    settings.CREDENTIALS_KEYS = ["", " "]
    with pytest.raises(ImproperlyConfigured):
        seal(CREDENTIALS)
