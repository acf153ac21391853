"""What households do with titles: positions, lists, ratings, purchases, tickets; two devices at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from tests.factories.catalog import make_channel, make_guide_channel, make_programme
from tests.factories.subscribers import make_account
from tests.factories.viewing import make_purchase, make_ticket
from tests.factories.vod import make_asset, make_price_category, make_seance, make_title

from headend.billing.actions import credit
from headend.billing.errors import NotEnoughBalance
from headend.billing.queries import balance_of
from headend.kernel.actor import Actor, system
from headend.viewing.actions import (
    add_reminder,
    buy_title,
    forget_history,
    forget_listing,
    forget_old_positions,
    forget_old_reminders,
    forget_position,
    rate_title,
    remember_channel,
    set_asset_position,
    set_favourites,
    set_programme_position,
    use_ticket,
)
from headend.viewing.actions.positions import Stop
from headend.viewing.errors import AlreadyBought, BadRating, NotForSale, NothingToRemember, TicketOfAnother
from headend.viewing.models import AccountTitle, AssetPosition, ProgrammePosition, Reminder, WatchedChannel
from headend.viewing.queries import has_bought, in_listing, reminders_of, watched_channels
from headend.vod.errors import TitleUnknown
from headend.vod.models import Title, TitleKind

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ACTOR: Actor = system("tests")


def watch(account: Any, asset: Any, seconds: int, **more: Any) -> None:
    set_asset_position(account=account, title_id=asset.title_id, asset_id=asset.pk, stop=Stop(seconds, **more), now=NOW)


def listed(account: Any, listing: str) -> list[Title]:
    return list(in_listing(Title.objects.all(), account, listing))


def test_a_title_goes_from_being_watched_to_viewed() -> None:
    account = make_account()
    asset = make_asset(title=make_title(operator=account.operator), duration_seconds=1000)
    watch(account, asset, 100)
    assert (listed(account, "viewing"), listed(account, "viewed")) == ([asset.title], [])
    watch(account, asset, 960)
    assert (listed(account, "viewing"), listed(account, "viewed")) == ([], [asset.title])
    watch(account, asset, 5)
    assert (listed(account, "viewing"), listed(account, "viewed")) == ([asset.title], [asset.title])
    assert AssetPosition.objects.get().seconds == 5
    watch(account, asset, 5, is_viewed=True)
    assert AssetPosition.objects.get().is_viewed


def test_a_trailer_is_no_viewing() -> None:
    account = make_account()
    watch(account, make_asset(title=make_title(operator=account.operator), is_trailer=True), 5)
    assert not AccountTitle.objects.exists()


def test_another_operators_files_and_programmes_are_not_remembered() -> None:
    account, foreign = make_account(), make_asset(title=make_title())
    with pytest.raises(NothingToRemember):
        watch(account, foreign, 5)
    programme = make_programme()
    with pytest.raises(NothingToRemember):
        set_programme_position(account=account, programme_id=programme.pk, stop=Stop(5), now=NOW)
    with pytest.raises(NothingToRemember):
        remember_channel(account=account, channel_id=make_channel().pk, now=NOW)
    with pytest.raises(TitleUnknown):
        set_favourites(account=account, wishes={foreign.title_id: True}, now=NOW)


def test_positions_expire() -> None:
    account = make_account()
    guide = make_guide_channel()
    make_channel(operator=account.operator, guide_channel=guide)
    programme = make_programme(guide_channel=guide, start=0, stop=600)
    set_programme_position(account=account, programme_id=programme.pk, stop=Stop(590), now=NOW)
    watch(account, make_asset(title=make_title(operator=account.operator)), 5)
    assert ProgrammePosition.objects.get().is_viewed
    assert forget_old_positions(now=NOW + timedelta(days=29)) == 0
    assert forget_old_positions(now=NOW + timedelta(days=30)) == 2


def test_a_programme_may_go_without_its_positions_and_reminders() -> None:
    account = make_account()
    guide = make_guide_channel()
    channel = make_channel(operator=account.operator, guide_channel=guide)
    programme = make_programme(guide_channel=guide, start=int(NOW.timestamp()) + 60)
    set_programme_position(account=account, programme_id=programme.pk, stop=Stop(5), now=NOW)
    add_reminder(account=account, channel_id=channel.pk, programme_id=programme.pk)
    assert len(reminders_of(account, NOW)) == 1
    programme.delete()
    assert list(reminders_of(account, NOW)) == []
    assert forget_old_reminders(before=NOW + timedelta(hours=1)) == 1


def test_listings_are_forgotten_one_by_one() -> None:
    account = make_account()
    asset = make_asset(title=make_title(operator=account.operator), duration_seconds=1000)
    rate_title(account=account, title=asset.title, rating=7)
    watch(account, asset, 999)
    watch(account, asset, 5)
    forget_listing(account=account, title=asset.title, listing="viewing")
    assert (listed(account, "viewing"), listed(account, "viewed"), listed(account, "history")) == (
        [],
        [asset.title],
        [asset.title],
    )
    forget_listing(account=account, title=asset.title, listing="history")
    assert listed(account, "history") == listed(account, "viewed") == []
    assert AccountTitle.objects.get().rating == 7


def test_a_history_grows_old() -> None:
    accounts = [make_account(), make_account()]
    for account in accounts:
        watch(account, make_asset(title=make_title(operator=account.operator)), 5)
    later = NOW + timedelta(days=2)
    assert forget_history(before=later, operator_id=accounts[0].operator_id) == 1
    assert listed(accounts[0], "history") == []
    assert len(listed(accounts[1], "history")) == 1


def test_forgetting_a_position_ends_being_watched() -> None:
    account = make_account()
    asset = make_asset(title=make_title(operator=account.operator))
    watch(account, asset, 5)
    forget_position(account=account, content_id=asset.title_id, is_title=True)
    assert listed(account, "viewing") == []
    assert not AssetPosition.objects.exists()


def test_ratings_make_an_average() -> None:
    title = make_title()
    accounts = [make_account(operator=title.operator) for _ in range(3)]
    assert [rate_title(account=a, title=title, rating=r) for a, r in zip(accounts, (1, 2, 10), strict=True)][-1] == 4.33
    assert rate_title(account=accounts[0], title=title, rating=6) == 6.0
    title.refresh_from_db()
    assert (title.viewer_rating, title.viewer_ratings) == (6.0, 3)
    with pytest.raises(BadRating):
        rate_title(account=accounts[0], title=title, rating=11)


def test_channels_are_remembered_the_latest_first() -> None:
    account = make_account()
    channels = [make_channel(operator=account.operator) for _ in range(60)]
    for place, channel in enumerate([*channels, channels[0]]):
        remember_channel(account=account, channel_id=channel.pk, now=NOW + timedelta(seconds=place))
    assert watched_channels(account, 2) == [channels[0].pk, channels[-1].pk]
    assert WatchedChannel.objects.count() == 50


# --- buying ---


def for_sale(**fields: Any) -> tuple[Any, Title]:
    account = make_account()
    price = make_price_category(operator=account.operator, kind=1, price=Decimal("4.50"), **fields)
    return account, make_title(operator=account.operator, price_category=price)


def test_a_title_is_bought_from_the_balance_once() -> None:
    account, title = for_sale(rent_hours=48)
    with pytest.raises(NotEnoughBalance):
        buy_title(actor=ACTOR, account=account, title=title, now=NOW)
    credit(actor=ACTOR, customer=account.customer, amount=Decimal(10), now=NOW)
    bought = buy_title(actor=ACTOR, account=account, title=title, now=NOW)
    assert balance_of(account.customer) == Decimal("5.50")
    assert bought.ends_at == NOW + timedelta(hours=48)
    with pytest.raises(AlreadyBought):
        buy_title(actor=ACTOR, account=account, title=title, now=NOW)
    assert not has_bought(account, title, NOW + timedelta(hours=48))


def test_what_is_in_a_bought_package_is_bought() -> None:
    account = make_account()
    title = make_title(operator=account.operator)
    package = make_title(operator=account.operator, kind=TitleKind.PACKAGE)
    package.package_titles.set([title])
    make_purchase(account=account, title=package)
    assert has_bought(account, title, NOW)
    assert not has_bought(make_account(operator=account.operator), title, NOW)


def test_what_has_no_price_is_not_sold() -> None:
    account = make_account()
    with pytest.raises(NotForSale):
        buy_title(actor=ACTOR, account=account, title=make_title(operator=account.operator), now=NOW)


def test_a_ticket_is_the_first_ones() -> None:
    seance = make_seance(title=make_title(), starts_at=NOW)
    first, second = (make_account(operator=seance.operator) for _ in range(2))
    ticket = make_ticket(seance=seance)
    assert use_ticket(actor=ACTOR, account=first, ticket=ticket, now=NOW).account == first
    assert use_ticket(actor=ACTOR, account=first, ticket=ticket, now=NOW).account == first
    with pytest.raises(TicketOfAnother):
        use_ticket(actor=ACTOR, account=second, ticket=ticket, now=NOW)


# --- two devices at once ---


def at_once(*works: Any) -> list[Any]:
    def run(work: Any) -> Any:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - told to the test
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.django_db(transaction=True)
def test_two_devices_write_one_position() -> None:
    account = make_account()
    asset = make_asset(title=make_title(operator=account.operator))
    assert at_once(*(lambda s=s: watch(account, asset, s) for s in (10, 20, 30, 40))) == [None] * 4
    assert AssetPosition.objects.count() == AccountTitle.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_devices_buy_a_title_once() -> None:
    account, title = for_sale()
    credit(actor=ACTOR, customer=account.customer, amount=Decimal(100), now=NOW)
    done = at_once(*[lambda: buy_title(actor=ACTOR, account=account, title=title, now=NOW)] * 3)
    assert done.count(AlreadyBought) == 2
    assert balance_of(account.customer) == Decimal("95.50")


@pytest.mark.django_db(transaction=True)
def test_one_reminder_is_made_of_many() -> None:
    account = make_account()
    guide = make_guide_channel()
    channel = make_channel(operator=account.operator, guide_channel=guide)
    programme = make_programme(guide_channel=guide, start=int(NOW.timestamp()))

    def remind() -> None:
        add_reminder(account=account, channel_id=channel.pk, programme_id=programme.pk)

    assert at_once(remind, remind, remind) == [None] * 3
    assert Reminder.objects.count() == 1
