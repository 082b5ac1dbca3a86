import pytest

from surveys.people.places import is_country, is_locale, is_zone


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Asia/Kolkata", "America/Argentina/Ushuaia"])
def test_zones_are_known_by_their_exact_names(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "europe/berlin", "", "CEST", "../etc/passwd", "+02:00"]
)
def test_anything_else_is_no_zone(name: str) -> None:
    assert not is_zone(name)


def test_countries_are_the_codes_of_iso_3166() -> None:
    assert is_country("GB")
    assert not is_country("UK")
    assert not is_country("gb")
    assert not is_country("")


@pytest.mark.parametrize("tag", ["en", "pt-BR", "de_CH", "zh_Hant_TW"])
def test_locales_have_their_usual_form(tag: str) -> None:
    assert is_locale(tag)


@pytest.mark.parametrize("tag", ["", "English", "EN", "en-us", "e"])
def test_other_forms_are_no_locale(tag: str) -> None:
    assert not is_locale(tag)
