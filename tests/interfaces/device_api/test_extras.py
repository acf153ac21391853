"""Cameras, radio, games, HbbTV, advertising and countries: what the contract does not prove."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from tests.contracts.house import House
from tests.factories.catalog import make_tariff
from tests.factories.extras import (
    make_ad_block,
    make_ad_settings,
    make_game,
    make_hbb_channel,
    make_hbb_event,
    make_radio,
)
from tests.factories.subscribers import make_account, make_session, make_subscription

from headend.advertising.actions import forget_shows
from headend.advertising.models import AdShow
from headend.catalog.actions import hbb as hbb_actions
from headend.catalog.models import HbbReport
from headend.delivery.ports import Place
from headend.games.models import GameRecord
from headend.interfaces.device_api import places

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def in_germany(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_locator", lambda: lambda address: Place("DE", "Bonn") if address else Place())


def neighbour(house: House, **fields: Any) -> str:
    """The token of another account of the same operator, with the same tariff."""
    account = make_account(operator=house.operator, **fields)
    make_subscription(account=account, tariff=house.tariff)
    return make_session(account=account)[1]


# --- radio and countries ---


def test_radio_is_told_with_an_address_to_those_who_pay_for_it(house: House) -> None:
    other, silent = (make_tariff(operator=house.operator, used_for_radio=flag) for flag in (True, False))
    make_subscription(account=house.account, tariff=silent)
    make_radio(operator=house.operator, name="Free", sort=1)
    make_radio(operator=house.operator, name="Paid", sort=2, tariffs=[house.tariff])
    make_radio(operator=house.operator, name="Not paid", sort=3, tariffs=[other])
    make_radio(operator=house.operator, name="Of a tariff without radio", sort=4, tariffs=[silent])
    make_radio(operator=house.operator, name="Off", is_enabled=False)
    make_radio(name="Of others")
    told = house.ask("RadioList")["radio"]
    assert [(each["name"], each["has_subscription"], bool(each["url"])) for each in told] == [
        ("Free", 1, True),
        ("Paid", 1, True),
        ("Not paid", 0, False),
        ("Of a tariff without radio", 0, False),
    ]
    assert [each["name"] for each in house.ask("RadioList", search="pAID")["radio"]] == ["Paid", "Not paid"]


def test_radio_follows_the_language_and_the_channels_logo(house: House) -> None:
    house.channels[0].icon_url = "/media/news.png"
    house.channels[0].save()
    make_radio(operator=house.operator, name_lang1="Радио", description_lang1="о", channel=house.channels[0])
    (told,) = house.ask("RadioList", lang="ru")["radio"]
    assert (told["name"], told["description"], told["channel_name"]) == ("Радио", "о", "News (ru)")
    assert told["logo_url"].endswith("/media/news.png")


@pytest.mark.usefixtures("in_germany")
def test_tariffs_of_other_countries_do_not_count_where_the_device_signed_in(house: House) -> None:
    house.tariff.countries = ["IT"]
    house.tariff.save()
    make_radio(operator=house.operator, tariffs=[house.tariff])
    assert house.ask("RadioList")["radio"][0]["has_subscription"] == 1, "its session has no address"
    session = house.account.sessions.get()
    session.address = "203.0.113.1"
    session.save()
    assert house.ask("RadioList")["radio"][0]["has_subscription"] == 0
    house.account.country = "IT"
    house.account.save()
    assert house.ask("RadioList")["radio"][0]["has_subscription"] == 1, "what staff wrote down goes first"


@pytest.mark.usefixtures("in_germany")
def test_countries_are_called_in_the_callers_language(house: House) -> None:
    answer = house.ask("CountryInfo", lang="ru")
    assert (answer["country_code"], answer["country_name"], answer["city_name"]) == ("DE", "Германия", "Bonn")
    names = {each["code"]: each["name"] for each in house.ask("CountryList")["countries"]}
    assert names["DE"] == "Germany"
    assert len(names) > 240
    assert "ZZ" not in names


# --- games ---


def test_only_the_best_of_each_account_is_kept_and_others_numbers_are_not_told(house: House) -> None:
    make_game(operator=house.operator, system_name="snake")
    other = neighbour(house, number=7654321)
    for token, score in ((house.token, 50), (other, 90), (house.token, 70), (house.token, 60), (other, 90)):
        assert house.ask("GameScoreSave", authkey=token, game="snake", score=score).error == 0
    answer = house.ask("GameScoreboardList", game="snake")
    assert [(each["account"], each["score"]) for each in answer["score"]] == [
        ("…4321", 90),
        (str(house.account.number), 70),
    ]
    assert (answer["self-score"], answer["rank"]) == (70, 2)
    assert house.ask("GameScoreboardList", game="snake", score=95)["rank"] == 1
    assert house.ask("GameScoreList")["score"] == [{"score": 70}]
    (game,) = house.ask("GameList")["games"]
    assert (game["last_record_score"], game["account"]) == (70, house.account.number)


@pytest.mark.parametrize("score", [str(2**53 + 1), "-" + "9" * 18, "1e9", "NaN", "9" * 400])
def test_absurd_scores_are_refused(house: House, score: str) -> None:
    make_game(operator=house.operator, system_name="snake")
    assert house.ask("GameScoreSave", game="snake", score=score).error == 2
    assert not GameRecord.objects.exists()


def test_games_of_others_are_not_there(house: House) -> None:
    make_game(system_name="chess")
    make_game(operator=house.operator, system_name="off", is_enabled=False)
    assert house.ask("GameList")["games"] == []
    for name in ("chess", "off", "CHESS"):
        assert house.ask("GameScoreSave", game=name, score=1).error == 3


# --- HbbTV ---


def test_events_come_for_a_day_and_only_of_this_channel(house: House) -> None:
    entry = make_hbb_channel(channel=house.channels[0])
    beside = make_hbb_channel(channel=house.channels[1])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for minutes in (-1, 0, 60, 24 * 60):
        make_hbb_event(hbb_channel=entry, at=begin + timedelta(minutes=minutes))
    make_hbb_event(hbb_channel=beside, at=begin)
    asked = {"type": 0, "hbb_id": entry.provider_id, "cid": entry.channel_id}
    events = house.ask("HbbChannelInfo", **asked, current_channel_time=int(begin.timestamp()))["events"]
    assert [event["time"] - int(begin.timestamp()) for event in events] == [0, 3600]
    assert house.ask("HbbChannelInfo", **asked, current_channel_time=10**15).error == 1


def test_a_provider_of_another_operator_is_unknown(house: House) -> None:
    foreign = make_hbb_channel()
    asked = {"type": 0, "hbb_id": foreign.provider_id}
    assert house.ask("HbbChannelInfo", **asked, cid=foreign.channel_id).error == 2
    assert house.ask("HbbChannelInfo", **asked, cid=house.channels[0].pk).error == 3
    assert house.ask("HbbActivity", body={**asked, "log_events": [{"a": 1}]}).error == 3


@pytest.mark.parametrize("events", [[{}], [{"a": "x" * 20_000}], [{"a": 1}] * 101])
def test_reports_stay_small(house: House, events: list[dict[str, Any]]) -> None:
    entry = make_hbb_channel(channel=house.channels[0])
    body = {"type": 0, "hbb_id": entry.provider_id, "log_events": events}
    assert house.ask("HbbActivity", body=body).error == 2
    assert not HbbReport.objects.exists()


def test_the_oldest_reports_make_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hbb_actions, "MOST_REPORTS", 3)
    monkeypatch.setattr(hbb_actions, "_SWEEP_EVERY", 1)
    entry = make_hbb_channel(channel=house.channels[0])
    for number in range(6):
        body = {"type": 0, "hbb_id": entry.provider_id, "event_id": str(number), "log_events": [{"a": 1}]}
        assert house.ask("HbbActivity", body=body, device_uid="x").error == 0
    assert [report.event_ref for report in HbbReport.objects.all()] == ["5", "4", "3"]
    assert hbb_actions.forget_reports(before=timezone.now()) == 3


# --- advertising ---


def test_two_devices_of_an_account_share_the_cap(house: House) -> None:
    make_ad_settings(operator=house.operator, most_blocks=3)
    make_ad_block(operator=house.operator)
    second = make_session(account=house.account)[1]
    channel = house.channels[0].pk
    answers = [
        house.ask("AdsList", authkey=token, channel_id=channel).error
        for token in (house.token, second, house.token, second)
    ]
    assert answers == [0, 0, 0, 7]
    assert house.ask("AdsList", authkey=neighbour(house), channel_id=channel).error == 0


def test_blocks_are_for_their_channels_tariffs_and_titles(house: House) -> None:
    make_ad_settings(operator=house.operator, most_blocks=50, blocks_at_once=10)
    for_sport = make_ad_block(operator=house.operator, name="sport", channels=[house.channels[1]], priority=1)
    make_ad_block(operator=house.operator, name="rich", tariffs=[make_tariff(operator=house.operator)])
    make_ad_block(operator=house.operator, name="films", on_channels=False, on_videos=True)
    make_ad_block(operator=house.operator, name="off", is_enabled=False)
    make_ad_block(operator=house.operator, name="empty", movies=0)
    make_ad_block(name="of others")

    def blocks(**asked: Any) -> list[str]:
        assert house.ask("AdsList", **asked).error == 0
        return list(AdShow.objects.order_by("-pk").values_list("block__name", flat=True))

    assert house.ask("AdsList", channel_id=house.channels[0].pk)["ads"] == []
    assert blocks(channel_id=house.channels[1].pk) == ["sport"]
    assert blocks(video_id=5) == ["films", "sport"]
    assert for_sport.shows.get().channel == house.channels[1]


def test_what_became_of_a_block_is_noted_once_and_only_with_a_ticket(house: House) -> None:
    make_ad_settings(operator=house.operator)
    make_ad_block(operator=house.operator)
    (block,) = house.ask("AdsList", channel_id=house.channels[0].pk)["ads"]
    links = {event["type"]: urlsplit(event["url"]) for event in block["events"]}
    assert set(links) == {"shown", "skipped"}
    for _ in range(2):
        assert house.client.get(links["shown"].path, parse_qs(links["shown"].query)).json()["error"] == 0
    show = AdShow.objects.get()
    assert show.shown_at is not None
    assert show.skipped_at is None
    ticket = parse_qs(links["skipped"].query)["ticket"][0]
    for bad in ("", "x", ticket[:-1], ticket.replace(ticket[0], "A", 1) + "A"):
        assert house.client.get(links["skipped"].path, {"ticket": bad}).json()["error"] == 1
    AdShow.objects.update(given_at=timezone.now() - timedelta(days=2))
    assert house.client.get(links["skipped"].path, {"ticket": ticket}).json()["error"] == 0
    assert AdShow.objects.get().skipped_at is None, "too late to be believed"
    assert forget_shows(before=timezone.now()) == 1


def test_movies_come_in_their_order_and_in_a_size_that_fits(house: House) -> None:
    make_ad_settings(operator=house.operator, most_blocks=9)
    block = make_ad_block(operator=house.operator, movies=3)
    large, small, off = block.movies.all()
    large.width, small.width, off.is_enabled = 1920, 640, False
    for movie in (large, small, off):
        movie.save()
    channel = house.channels[0].pk

    def names(**asked: Any) -> list[str]:
        return [movie["name"] for movie in house.ask("AdsList", channel_id=channel, **asked)["ads"][0]["movies"]]

    assert names() == [large.name, small.name]
    assert names(movie_width=1280) == [small.name]
    assert names(movie_width=320) == [large.name, small.name]
