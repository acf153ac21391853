"""What the portal's widgets ask of the world: weather, exchange rates and news."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a city's name, or its number at the source, which wins."""

    city: str = ""
    external_id: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class CurrentWeather:
    """Temperature in degrees Celsius, pressure in hPa, wind in m/s and degrees, humidity in per cent.

    `icon` is the source's word for a picture, `description` in the language that was asked for.
    """

    city: str
    icon: str
    description: str
    temperature: float
    pressure: float
    humidity: float
    wind_speed: float
    wind_degrees: float


class Weather(Protocol):
    """Tells the weather."""

    def now(self, place: Place) -> CurrentWeather:
        """The weather at this moment, or some minutes ago. Raises SourceUnreachable, SourceBusy, SourceRefused."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How many units of each currency one unit of a common base buys; the base is among them, with 1."""

    per_base: Mapping[str, Decimal]
    day: date


class ExchangeRates(Protocol):
    """Tells exchange rates."""

    def today(self) -> Rates:
        """The latest rates. Raises SourceUnreachable, SourceBusy, SourceRefused."""


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """One piece of news, in plain text."""

    title: str
    description: str
    image_url: str = ""


class News(Protocol):
    """Reads news feeds (RSS, Atom)."""

    def entries(self, address: str) -> tuple[NewsEntry, ...]:
        """What a feed says, newest first as it has it. Raises SourceUnreachable, SourceBusy, SourceRefused."""


@dataclass(frozen=True, slots=True)
class WidgetSources:
    """Where widgets get what they show."""

    weather: Weather
    exchange_rates: ExchangeRates
    news: News
