"""What EZDRM is answered: a verdict in plain text, or HTTP 404."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.utils import timezone
from tests.contracts.house import Answer
from tests.contracts.house import House as DeviceHouse
from tests.factories.catalog import make_channel, make_guide_channel, make_programme
from tests.factories.vod import make_asset, make_title

from headend.subscribers.models import Account, TariffSubscription
from headend.vod.models import Title

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> DeviceHouse:
    return DeviceHouse()


def verdict(home: DeviceHouse, kind: str, number: object, **params: object) -> tuple[int, str]:
    got: Answer = home.ask("EzdrmContentAccess", content_type=kind, content_id=number, **params)
    assert got.content_type == "text/plain; charset=utf-8"
    return got.status, got.body.decode()


def test_a_channel(home: DeviceHouse) -> None:
    channel = home.channels[0]
    assert verdict(home, "channel", channel.pk) == (200, "Play=True")
    assert verdict(home, "channel", channel.pk, drm_type="FairPlay") == (200, "Play=True")
    assert verdict(home, "channel", make_channel(operator=home.operator).pk) == (200, "Play=False")
    Account.objects.update(is_active=False)
    assert verdict(home, "channel", channel.pk) == (200, "Play=False")


def test_playready_gets_rights_or_404(home: DeviceHouse) -> None:
    channel = home.channels[0]
    status, body = verdict(home, "channel", channel.pk, drm_type="playready")
    told = parse_qs(body, keep_blank_values=True)
    assert status == 200
    assert list(told) == ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "token", "CustomData"]
    assert (told["p1"], told["p2"], told["p3"]) == ([str(home.account.number)], ["channel"], [str(channel.pk)])
    TariffSubscription.objects.all().delete()
    assert verdict(home, "channel", channel.pk, drm_type="playready") == (404, "not allowed")


def test_a_programme_that_runs_was_or_will_be(home: DeviceHouse) -> None:
    channel, now = home.channels[0], int(timezone.now().timestamp())
    channel.guide_channel = make_guide_channel()
    channel.recording_days = 2
    channel.save()
    running, past, old, coming = (
        make_programme(guide_channel=channel.guide_channel, start=now + hours * 3600, stop=now + hours * 3600 + 3599)
        for hours in (0, -5, -100, 5)
    )
    assert [verdict(home, "epg", each.pk)[1] for each in (running, past, old, coming)] == [
        "Play=True",
        "Play=True",
        "Play=False",
        "Play=False",
    ]
    elsewhere = make_programme(guide_channel=make_guide_channel())
    assert verdict(home, "epg", elsewhere.pk)[0] == 404


def test_a_title(home: DeviceHouse) -> None:
    title = make_title(operator=home.operator)
    make_asset(title=title)
    title.tariffs.set([home.tariff])
    assert verdict(home, "video", title.pk) == (200, "Play=True")
    TariffSubscription.objects.update(ends_at=timezone.now() - timedelta(days=1))
    assert verdict(home, "video", title.pk) == (200, "Play=False")
    Title.objects.update(is_enabled=False)
    assert verdict(home, "video", title.pk)[0] == 404


@pytest.mark.parametrize("number", ["0", "x", "", "9" * 40, "-1", "1.0", "٣", "1 or 1=1"])
@pytest.mark.parametrize("kind", ["channel", "epg", "video", "radio", ""])
def test_what_is_not_known_is_404(home: DeviceHouse, kind: str, number: str) -> None:
    assert verdict(home, kind, number)[0] == 404


def test_an_unknown_drm_and_another_operators_content_are_404(home: DeviceHouse) -> None:
    assert verdict(home, "channel", home.channels[0].pk, drm_type="primetime")[0] == 404
    theirs = DeviceHouse()
    assert verdict(home, "channel", theirs.channels[0].pk)[0] == 404
