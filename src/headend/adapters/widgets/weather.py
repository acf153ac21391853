"""The weather from OpenWeatherMap's "current weather data", or from whatever answers as it does.

https://openweathermap.org/current: q or id, appid, units=metric, lang; 401 for a wrong key, 404 for an unknown place.
"""

import msgspec

from headend.adapters.fetching import ask
from headend.adapters.widgets.keeping import Kept
from headend.catalog.errors import FetchFailed
from headend.portal.errors import SourceRefused, SourceUnreachable
from headend.portal.ports import CurrentWeather, Place

KEPT_SECONDS = 600.0
OK, NOT_FOUND, BAD_REQUEST = 200, 404, 400


class _Measured(msgspec.Struct):
    temp: float
    pressure: float = 0
    humidity: float = 0


class _Wind(msgspec.Struct):
    speed: float = 0
    deg: float = 0


class _Sky(msgspec.Struct):
    description: str = ""
    icon: str = ""


class _Said(msgspec.Struct):
    main: _Measured
    name: str = ""
    wind: _Wind = msgspec.field(default_factory=_Wind)
    weather: list[_Sky] = []


class OpenWeather:
    """Asks an address in OpenWeatherMap's manner; without a key it is not configured."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._kept: Kept[CurrentWeather] = Kept(KEPT_SECONDS)

    def now(self, place: Place) -> CurrentWeather:
        """See Weather; kept for ten minutes, in which the source has nothing new either."""
        if not self._key:
            raise SourceUnreachable("no key for the weather is configured")
        return self._kept.get(place, lambda: self._ask(place))

    def _ask(self, place: Place) -> CurrentWeather:
        where = {"id": place.external_id} if place.external_id else {"q": place.city}
        params = {**where, "appid": self._key, "units": "metric", "lang": place.language or "en"}
        try:
            answer = ask(self._url, params)
        except FetchFailed as error:
            raise SourceUnreachable(str(error)) from error
        if answer.status in (NOT_FOUND, BAD_REQUEST):
            raise SourceRefused("the weather there is not known")
        if answer.status != OK:
            raise SourceUnreachable(f"the weather's source answers {answer.status}")
        return _read(answer.body, place)


def _read(body: bytes, place: Place) -> CurrentWeather:
    try:
        said = msgspec.json.decode(body, type=_Said)
    except msgspec.DecodeError as error:
        raise SourceRefused(f"the weather's source says what nobody can read: {error}") from error
    sky = said.weather[0] if said.weather else _Sky()
    return CurrentWeather(
        city=said.name or place.city,
        icon=sky.icon,
        description=sky.description,
        temperature=said.main.temp,
        pressure=said.main.pressure,
        humidity=said.main.humidity,
        wind_speed=said.wind.speed,
        wind_degrees=said.wind.deg,
    )
