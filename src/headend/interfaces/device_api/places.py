"""Where callers are: the countries of addresses and what they are called."""

from functools import cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.utils.module_loading import import_string

from headend.delivery.ports import GeoLocator, Place
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Guest, Viewer
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields

_NOT_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


@cache
def _locator() -> GeoLocator:
    locator: GeoLocator = import_string(settings.GEO_LOCATOR)(settings.HEADEND.geo_file)
    return locator


def place_of(caller: Guest) -> Place:
    """Where a caller's address is, as far as anybody knows."""
    return _locator()(caller.address)


def country_of(viewer: Viewer) -> str:
    """Which country counts for a device: that of its account, else the one it signed in from, as at the gate."""
    return viewer.account.country.upper() or _locator()(viewer.session.address).country


@cache
def names_of_countries(language: str) -> dict[str, str]:
    """What countries are called in a language, by their two letters; in English where it is not known."""
    try:
        found = Locale.parse(language, sep="-" if "-" in language else "_").territories
    except (UnknownLocaleError, ValueError):
        found = Locale("en").territories
    return {code: name for code, name in found.items() if len(code) == 2 and code not in _NOT_COUNTRIES}


@DEVICE_API.call("CountryInfo", "GET", "/country/info/", needs=Needs.KEY, has_message=False)
def country_info(guest: Guest) -> Fields:
    """Tell in which country and city the caller is.

    Choice: by its IP address; all three are "" where nobody knows, as without a database of addresses.
    """
    place = place_of(guest)
    name = names_of_countries(guest.language_code).get(place.country, "")
    return {"country_name": name, "country_code": place.country, "city_name": place.city}


@DEVICE_API.call("CountryList", "GET", "/country/list/", needs=Needs.KEY, has_message=False)
def country_list(guest: Guest) -> Fields:
    """List the countries there are, by name.

    Choice: an entry has the two letters (ISO 3166-1) as `code` and the name in the caller's language as `name`.
    """
    names = names_of_countries(guest.language_code)
    return {"countries": [{"code": code, "name": names[code]} for code in sorted(names, key=names.__getitem__)]}
