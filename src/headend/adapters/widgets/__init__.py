"""What portals' widgets show: the weather, exchange rates and news, each kept for a while."""

from collections.abc import Sequence

from headend.adapters.widgets.exchange_rates import CentralBankRates
from headend.adapters.widgets.news import FeedNews
from headend.adapters.widgets.weather import OpenWeather
from headend.portal.ports import WidgetSources


def widget_sources(
    *, weather_url: str, weather_key: str, exchange_url: str, allowed_networks: Sequence[str]
) -> WidgetSources:
    """Make the sources from an installation's settings."""
    return WidgetSources(
        weather=OpenWeather(weather_url, weather_key),
        exchange_rates=CentralBankRates(exchange_url),
        news=FeedNews(allowed_networks),
    )
