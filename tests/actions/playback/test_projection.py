"""Change rows become updates: for every kind of record, for what vanishes, and for what time alone changes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.factories import (
    make_account,
    make_api_key,
    make_category,
    make_channel,
    make_customer,
    make_device,
    make_guide_channel,
    make_guide_source,
    make_maintenance,
    make_operator,
    make_operator_device_type,
    make_programme,
    make_session,
    make_streaming_server,
    make_subscription,
    make_tariff,
)

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.catalog.actions.programme_blockings import block_programme
from headend.catalog.models import GuideCategory
from headend.catalog.rules import with_shift
from headend.kernel.actor import system
from headend.kernel.sealing import new_key
from headend.operators.actions import delete, record, save, save_operator
from headend.operators.models import Change
from headend.playback.ports import Update
from headend.playback.queries import Projection, ServerTools
from headend.playback.queries.projection import GUIDES_AT_A_TIME, GUIDES_MOVE_AFTER
from headend.subscribers.actions import PersonalWish, close_sessions, set_personal_channels, subscribe, unsubscribe
from headend.subscribers.models import Account, Session, TariffSubscription
from headend.viewing.actions import forget_position, set_programme_position
from headend.viewing.actions.positions import Stop

pytestmark = pytest.mark.django_db

NOW = 1_800_000_000
MOMENT = datetime.fromtimestamp(NOW, UTC)
ACTOR = system("test")


class Fed:
    """A projection that has given its snapshot, and what it says next."""

    def __init__(self) -> None:
        self.projection = Projection(ServerTools(STREAMING_SERVERS, new_key()))
        self.snapshot = self.projection.complete(0, NOW)
        Change.objects.all().delete()

    def news(self, now: int = NOW) -> Update:
        rows = list(Change.objects.order_by("pk"))
        Change.objects.all().delete()
        return self.projection.after(rows, 5, now)


def nothing_but(update: Update, **expected: Any) -> bool:
    """Whether an update names just these parts, each by what is compared here."""
    got = {
        "operators": [o.id for o in update.operators],
        "removed_operators": list(update.removed_operators),
        "lineups": [lineup.operator_id for lineup in update.lineups],
        "guides": {number: [p.title for p in programmes] for number, programmes in update.guides.items()},
        "accounts": [a.id for a in update.accounts],
        "removed_accounts": list(update.removed_accounts),
        "sessions": [s.token_digest for s in update.sessions],
        "removed_sessions": sorted(update.removed_sessions),
    }
    assert {name: value for name, value in got.items() if value} == expected
    assert (update.change, update.is_complete) == (5, False)
    return True


def test_snapshot_names_everything() -> None:
    channel = make_channel(guide_channel=make_guide_channel(), recording_days=2)
    programme = make_programme(guide_channel=channel.guide_channel, start=NOW - 2 * 86400)
    account = make_account(operator=channel.operator)
    session, _ = make_session(account=account)
    make_guide_channel()
    update = Fed().snapshot
    assert (update.is_complete, update.change, update.programme_categories) == (True, 0, {})
    assert (
        [o.id for o in update.operators] == [lineup.operator_id for lineup in update.lineups] == [channel.operator_id]
    )
    assert [a.id for a in update.accounts] == [account.pk]
    assert [s.token_digest for s in update.sessions] == [session.token_digest]
    assert {n: [p.id for p in programmes] for n, programmes in update.guides.items()} == {
        channel.guide_channel_id: [programme.pk]
    }


def test_positions_in_programmes_come_and_go() -> None:
    channel = make_channel(guide_channel=make_guide_channel())
    account, other = make_account(operator=channel.operator), make_account(operator=channel.operator)
    programme = make_programme(guide_channel=channel.guide_channel, start=NOW)
    for each, seconds in ((account, 30), (other, 40)):
        set_programme_position(account=each, programme_id=programme.pk, stop=Stop(seconds), now=MOMENT)
    fed = Fed()
    assert fed.snapshot.positions == {account.pk: {programme.pk: 30}, other.pk: {programme.pk: 40}}
    set_programme_position(account=account, programme_id=programme.pk, stop=Stop(90), now=MOMENT)
    update = fed.news()
    assert update.positions == {account.pk: {programme.pk: 90}}
    assert nothing_but(update)
    forget_position(account=account, content_id=programme.pk, is_title=False)
    assert fed.news().positions == {account.pk: {}}


def test_a_blocked_programme_changes_the_lineup() -> None:
    channel = make_channel(guide_channel=make_guide_channel())
    programme = make_programme(guide_channel=channel.guide_channel, start=NOW)
    fed = Fed()
    end = MOMENT + timedelta(days=1)
    block_programme(actor=ACTOR, operator=channel.operator, programme_id=programme.pk, ends_at=end)
    (lineup,) = fed.news().lineups
    assert lineup.blocked == {programme.pk: NOW + 86400}
    assert Projection(ServerTools(STREAMING_SERVERS, new_key())).complete(0, NOW + 86400).lineups[0].blocked == {}


def test_nothing_new_is_an_empty_update() -> None:
    make_channel()
    assert Fed().news() == Update(change=5)


@pytest.mark.parametrize(
    "make",
    [make_channel, make_category, make_tariff, make_streaming_server, make_maintenance],
    ids=lambda f: f.__name__,
)
def test_catalogue_and_delivery_change_the_lineup_of_their_operator_alone(make: Callable[..., Any]) -> None:
    made = make()
    make_channel()
    fed = Fed()
    record(actor=ACTOR, verb="change", obj=made)
    assert nothing_but(fed.news(), lineups=[made.operator_id])
    delete(actor=ACTOR, obj=made)
    assert nothing_but(fed.news(), lineups=[made.operator_id])


def test_operator_is_fed_again_only_where_it_differs() -> None:
    operator, other = make_operator(), make_operator()
    fed = Fed()
    record(actor=ACTOR, verb="change", obj=other)
    assert nothing_but(fed.news())
    operator.name = "Another"
    save_operator(actor=ACTOR, operator=operator)
    assert nothing_but(fed.news(), operators=[operator.pk])


def test_new_operator_comes_with_its_lineup() -> None:
    fed = Fed()
    operator = make_operator()
    record(actor=ACTOR, verb="add", obj=operator)
    assert nothing_but(fed.news(), operators=[operator.pk], lineups=[operator.pk])


def test_languages_change_the_lineup_and_the_zone_changes_the_dates_of_accounts() -> None:
    operator = make_operator()
    account = make_account(operator=operator, deactivates_on=date(2027, 2, 1))
    make_account()
    fed = Fed()
    operator.extra_languages = ["ru"]
    save_operator(actor=ACTOR, operator=operator)
    assert nothing_but(fed.news(), operators=[operator.pk], lineups=[operator.pk])
    operator.time_zone = "Asia/Tokyo"
    save_operator(actor=ACTOR, operator=operator)
    update = fed.news()
    assert nothing_but(update, operators=[operator.pk], accounts=[account.pk])
    assert update.accounts[0].active_until == int(datetime(2027, 1, 31, 15, tzinfo=UTC).timestamp())


def test_keys_and_device_types_change_the_operator() -> None:
    key, _ = make_api_key()
    used = make_operator_device_type(operator=key.operator)
    fed = Fed()
    key.revoked_at = MOMENT
    save(actor=ACTOR, obj=key)
    assert nothing_but(fed.news(), operators=[key.operator_id])
    used.device_type.group = 1
    save(actor=ACTOR, obj=used.device_type)
    assert nothing_but(fed.news(), operators=[key.operator_id])
    used.is_basic = True
    save(actor=ACTOR, obj=used)
    assert nothing_but(fed.news(), operators=[key.operator_id])


def test_operator_that_is_deleted_takes_its_accounts_and_sessions_along() -> None:
    session, _ = make_session()
    make_account()
    fed = Fed()
    account, operator = session.account_id, session.operator
    delete(actor=ACTOR, obj=operator)
    update = fed.news()
    assert len(update.removed_operators) == 1
    assert (update.removed_accounts, update.removed_sessions) == ((account,), (session.token_digest,))


# --- guides ---


def test_guide_that_a_channel_uses() -> None:
    guide = make_guide_channel()
    make_channel(guide_channel=guide)
    unused = make_guide_channel()
    fed = Fed()
    make_programme(guide_channel=guide, start=NOW, title="New")
    record(actor=ACTOR, verb="import", obj=guide)
    record(actor=ACTOR, verb="import", obj=unused)
    assert nothing_but(fed.news(), guides={guide.pk: ["New"]})


def test_guide_channel_with_another_shift_changes_the_lineups() -> None:
    channel = make_channel(guide_channel=make_guide_channel())
    guide = channel.guide_channel
    fed = Fed()
    guide.shift_minutes = 60
    save(actor=ACTOR, obj=guide)
    update = fed.news()
    assert [lineup.channels[0].guide_shift_minutes for lineup in update.lineups] == [60]
    delete(actor=ACTOR, obj=guide)
    update = fed.news()
    assert [lineup.channels[0].guide_channel_id for lineup in update.lineups] == [None]
    assert len(update.guides) == 1
    assert fed.news() == Update(change=5)


def test_channel_with_a_shift_of_its_own_changes_its_lineup_once() -> None:
    channel = make_channel(guide_channel=make_guide_channel(shift_minutes=-60))
    guide = channel.guide_channel
    fed = Fed()
    channel.meta = with_shift(channel.meta, 90)
    save(actor=ACTOR, obj=channel)
    update = fed.news()
    assert [lineup.channels[0].guide_shift_minutes for lineup in update.lineups] == [30]
    record(actor=ACTOR, verb="import", obj=guide)
    assert fed.news().lineups == ()
    guide.shift_minutes = 0
    save(actor=ACTOR, obj=guide)
    assert [lineup.channels[0].guide_shift_minutes for lineup in fed.news().lineups] == [90]


def test_channel_that_points_at_another_guide_or_records_longer_brings_that_guide() -> None:
    old = make_programme(start=NOW - 3 * 86400, title="Three days ago")
    channel = make_channel()
    fed = Fed()
    channel.guide_channel = old.guide_channel
    save(actor=ACTOR, obj=channel)
    assert nothing_but(fed.news(), lineups=[channel.operator_id], guides={old.guide_channel_id: []})
    channel.recording_days = 3
    save(actor=ACTOR, obj=channel)
    assert nothing_but(fed.news(), lineups=[channel.operator_id], guides={old.guide_channel_id: ["Three days ago"]})
    channel.guide_channel = None
    save(actor=ACTOR, obj=channel)
    assert nothing_but(fed.news(), lineups=[channel.operator_id], guides={old.guide_channel_id: []})


def test_programme_changed_or_deleted_by_hand() -> None:
    programme = make_programme(start=NOW, title="Before")
    make_channel(guide_channel=programme.guide_channel)
    fed = Fed()
    programme.title = "After"
    save(actor=ACTOR, obj=programme)
    assert nothing_but(fed.news(), guides={programme.guide_channel_id: ["After"]})
    delete(actor=ACTOR, obj=programme)
    update = fed.news()
    assert update.guides == {programme.guide_channel_id: ()}


def test_source_that_ran_changes_nothing_and_one_that_is_deleted_takes_its_guides() -> None:
    source = make_guide_source()
    channel = make_channel(guide_channel=make_guide_channel(source=source))
    guide = channel.guide_channel_id
    fed = Fed()
    source.last_outcome = "good"
    save(actor=ACTOR, obj=source)
    assert nothing_but(fed.news())
    delete(actor=ACTOR, obj=source)
    update = fed.news()
    assert update.guides == {guide: ()}
    assert [lineup.channels[0].guide_channel_id for lineup in update.lineups] == [None]


def test_programme_categories() -> None:
    fed = Fed()
    film = GuideCategory(name="Film")
    save(actor=ACTOR, obj=film)
    assert fed.news() == Update(change=5, programme_categories={film.pk: ("Film", "", "", "", "", "")})


def test_guides_move_with_time_a_few_at_once() -> None:
    guides = [make_guide_channel() for _ in range(GUIDES_AT_A_TIME + 2)]
    for guide in guides:
        make_channel(guide_channel=guide)
    make_programme(guide_channel=guides[0], start=NOW + 8 * 86400 + 60, title="In the window later")
    fed = Fed()
    assert fed.news(NOW + GUIDES_MOVE_AFTER - 1) == Update(change=5)
    later = NOW + GUIDES_MOVE_AFTER
    first, second = fed.news(later).guides, fed.news(later).guides
    assert (len(first), len(second)) == (GUIDES_AT_A_TIME, 2)
    assert [p.title for p in first[guides[0].pk]] == ["In the window later"]
    assert fed.news(later) == Update(change=5)


# --- subscribers ---


def test_account_that_changes_and_goes() -> None:
    session, _ = make_session()
    account = session.account
    make_session()
    fed = Fed()
    record(actor=ACTOR, verb="change", obj=account)
    assert nothing_but(fed.news(), accounts=[account.pk])
    number = account.pk
    delete(actor=ACTOR, obj=account)
    assert nothing_but(fed.news(), removed_accounts=[number], removed_sessions=[session.token_digest])
    fed.projection.after([Change(entity="subscribers.account", object_id=number)], 5, NOW)


def test_customer_brings_all_accounts_and_takes_them_along() -> None:
    customer = make_customer()
    accounts = [make_account(customer=customer).pk for _ in range(2)]
    make_account()
    fed = Fed()
    record(actor=ACTOR, verb="change", obj=customer)
    assert nothing_but(fed.news(), accounts=accounts)
    delete(actor=ACTOR, obj=customer)
    assert nothing_but(fed.news(), removed_accounts=accounts)


def test_subscription_changes_whoever_holds_it_also_when_it_is_deleted() -> None:
    account = make_account()
    sibling = make_account(customer=account.customer)
    make_account()
    own, shared = make_subscription(account=account), make_subscription(customer=account.customer)
    fed = Fed()
    unsubscribe(actor=ACTOR, subscription=own, ends_at=MOMENT)
    update = fed.news()
    assert nothing_but(update, accounts=[account.pk])
    assert [h.tariff_id for h in update.accounts[0].holdings] == [shared.tariff_id]
    TariffSubscription.objects.filter(pk=own.pk).update(ends_at=None)
    delete(actor=ACTOR, obj=TariffSubscription.objects.get(pk=own.pk))
    assert nothing_but(fed.news(), accounts=[account.pk])
    delete(actor=ACTOR, obj=shared)
    assert nothing_but(fed.news(), accounts=[account.pk, sibling.pk])
    subscribe(actor=ACTOR, customer=account.customer, tariff=shared.tariff, starts_at=MOMENT, account=sibling)
    assert nothing_but(fed.news(), accounts=[sibling.pk])


def test_subscription_that_moves_changes_both_holders() -> None:
    first, second = make_account(), make_account()
    subscription = make_subscription(account=first)
    fed = Fed()
    subscription.account, subscription.customer = second, second.customer
    save(actor=ACTOR, obj=subscription)
    assert nothing_but(fed.news(), accounts=[first.pk, second.pk])


def test_personal_channels_change_the_account() -> None:
    account = make_account()
    channel = make_channel(operator=account.operator)
    fed = Fed()
    set_personal_channels(actor=ACTOR, account=account, wishes={channel.pk: PersonalWish(is_hidden=True)})
    update = fed.news()
    assert nothing_but(update, accounts=[account.pk])
    assert update.accounts[0].personal[channel.pk].is_hidden is True


def test_sessions_come_and_go() -> None:
    account = make_account()
    fed = Fed()
    session, _ = make_session(account=account)
    record(actor=ACTOR, verb="add", obj=session)
    assert nothing_but(fed.news(), sessions=[session.token_digest])
    close_sessions(actor=ACTOR, sessions=Session.objects.all())
    assert nothing_but(fed.news(), accounts=[account.pk], removed_sessions=[session.token_digest])


def test_device_changes_its_sessions_and_takes_them_along() -> None:
    device = make_device()
    session, _ = make_session(device=device)
    make_session(account=device.account)
    fed = Fed()
    device.is_enabled = False
    save(actor=ACTOR, obj=device)
    update = fed.news()
    assert nothing_but(update, sessions=[session.token_digest])
    assert update.sessions[0].device_is_enabled is False
    delete(actor=ACTOR, obj=device)
    assert nothing_but(fed.news(), removed_sessions=[session.token_digest])


def test_rows_may_come_twice_and_of_records_nobody_knows() -> None:
    account = make_account()
    fed = Fed()
    rows = [
        Change(entity="subscribers.account", object_id=account.pk, operator_id=account.operator_id),
        Change(entity="subscribers.account", object_id=10**9),
        Change(entity="subscribers.session", object_id=10**9),
        Change(entity="subscribers.device", object_id=10**9),
        Change(entity="subscribers.tariffsubscription", object_id=10**9),
        Change(entity="catalog.guidechannel", object_id=10**9),
        Change(entity="catalog.channel", operator_id=10**9),
        Change(entity="operators.auditentry", object_id=1),
        Change(entity="no.such"),
    ]
    for _ in range(2):
        assert nothing_but(fed.projection.after(rows, 5, NOW), accounts=[account.pk])


def test_record_that_serves_everybody_changes_every_lineup() -> None:
    operators = [make_operator().pk, make_operator().pk]
    fed = Fed()
    assert nothing_but(fed.projection.after([Change(entity="catalog.channel")], 5, NOW), lineups=operators)


def test_server_goes_into_maintenance_and_comes_out_when_the_time_comes() -> None:
    server = make_streaming_server()
    begins, ends = (datetime.fromtimestamp(NOW + s, UTC) for s in (60, 120))
    make_maintenance(operator=server.operator, servers=[server], begins_at=begins, ends_at=ends)
    make_maintenance(operator=server.operator, begins_at=begins)
    fed = Fed()
    assert fed.news(NOW + 59) == Update(change=5)
    assert [s.is_available for s in fed.news(NOW + 60).lineups[0].servers] == [False]
    assert fed.news(NOW + 119) == Update(change=5)
    assert [s.is_available for s in fed.news(NOW + 120).lineups[0].servers] == [True]
    assert fed.news(NOW + 10**6).lineups == ()


def test_snapshot_again_after_everything_else() -> None:
    account = make_account()
    fed = Fed()
    Account.objects.all().delete()
    update = fed.projection.complete(9, NOW)
    assert (update.accounts, update.change) == ((), 9)
    fed.projection.after([Change(entity="subscribers.account", object_id=account.pk)], 9, NOW)
