"""The commands that make orders and selections from what people watch, as cron calls them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from tests.factories import (
    make_account,
    make_channel,
    make_guide_channel,
    make_operator,
    make_programme,
    make_session,
    make_subscription,
    make_tariff,
)
from tests.factories.vod import make_title

from headend.audience.models import View
from headend.audience.rules import Criterion, rank, read_criterion
from headend.catalog.models import Channel, ChannelSort
from headend.operators.models import Operator
from headend.portal.models import Selection
from headend.subscribers.models import Account, Session
from headend.viewing.models import AssetPosition
from headend.vod.models import Asset

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def operator() -> Operator:
    return make_operator()


@pytest.fixture
def channels(operator: Operator) -> list[Channel]:
    """One to Four in the order of the list."""
    names = ("One", "Two", "Three", "Four")
    return [make_channel(operator=operator, name=name, sort=place) for place, name in enumerate(names)]


def watch(account: Account, channel: Channel, *minutes: int, device: str = "mag", days: int = 1, **fields: int) -> None:
    began = NOW - timedelta(days=days)
    for number, length in enumerate(minutes):
        View.objects.create(
            operator=account.operator, account=account, device_uid=device, device_type=device, channel=channel,
            number=number, began_at=began, last_report_at=began + timedelta(minutes=length), **fields,
        )  # fmt: skip


def order_of(name: str) -> list[str]:
    return [entry.channel.name for entry in ChannelSort.objects.get(name=name).entries.select_related("channel")]


def items_of(selection: Selection) -> list[int]:
    return list(selection.items.values_list("number", flat=True))


def test_criteria_in_both_spellings() -> None:
    assert read_criterion("watch") is read_criterion("watch_time") is Criterion.TIME
    assert read_criterion("average") is read_criterion("average_watch_time") is Criterion.AVERAGE
    assert read_criterion("watch_sessions") is Criterion.SESSIONS
    assert read_criterion("median_watch_time") is Criterion.MEDIAN
    with pytest.raises(ValueError, match="taste"):
        read_criterion("taste")
    stretches = [(1, 100), (2, 10), (2, 10), (2, 70), (3, 40), (3, 42)]
    assert rank(stretches, Criterion.TIME) == [1, 2, 3]
    assert rank(stretches, Criterion.SESSIONS) == [2, 3, 1]
    assert rank(stretches, Criterion.AVERAGE) == [1, 3, 2]
    assert rank(stretches, Criterion.MEDIAN) == [1, 3, 2]


def test_an_order_of_channels_is_made_and_brought_up_to_date(operator: Operator, channels: list[Channel]) -> None:
    account = make_account(operator=operator)
    watch(account, channels[2], 50)
    watch(account, channels[1], 10, 10, 10)
    watch(account, channels[0], 500, days=40)
    watch(make_account(), make_channel(), 900)
    arguments = ("--client_id", str(operator.pk))
    assert run("create_channel_sorting_by_popularity", *arguments).startswith(f"{operator}: Popularity: watch_time")
    assert order_of("Popularity: watch_time") == ["Three", "Two", "One", "Four"]
    run("create_channel_sorting_by_popularity", *arguments, "--criterion", "watch_sessions")
    assert order_of("Popularity: watch_sessions") == ["Two", "Three", "One", "Four"]
    run("create_channel_sorting_by_popularity", *arguments, "--days_number=50")
    assert order_of("Popularity: watch_time") == ["One", "Three", "Two", "Four"]
    assert ChannelSort.objects.count() == 2


def test_only_some_devices_tariffs_and_active_accounts(operator: Operator, channels: list[Channel]) -> None:
    holder, other, off = (make_account(operator=operator, is_active=active) for active in (True, True, False))
    tariff = make_tariff(operator=operator)
    make_subscription(account=holder, tariff=tariff)
    watch(holder, channels[3], 10)
    watch(other, channels[2], 20)
    watch(off, channels[1], 30)
    watch(other, channels[1], 1, device="android")
    name, one = "create_channel_sorting_by_popularity", ("--client_id", str(operator.pk))
    run(name, *one, "--accounts_active")
    assert order_of("Popularity: watch_time") == ["Three", "Four", "Two", "One"]
    run(name, *one, "--tariffs", str(tariff.pk))
    assert order_of("Popularity: watch_time") == ["Four", "One", "Two", "Three"]
    run(name, *one, "--devices", "android", "ios")
    assert order_of("Popularity: watch_time") == ["Two", "One", "Three", "Four"]


def test_a_selection_of_channels_is_filled_up(operator: Operator, channels: list[Channel]) -> None:
    watch(make_account(operator=operator), channels[3], 10)
    said = run("create_channel_selection_by_popularity", "--client_id", str(operator.pk), "--selection_size=3")
    selection = Selection.objects.get(operator=operator)
    assert said == f"{operator}: Popular channels, number {selection.pk}\n"
    assert items_of(selection) == [channels[number].pk for number in (3, 0, 1)]


def test_a_selection_of_programmes(operator: Operator, channels: list[Channel]) -> None:
    guide, account = make_guide_channel(), make_account(operator=operator)
    Channel.objects.filter(pk=channels[0].pk).update(guide_channel=guide)
    short, long = (make_programme(guide_channel=guide, start=start) for start in (0, 1800))
    watch(account, channels[0], 10, programme=short.pk)
    watch(account, channels[0], 30, programme=long.pk)
    watch(account, channels[0], 90, programme=10**9)
    one = ("--client_id", str(operator.pk), "--selection_name", "Most watched")
    run("create_epg_selection_by_popularity", *one)
    selection = Selection.objects.get(operator=operator, name="Most watched")
    assert items_of(selection) == [long.pk, short.pk]
    run("create_epg_selection_by_popularity", *one, "--channels", str(channels[1].pk))
    assert items_of(selection) == []


def test_a_selection_of_titles(operator: Operator) -> None:
    one, two = (make_title(operator=operator) for _ in range(2))
    for title, seconds in ((one, 60), (two, 600)):
        asset = Asset.objects.create(operator=operator, title=title)
        AssetPosition.objects.create(
            account=make_account(operator=operator), asset=asset, seconds=seconds, updated_at=NOW, expires_at=NOW
        )
    run("create_video_selection_by_popularity", "--client_id", str(operator.pk))
    assert items_of(Selection.objects.get(operator=operator)) == [two.pk, one.pk]


@pytest.mark.parametrize(
    "arguments", [("--criterion", "taste"), ("--days_number", "0"), ("--client_id", "0"), ("--selection_size", "501")]
)
def test_bad_arguments(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("create_channel_selection_by_popularity", *arguments)


def test_everybody_signs_in_anew(operator: Operator) -> None:
    mine, other = make_session(account=make_account(operator=operator))[0], make_session()[0]
    assert run("delete_authkeys", "--client_id", str(operator.pk)) == f"{operator}: 1 sessions closed\n"
    assert [session.pk for session in Session.objects.all()] == [other.pk] != [mine.pk]
    run("delete_authkeys")
    assert not Session.objects.exists()
