"""Scenarios of the calls for applications and widgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

from django.conf import settings
from django.test import override_settings
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.portal import make_application
from tests.factories.subscribers import make_operator_device_type
from tests.ports.widgets.web import serving, usual

from headend.interfaces.device_api.applications import widget_sources
from headend.portal.models import ApplicationType
from headend.portal.ports import Place


@contextmanager
def sources(*, key: str = "sesame") -> Iterator[tuple[str, list[str]]]:
    """Let widgets ask a web server that answers as the real sources do."""
    with serving(usual) as (url, asked):
        config = replace(
            settings.HEADEND,
            weather_url=f"{url}/weather",
            weather_key=key,
            exchange_url=f"{url}/rates.xml",
            fetch_networks=("127.0.0.0/8",),
        )
        with override_settings(HEADEND=config):
            yield url, asked


@contextmanager
def nowhere() -> Iterator[str]:
    """Let widgets ask where nobody answers."""
    url = "http://127.0.0.1:9"  # the discard port: nobody listens
    config = replace(
        settings.HEADEND,
        weather_url=f"{url}/w",
        weather_key="k",
        exchange_url=f"{url}/r",
        fetch_networks=("127.0.0.0/8",),
    )
    with override_settings(HEADEND=config):
        yield url


@good("ApplicationList")
def _(house: House) -> Answer:
    mine = make_application(operator=house.operator, attributes={"section": "news"}, templates=["impuls"])
    make_application(operator=house.operator, templates=["focus"])
    make_application(operator=house.operator, is_enabled=False)
    elsewhere = make_application(operator=house.operator)
    elsewhere.device_types.set([make_operator_device_type(operator=house.operator).device_type])
    answer = house.ask("ApplicationList", template="impuls")
    assert answer.is_xml or [row["id"] for row in answer["applications"]] == [mine.pk]
    return answer


@good("ApplicationDetail")
def _(house: House) -> Answer:
    return house.ask("ApplicationDetail", appid=make_application(operator=house.operator, attributes={"a": "b"}).pk)


@refused("ApplicationDetail", 1)
def _(house: House) -> Answer:
    elsewhere = make_application(operator=house.operator)
    elsewhere.device_types.set([make_operator_device_type(operator=house.operator).device_type])
    assert house.ask("ApplicationDetail", appid=elsewhere.pk).error == 1
    return house.ask("ApplicationDetail", appid=make_application().pk)  # another operator's


@refused("ApplicationDetail", 2)
def _(house: House) -> Answer:
    return house.ask("ApplicationDetail", appid="one")


@good("ApplicationWeatherData")
def _(house: House) -> Answer:
    house.account.city = "Novi Sad"
    house.account.save()
    with sources() as (_url, asked):
        there = house.ask("ApplicationWeatherData", auto_detect_current_city=1, device_uid=house.bound.uid)
        assert there.is_xml or (there["city"], there["current"]["temperature"]) == ("Novi Sad", 11.4)
        assert "lang=ru" in asked[0] or house.ask("ApplicationWeatherData", city="Novi Sad", lang="ru").error == 0
        assert house.ask("ApplicationWeatherData", ext_city_id="3194360").error == 0
        return house.ask("ApplicationWeatherData", city="Novi Sad")


@refused("ApplicationWeatherData", 1)
def _(house: House) -> Answer:
    with sources(key=""):
        assert house.ask("ApplicationWeatherData", city="Novi Sad").error == 1
    with nowhere():
        return house.ask("ApplicationWeatherData", city="Novi Sad")


@refused("ApplicationWeatherData", 2)
def _(house: House) -> Answer:
    asked, go_on = Event(), Event()

    def slow(path: str, params: dict[str, str]) -> tuple[int, bytes]:
        asked.set()
        go_on.wait(10)
        return usual(path, params)

    with serving(slow) as (url, _asked):
        config = replace(settings.HEADEND, weather_url=f"{url}/weather", weather_key="sesame")
        with override_settings(HEADEND=config):
            first = Thread(target=widget_sources().weather.now, args=(Place("Novi Sad", "", "en"),))
            first.start()
            assert asked.wait(10)
            answer = house.ask("ApplicationWeatherData", city="Novi Sad")
            go_on.set()
            first.join()
    return answer


@refused("ApplicationWeatherData", 3)
def _(house: House) -> Answer:
    with sources():
        assert house.ask("ApplicationWeatherData").error == 3
        assert house.ask("ApplicationWeatherData", auto_detect_current_city=1, device_uid="nobody's").error == 3
        return house.ask("ApplicationWeatherData", city="Atlantis")


@good("ApplicationExchangeData")
def _(house: House) -> Answer:
    with sources():
        in_euros = house.ask("ApplicationExchangeData", client_id=None)
        assert in_euros.is_xml or (in_euros["first_currency"], in_euros["first_currency_value"]) == ("USD", "0.8000")
        house.operator.currency = "HUF"
        house.operator.save()
        in_forints = house.ask("ApplicationExchangeData", client_id=house.operator.pk)
        assert in_forints.is_xml or [in_forints[f"{n}_currency_value"] for n in ("first", "second")] == [
            "320.0000",
            "400.0000",
        ]
        return in_forints


@refused("ApplicationExchangeData", 1)
def _(house: House) -> Answer:
    with sources():
        house.operator.currency = "XTS"
        house.operator.save()
        assert house.ask("ApplicationExchangeData", client_id=house.operator.pk).error == 1
    with nowhere():
        return house.ask("ApplicationExchangeData")


def add_widget(house: House, url: str) -> None:
    make_application(operator=house.operator, kind=ApplicationType.WIDGET, url=url)


@good("ApplicationRSSData")
def _(house: House) -> Answer:
    with sources() as (url, asked):
        add_widget(house, f"{url}/rss")
        answer = house.ask("ApplicationRSSData", rss=f"{url}/rss")
        assert house.ask("ApplicationRSSData", rss=f"{url}/rss").error == 0
        assert len(asked) == 1
        return answer


@refused("ApplicationRSSData", 1)
def _(house: House) -> Answer:
    with sources() as (url, asked):
        assert house.ask("ApplicationRSSData", rss=f"{url}/rss").error == 1  # no widget names it
        assert asked == []
        add_widget(house, f"{url}/gone")
        assert house.ask("ApplicationRSSData", rss=f"{url}/gone").error == 1
        add_widget(house, "http://169.254.169.254/")
        assert house.ask("ApplicationRSSData", rss="http://169.254.169.254/").error == 1
    with nowhere() as nobody:
        add_widget(house, f"{nobody}/rss")
        return house.ask("ApplicationRSSData", rss=f"{nobody}/rss")
