"""Writes on what screens show: acceptances, selections, the order of ribbons; and what reading them costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.at_once import at_once
from tests.factories.catalog import make_channel, make_guide_channel, make_programme, make_tariff
from tests.factories.operators import make_operator
from tests.factories.portal import make_banner, make_dashboard, make_document, make_ribbon, make_selection
from tests.factories.subscribers import make_account, make_subscription

from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.models import AuditEntry
from headend.portal.actions import accept_document, arrange_ribbons, save_selection
from headend.portal.errors import AlreadyAccepted, NobodyAccepts, UnknownItem, UnknownRibbon
from headend.portal.models import Acceptance, ItemKind, Origin, RibbonType, Selection
from headend.portal.queries import (
    EVERYTHING,
    accepted,
    banners_for,
    guest,
    held_by,
    item_numbers,
    programmes_of_ribbon,
    ribbon_for,
    ribbons_for,
    subjects_of,
    viewer_of,
)

ACTOR = system("tests")
NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())
pytestmark = pytest.mark.django_db


# --- documents -------------------------------------------------------------------------------------------------------


def test_an_acceptance_is_of_one_version_and_of_one_account() -> None:
    document, account = make_document(version="1", text="abc"), make_account()
    done = accept_document(actor=ACTOR, document=document, account=account, device_uid="tv")
    assert (done.version, done.account_number, done.text_digest[:8]) == ("1", account.number, "ba7816bf")
    with pytest.raises(AlreadyAccepted):
        accept_document(actor=ACTOR, document=document, account=account)
    assert accepted([document], subjects_of(account, "")) == {document.pk}
    assert accepted([document], subjects_of(make_account(), "tv")) == set()
    document.version = "2"
    document.save()
    assert accepted([document], subjects_of(account, "")) == set()
    accept_document(actor=ACTOR, document=document, account=account)
    assert AuditEntry.objects.filter(verb="accept").count() == 2


def test_a_device_accepts_before_anybody_signs_in() -> None:
    document = make_document()
    with pytest.raises(NobodyAccepts):
        accept_document(actor=ACTOR, document=document, account=None)
    accept_document(actor=ACTOR, document=document, account=None, device_uid="tv")
    account = make_account(operator=document.operator)
    assert accepted([document], subjects_of(account, "tv")) == {document.pk}
    assert accepted([document], subjects_of(account, "other")) == set()


def test_an_acceptance_outlives_its_account() -> None:
    document, account = make_document(), make_account()
    accept_document(actor=ACTOR, document=document, account=account)
    account.delete()
    assert Acceptance.objects.get().account_number == account.number


@pytest.mark.django_db(transaction=True)
def test_two_devices_accept_at_once() -> None:
    document, account = make_document(), make_account()
    outcomes = at_once(*[lambda: accept_document(actor=ACTOR, document=document, account=account)] * 2)
    assert sum(isinstance(each, AlreadyAccepted) for each in outcomes) == 1
    assert Acceptance.objects.count() == 1


# --- selections ------------------------------------------------------------------------------------------------------


def test_a_selection_holds_only_what_is_the_operators() -> None:
    operator = make_operator()
    mine, theirs = make_channel(operator=operator), make_channel()
    selection = Selection(operator=operator, name="First", kind=ItemKind.CHANNEL)
    with pytest.raises(UnknownItem) as told:
        save_selection(actor=ACTOR, selection=selection, numbers=[mine.pk, theirs.pk])
    assert told.value.place == str(theirs.pk)
    assert not Selection.objects.exists()
    save_selection(actor=ACTOR, selection=selection, numbers=[mine.pk, mine.pk])
    assert item_numbers(selection, NOW) == [mine.pk]
    number = mine.pk
    mine.delete()
    save_selection(actor=ACTOR, selection=selection, numbers=[number])  # what it held before is no mistake of today


def test_the_order_of_items_is_kept_and_changes_are_written_down() -> None:
    operator = make_operator()
    numbers = [make_channel(operator=operator).pk for _ in range(4)]
    selection = make_selection(operator=operator, numbers=numbers)
    save_selection(actor=ACTOR, selection=selection, numbers=numbers)
    assert not AuditEntry.objects.exists()
    save_selection(actor=ACTOR, selection=selection, numbers=numbers[::-1])
    assert item_numbers(selection, NOW) == numbers[::-1]
    assert AuditEntry.objects.get().changes == {"items": [numbers, numbers[::-1]]}


def test_a_rule_finds_programmes() -> None:
    operator = make_operator()
    guide = make_guide_channel()
    make_channel(operator=operator, guide_channel=guide, recording_days=2)
    other = make_guide_channel()
    make_channel(guide_channel=other)
    day = 86_400
    shown = [
        make_programme(guide_channel=guide, start=SECOND + hours * 3600, title=title)
        for hours, title in ((-50, "News of old"), (-20, "News"), (-3, "Sport"), (-1, "Late NEWS"), (2, "News ahead"))
    ]
    make_programme(guide_channel=other, start=SECOND - day, title="News of another operator")
    rule = {"words": "news", "days_back": 7, "days_ahead": 1, "recorded_only": True}
    selection = Selection(operator=operator, name="N", kind=ItemKind.PROGRAMME, origin=Origin.BY_RULE, rule=rule)
    save_selection(actor=ACTOR, selection=selection)
    assert item_numbers(selection, NOW) == [shown[1].pk, shown[3].pk]
    selection.rule = {"words": "news", "days_ahead": 1}
    assert item_numbers(selection, NOW) == [shown[4].pk]


def test_a_rule_that_cannot_be_read_is_not_saved() -> None:
    selection = Selection(operator=make_operator(), name="N", kind=ItemKind.RADIO, origin=Origin.BY_RULE)
    with pytest.raises(Invalid):
        save_selection(actor=ACTOR, selection=selection)
    assert not Selection.objects.exists()


# --- ribbons and banners ---------------------------------------------------------------------------------------------


def test_ribbons_are_arranged() -> None:
    board = make_dashboard()
    first, second, third = (make_ribbon(dashboard=board) for _ in range(3))
    foreign = make_ribbon()
    arrange_ribbons(actor=ACTOR, dashboard=board, numbers=[third.pk, foreign.pk, first.pk])
    viewer = guest(board.operator, NOW, device_type=None)
    assert ribbons_for(board.operator, viewer) == [third, first, second]


def test_the_day_is_that_of_the_operators_zone() -> None:
    late = datetime(2026, 3, 14, 20, tzinfo=UTC)
    for zone, day in (("Asia/Tokyo", date(2026, 3, 15)), ("UTC", date(2026, 3, 14))):
        operator = make_operator(time_zone=zone)
        ribbon = make_ribbon(operator=operator, published_from=date(2026, 3, 15))
        viewer = guest(operator, late, device_type=None)
        assert viewer.day == day
        assert ribbons_for(operator, viewer) == ([ribbon] if zone == "Asia/Tokyo" else [])


def test_a_ribbon_of_another_operator_or_for_another_tariff_is_not_there() -> None:
    account = make_account()
    now = NOW + timedelta(days=1)
    viewer = viewer_of(account, held_by(account, now), now, device_type=None)
    foreign, closed = make_ribbon(), make_ribbon(operator=account.operator)
    tariff = make_tariff(operator=account.operator)
    closed.tariffs.set([tariff])
    for ribbon in (foreign, closed):
        with pytest.raises(UnknownRibbon):
            ribbon_for(account.operator, viewer, ribbon.pk, RibbonType.CHANNELS)
    make_subscription(account=account, tariff=tariff)
    viewer = viewer_of(account, held_by(account, now), now, device_type=None)
    assert ribbon_for(account.operator, viewer, closed.pk, RibbonType.CHANNELS) == closed


def test_who_is_out_of_service_holds_only_what_is_for_that() -> None:
    account = make_account(is_active=False)
    usual, kept = (make_tariff(operator=account.operator, for_inactive_accounts=flag) for flag in (False, True))
    for tariff in (usual, kept):
        make_subscription(account=account, tariff=tariff)
    assert held_by(account, NOW).tariffs == {kept.pk}


def test_the_queries_of_ribbons_and_banners_do_not_grow(django_assert_num_queries) -> None:
    account = make_account()
    held = held_by(account, NOW)
    for number in (3, 30):
        board = make_dashboard(operator=account.operator)
        for _ in range(number):
            make_ribbon(dashboard=board).tariffs.set([])
            make_banner(operator=account.operator).accounts.set([account])
        viewer = viewer_of(account, held, NOW, device_type=None)
        with django_assert_num_queries(3):  # ribbons with dashboards, tariffs, device types
            assert len(ribbons_for(account.operator, viewer)) >= number
        with django_assert_num_queries(4):  # banners, tariffs, who is named, and whether it is this account
            assert len(banners_for(account, viewer)) >= number


def test_the_queries_of_programmes_do_not_grow(django_assert_num_queries) -> None:
    operator = make_operator()
    ribbon = make_ribbon(operator=operator, kind=RibbonType.PROGRAMMES)
    for _ in range(2):
        for _ in range(10):
            guide = make_guide_channel()
            make_channel(operator=operator, guide_channel=guide)
            for hour in range(3):
                make_programme(guide_channel=guide, start=SECOND + hour * 3600)
        with django_assert_num_queries(2):  # channels with their guides, programmes with their categories
            shown = programmes_of_ribbon(ribbon, EVERYTHING, SECOND)
            assert [showing.programme.category for showing in shown] == [None] * len(shown)
    assert len(shown) == 60
