"""Screens of portals: each type shows and keeps its own fields, and the preview shows what a viewer sees."""

import json
from datetime import date

import pytest
from django.urls import reverse
from tests.factories import make_channel
from tests.factories.portal import make_dashboard, make_ribbon
from tests.interfaces.console.test_console_writes import address, errors_of, save

from headend.catalog.models import Channel
from headend.operators.rules import Role
from headend.portal.models import HomeFeed, ItemKind, Ribbon, RibbonType, Selection
from headend.portal.rules import ATTRIBUTES
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db


def changed(client, record, **typed):
    several = {name: value for name, value in typed.items() if isinstance(value, list)}
    single = {name: value for name, value in typed.items() if name not in several}
    return save(client, type(record), "change", single, record.pk, **several)


def test_a_ribbon_keeps_only_what_its_type_has(admin, ours) -> None:
    ribbon = ours.first(Ribbon)
    page = admin.get(address(Ribbon, "change", ribbon.pk))
    fields = json.loads(page.context["adminform"].form.fields["kind"].widget.attrs["data-fields"])
    assert fields == {str(kind.value): list(names) for kind, names in ATTRIBUTES.items()}
    changed(
        admin,
        ribbon,
        kind=str(RibbonType.MAIN_MENU),
        menu_tvchannels="2",
        menu_archive="1",
        year_from="1990",
        display="big",
    )
    ribbon.refresh_from_db()
    assert ribbon.attributes == {"menu": ["archive", "tvchannels"]}
    slide = {"slides-0-image_url": "/media/a.png", "slides-0-deep_link": "app://x"}
    changed(admin, ribbon, kind=str(RibbonType.SLIDER), **slide)
    ribbon.refresh_from_db()
    assert ribbon.attributes == {"slides": [{"image_url": "/media/a.png", "deep_link": "app://x"}]}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "9"}, "slides"),
        ({"kind": "9", "slides-1-image_url": "javascript:x"}, "slides"),
        ({"kind": "0", "menu_radio": "first"}, "menu"),
        ({"kind": "5"}, "selection"),
        ({"kind": "4", "year_from": "2020", "year_to": "2010"}, "year_to"),
        ({"kind": "4", "imdb_from": "11"}, "imdb_from"),
        ({"kind": "3", "programmes": "one"}, "programmes"),
        ({"kind": "2", "channels": ["999999999"]}, "channels"),
        ({"kind": "2", "display": "two words"}, "display"),
        ({"kind": "12"}, "kind"),
    ],
)
def test_what_a_ribbon_cannot_have_is_told_at_its_field(admin, ours, typed, field) -> None:
    ribbon = ours.first(Ribbon)
    before = Ribbon.objects.values().get(pk=ribbon.pk)
    assert field in errors_of(changed(admin, ribbon, **typed))
    assert Ribbon.objects.values().get(pk=ribbon.pk) == before


def test_another_operators_channel_cannot_be_chosen(admin, ours, theirs) -> None:
    answer = changed(admin, ours.first(Ribbon), channels=[str(theirs.first(Channel).pk)])
    assert "channels" in errors_of(answer)


def test_items_of_a_selection_stay_in_the_order_in_which_they_were_chosen(admin, ours) -> None:
    selection = ours.first(Selection)
    first, second, third = (make_channel(operator=ours.operator).pk for _ in range(3))
    answer = changed(admin, selection, chosen_channels=[str(third), str(first), str(second)])
    assert answer.status_code == 302, errors_of(answer)
    assert list(selection.items.values_list("number", flat=True)) == [third, first, second]
    page = admin.get(address(Selection, "change", selection.pk)).content.decode()
    places = [page.index(f'<option value="{number}" selected') for number in (third, first, second)]
    assert places == sorted(places)


def test_a_selection_by_rule(admin, ours) -> None:
    selection = ours.first(Selection)
    typed = {"kind": str(ItemKind.PROGRAMME), "origin": "1", "words": "news", "days_back": "2", "days_ahead": "0"}
    changed(admin, selection, **typed, year_from="1990", order="name")
    selection.refresh_from_db()
    assert selection.rule == {"words": "news", "days_back": 2, "days_ahead": 0}
    assert not selection.items.exists()
    assert errors_of(changed(admin, selection, kind=str(ItemKind.RADIO), origin="1"))


def test_a_home_feed_needs_something_to_show(admin, ours) -> None:
    feed = ours.first(HomeFeed)
    assert "selection" in errors_of(changed(admin, feed, selection=""))
    assert "deep_link" in errors_of(changed(admin, feed, deep_link="app://$token"))


def preview(client, board, **query):
    return client.get(reverse("admin:portal_dashboard_preview", args=(board.pk,)), query)


def test_the_preview_shows_what_a_viewer_sees(admin, ours, theirs) -> None:
    account = ours.first(Account)
    board = make_dashboard(operator=ours.operator)
    for kind in RibbonType:
        make_ribbon(dashboard=board, kind=kind, name=f"Row {kind.value}")
    make_ribbon(dashboard=board, name="Over", published_to=date(2020, 1, 1))
    guest = preview(admin, board)
    assert {ribbon.name for ribbon, _ in guest.context["others"]} >= {"Over", "Row 6", "Row 7", "Row 8"}
    signed_in = preview(admin, board, account=account.pk)
    assert {ribbon.name for ribbon, _ in signed_in.context["others"]} == {"Over"}
    foreign = preview(admin, board, account=theirs.first(Account).pk)
    assert "account" in foreign.context["form"].errors


def test_the_preview_is_only_for_those_who_see_the_dashboard(ours, theirs, admin, sign_in) -> None:
    board = make_dashboard(operator=theirs.operator)
    assert preview(admin, board).status_code in (302, 403)
    assert preview(sign_in(Role.MONITORING, theirs.operator), board).status_code in (302, 403)
    assert preview(sign_in(Role.SUPPORT, theirs.operator), board).status_code == 200
