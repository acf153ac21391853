"""Weather, exchange rates and news, from a real web server that answers as the real sources do."""

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from tests.ports.widgets.web import ATOM, NEWS, RATES, WEATHER, serving, usual

from headend.adapters.widgets import widget_sources
from headend.adapters.widgets.exchange_rates import read_rates
from headend.adapters.widgets.keeping import FAILURE_SECONDS, Kept
from headend.adapters.widgets.news import MOST_ENTRIES, read_news
from headend.kernel.errors import NotFound
from headend.portal.errors import SourceBusy, SourceRefused, SourceUnreachable
from headend.portal.ports import CurrentWeather, NewsEntry, Place, WidgetSources

LOOPBACK = ("127.0.0.0/8",)


def sources(url: str, *, key: str = "sesame", networks: tuple[str, ...] = LOOPBACK) -> WidgetSources:
    return widget_sources(
        weather_url=f"{url}/weather", weather_key=key, exchange_url=f"{url}/rates.xml", allowed_networks=networks
    )


@pytest.fixture
def web() -> Iterator[tuple[str, list[str]]]:
    with serving(usual) as found:
        yield found


def test_weather_by_city_and_by_number(web) -> None:
    url, asked = web
    weather = sources(url).weather
    told = weather.now(Place(city="Novi Sad", language="ru"))
    assert told == CurrentWeather("Novi Sad", "04d", "broken clouds", 11.4, 1017, 63, 3.6, 310)
    assert "units=metric" in asked[0]
    assert "lang=ru" in asked[0]
    assert weather.now(Place(city="ignored", external_id="3194360")).city == "Novi Sad"
    assert "q=" not in asked[1]


def test_weather_is_asked_for_once(web) -> None:
    url, asked = web
    weather = sources(url).weather
    for _ in range(5):
        weather.now(Place(city="Novi Sad"))
        with pytest.raises(SourceRefused):
            weather.now(Place(city="Nowhere"))
    assert len(asked) == 2


def test_weather_without_a_key_or_with_a_wrong_one(web) -> None:
    url, asked = web
    with pytest.raises(SourceUnreachable, match="no key"):
        sources(url, key="").weather.now(Place(city="Novi Sad"))
    assert asked == []
    with pytest.raises(SourceUnreachable, match="401") as told:
        sources(url, key="secret").weather.now(Place(city="Novi Sad"))
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"main": {"temp": "warm"}}', WEATHER[:100]])
def test_weather_that_nobody_can_read(body: bytes) -> None:
    with serving(lambda _path, _params: (200, body)) as (url, _asked), pytest.raises(SourceRefused):
        sources(url).weather.now(Place(city="Novi Sad"))


def test_rates(web) -> None:
    url, asked = web
    rates = sources(url).exchange_rates
    assert rates.today().per_base["HUF"] == Decimal(400)
    assert rates.today().per_base["EUR"] == Decimal(1)
    assert rates.today().day == date(2026, 11, 20)
    assert len(asked) == 1


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><Cube time="2026-11-20">&c;</Cube>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"{}",
        RATES[:300],
        BOMB,
        RATES.replace(b"1.25", b"0"),
        RATES.replace(b"1.25", b"-1"),
        RATES.replace(b"1.25", b"NaN"),
        RATES.replace(b"1.25", b"much"),
        RATES.replace(b"2026-11-20", b"today"),
        b"<Cube time='2026-11-20'/>",
    ],
)
def test_rates_that_nobody_can_read(body: bytes) -> None:
    with pytest.raises(SourceRefused):
        read_rates(body)


def test_news(web) -> None:
    url, asked = web
    news = sources(url).news
    assert news.entries(f"{url}/rss") == (
        NewsEntry("Bridge & river", "It is open again.", "https://news.example/bridge.jpg"),
        NewsEntry("Пример", "Без картинки", ""),
        NewsEntry("Third", "", "https://news.example/third.png"),
    )
    assert news.entries(f"{url}/atom") == (NewsEntry("One", "text", ""),)
    assert news.entries(f"{url}/rss")
    assert len(asked) == 2


def test_news_are_not_fetched_from_private_networks(web) -> None:
    url, asked = web
    for address in (f"{url}/rss", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "/etc/passwd"):
        with pytest.raises(SourceUnreachable):
            sources(url, networks=()).news.entries(address)
    assert asked == []


def test_news_are_short_however_long_the_feed_is() -> None:
    items = "".join(f"<item><title>{n}</title><description>{'x' * 9000}</description></item>" for n in range(200))
    entries = read_news(f"<rss version='2.0'><channel>{items}</channel></rss>".encode())
    assert len(entries) == MOST_ENTRIES
    assert max(len(entry.description) for entry in entries) == 2000


@pytest.mark.parametrize("body", [b"", b"<html><body>no</body></html>", b"{}", b"\x00\xff" * 50, b"/etc/passwd"])
def test_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(SourceRefused):
        read_news(body)


def test_a_broken_feed_gives_what_can_be_read() -> None:
    assert read_news(NEWS[: NEWS.index(b"<item><title>Third")])[0].title == "Bridge & river"
    assert read_news(ATOM[:-7])[0].title == "One"


def test_nobody_answers(free_port: int) -> None:
    silent = sources(f"http://127.0.0.1:{free_port}")
    for ask in (
        lambda: silent.weather.now(Place(city="x")),
        silent.exchange_rates.today,
        lambda: silent.news.entries(f"http://127.0.0.1:{free_port}/rss"),
    ):
        with pytest.raises(SourceUnreachable):
            ask()


def test_too_much() -> None:
    endless = serving(lambda _path, _params: (200, b" " * (3 * 1024**2)))
    with endless as (url, _asked), pytest.raises(SourceUnreachable, match="MiB"):
        sources(url).exchange_rates.today()


# --- what is kept ----------------------------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_values_are_made_anew_after_their_time() -> None:
    clock, made = Clock(), iter(range(10))
    kept: Kept[int] = Kept(60, clock)
    assert [kept.get("a", lambda: next(made)) for _ in range(3)] == [0, 0, 0]
    clock.now = 59.9
    assert kept.get("a", lambda: next(made)) == 0
    clock.now = 60
    assert kept.get("a", lambda: next(made)) == 1
    assert kept.get("b", lambda: next(made)) == 2


def test_a_failure_is_kept_for_a_shorter_while() -> None:
    clock, tried = Clock(), []

    def fail() -> int:
        tried.append(clock.now)
        raise NotFound("no")

    kept: Kept[int] = Kept(600, clock)
    for moment in (0, 1, FAILURE_SECONDS):
        clock.now = moment
        with pytest.raises(NotFound):
            kept.get("a", fail)
    assert tried == [0, FAILURE_SECONDS]


def test_a_defect_does_not_lock_the_key() -> None:
    kept: Kept[int] = Kept(60)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 5) == 5


def test_one_fetches_and_the_others_are_told_to_come_again() -> None:
    kept: Kept[int] = Kept(60)
    begun, go_on = threading.Event(), threading.Event()
    answers: list[int] = []

    def make() -> int:
        begun.set()
        assert go_on.wait(10)
        return 7

    first = threading.Thread(target=lambda: answers.append(kept.get("a", make)))
    first.start()
    assert begun.wait(10)
    with pytest.raises(SourceBusy):
        kept.get("a", make)
    assert kept.get("b", lambda: 1) == 1
    go_on.set()
    first.join()
    assert answers == [7]
    assert kept.get("a", make) == 7
