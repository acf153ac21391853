"""External applications, and what widgets show: weather, exchange rates and news."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from django.conf import settings
from django.utils.module_loading import import_string

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.looks import look_of
from headend.interfaces.device_api.rows import application_row
from headend.interfaces.wire.callers import Guest, Stranger, Viewer
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Longest
from headend.kernel.calls import Needs
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.formats import Fields
from headend.operators.models import Operator
from headend.portal.errors import SourceBusy, SourceRefused, SourceUnreachable
from headend.portal.ports import Place, WidgetSources
from headend.portal.queries import applications_for, news_addresses
from headend.portal.rules import price_in
from headend.settings.config import Config
from headend.subscribers.models import Account, Device

SHOWN_CURRENCIES = 2


# --- applications ----------------------------------------------------------------------------------------------------


@DEVICE_API.call("ApplicationList", "GET", "/application/list/", has_message=False)
def list_applications(viewer: Viewer, template: str = "") -> Fields:
    """List the applications for the kind of device and the portal's template."""
    found = applications_for(viewer.operator, look_of(viewer, template).viewer)
    return {"applications": [application_row(viewer, application) for application in found]}


@DEVICE_API.call(
    "ApplicationDetail",
    "GET",
    "/application/detail/",
    errors={1: "no such application on this kind of device", 2: "appid is missing or no number"},
    bad_parameter=2,
    has_message=False,
)
def application_detail(viewer: Viewer, appid: int) -> Fields:
    """Tell one application."""
    for application in applications_for(viewer.operator, look_of(viewer).viewer):
        if application.pk == appid:
            row = application_row(viewer, application)
            return {name: row[name] for name in row if name not in ("id", "icon", "icon_focus")}
    raise Refused(1)


# --- widgets ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _sources_of(config: Config) -> WidgetSources:
    """The sources of an installation, made once, because they keep what they fetched."""
    sources: WidgetSources = import_string(settings.WIDGET_SOURCES)(
        weather_url=config.weather_url,
        weather_key=config.weather_key,
        exchange_url=config.exchange_url,
        allowed_networks=config.fetch_networks,
    )
    return sources


def widget_sources() -> WidgetSources:
    """Where widgets get what they show, as the settings say."""
    return _sources_of(settings.HEADEND)


@DEVICE_API.call(
    "ApplicationWeatherData",
    "GET",
    "/application/weather_data/",
    needs=Needs.KEY,
    errors={
        1: "the weather's source cannot be reached, or none is configured",
        2: "the weather is being fetched at this moment; ask again",
        3: "no place was given, or the weather there is not known",
    },
    refusals={SourceUnreachable: 1, SourceBusy: 2, SourceRefused: 3},
    bad_parameter=3,
    has_message=False,
)
def weather(caller: Guest, auto_detect_current_city: bool = False, city: str = "", ext_city_id: str = "") -> Fields:
    """Tell the weather in a city, or where the device's account is.

    Choice: `auto_detect_current_city=1` means the city of the account that the device (`device_uid`) is bound to; a
    `city` that is given wins, `ext_city_id` wins over both.
    """
    if auto_detect_current_city and not city and not ext_city_id:
        city = _city_of(caller)
    if not city and not ext_city_id:
        raise Refused(3)
    now = widget_sources().weather.now(Place(city, ext_city_id, caller.language_code))
    return {
        "current": {
            "icon": now.icon,
            "description": now.description,
            "temperature": now.temperature,
            "pressure": now.pressure,
            "wind_speed": now.wind_speed,
            "wind_deg": now.wind_degrees,
            "humidity": now.humidity,
        },
        "city": now.city,
    }


def _city_of(caller: Guest) -> str:
    uid = caller.device_uid
    device = Device.objects.of(caller.operator.pk).filter(uid=uid).select_related("account").first() if uid else None
    account: Account | None = device.account if device else None
    return account.city if account else ""


_UNREACHABLE: Mapping[type[HeadendError], int] = {SourceUnreachable: 1, SourceBusy: 1, SourceRefused: 1, Invalid: 1}


@DEVICE_API.call(
    "ApplicationExchangeData",
    "GET",
    "/application/exchange_data/",
    needs=Needs.NOTHING,
    errors={1: "exchange rates cannot be had at this moment"},
    refusals=_UNREACHABLE,
    has_message=False,
)
def exchange_rates(caller: Stranger) -> Fields:
    """Tell what two currencies cost today in the operator's own.

    Choice: the operator is the one that `client_id` names, as clients send it with every call; without one the prices
    are in euros. The currencies are the first two of the setting `exchange_currencies` that are not the operator's own.
    """
    prices = price_in(
        _currency(caller), widget_sources().exchange_rates.today().per_base, settings.HEADEND.exchange_currencies
    )
    if len(prices) < SHOWN_CURRENCIES:
        raise Refused(1)
    (first, first_price), (second, second_price) = prices[:SHOWN_CURRENCIES]
    return {
        "first_currency": first,
        "second_currency": second,
        "first_currency_value": f"{first_price:.4f}",
        "second_currency_value": f"{second_price:.4f}",
    }


def _currency(caller: Stranger) -> str:
    named = caller.asked.text("client_id")
    is_number = named.isascii() and named.isdigit() and len(named) < 10
    operator = Operator.objects.filter(pk=int(named), is_active=True).first() if is_number else None
    return operator.currency if operator else "EUR"


@DEVICE_API.call(
    "ApplicationRSSData",
    "GET",
    "/application/rss_data/",
    needs=Needs.NOTHING,
    errors={1: "the news cannot be had"},
    refusals=_UNREACHABLE,
    has_message=False,
)
def news(caller: Stranger, rss: Annotated[str, Longest(1000)]) -> Fields:
    """Tell what a news feed says.

    Choice: only feeds are fetched that a widget of some operator names as its address, and only from public addresses:
    the call needs no key, and would otherwise fetch anything for anybody.
    """
    if rss not in news_addresses():
        raise Refused(1)
    entries = widget_sources().news.entries(rss)
    rows: list[dict[str, Any]] = [
        {"title": entry.title, "description": entry.description, "preview_url": entry.image_url} for entry in entries
    ]
    return {"entries": rows}
