"""Staff of one operator on every screen of another: nothing is seen, nothing is changed."""

from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories import make_channel, make_operator
from tests.interfaces.console.conftest import SHARED

from headend.catalog.models import Category, Channel, Programme
from headend.delivery.models import StreamingServer
from headend.operators.models import AuditEntry, Change, Operator, Staff
from headend.operators.rules import Role
from headend.subscribers.models import Account, Customer, Device, TariffSubscription

SCREENS = sorted(
    ((model, screen) for model, screen in django_admin.site._registry.items() if model is not Group),
    key=lambda pair: pair[0]._meta.label,
)
ALL = pytest.mark.parametrize(("model", "screen"), SCREENS, ids=[model._meta.label for model, _ in SCREENS])
OWNED = pytest.mark.parametrize(
    ("model", "screen"),
    [(model, screen) for model, screen in SCREENS if model not in SHARED],
    ids=[model._meta.label for model, _ in SCREENS if model not in SHARED],
)


def address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def text_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        cells = load_workbook(BytesIO(body)).active.iter_rows(values_only=True)
        return "\n".join(str(cell) for row in cells for cell in row)
    return body.decode("utf-8-sig")


@ALL
def test_screens_open_for_the_superuser(model, screen, ours, superuser):
    obj = ours.first(model)
    for name, args in (("changelist", ()), ("change", (obj.pk,)), ("history", (obj.pk,)), ("delete", (obj.pk,))):
        status = superuser.get(address(model, name, *args)).status_code
        read_only = screen.is_read_only and name == "delete"
        assert status == (403 if read_only else 200), name


@OWNED
def test_lists_and_exports_hold_no_foreign_record(model, screen, ours, theirs, admin):
    for name in ("changelist", "export"):
        if name == "export" and not hasattr(screen, "sheet"):
            continue
        response = admin.get(address(model, name))
        assert response.status_code == 200
        assert "Theirs" not in text_of(response)
    if hasattr(screen, "sheet"):
        for kind in ("csv", "xlsx"):
            exported = text_of(admin.post(address(model, "export"), {"format": kind}))
            assert "Theirs" not in exported
            assert "id" in exported


@pytest.mark.any_database
@OWNED
def test_foreign_records_are_not_there(model, screen, ours, theirs, admin):
    foreign = theirs.first(model)
    for name in ("change", "delete", "history"):
        response = admin.get(address(model, name, foreign.pk))
        assert response.status_code in (302, 403, 404), name
        assert "Theirs" not in text_of(response)


@pytest.mark.any_database
@OWNED
def test_foreign_records_are_not_changed_by_a_forged_form(model, screen, ours, theirs, admin):
    foreign = theirs.first(model)
    before = model.objects.filter(pk=foreign.pk).values().get()
    entries = AuditEntry.objects.latest("pk").pk
    admin.post(address(model, "change", foreign.pk), {"name": "stolen", "_save": "1"})
    admin.post(address(model, "delete", foreign.pk), {"post": "yes"})
    for action in ("delete_selected", *screen.actions):
        ticked = {"action": action, "_selected_action": [foreign.pk], "post": "yes", "_asked": "1", "days": "3"}
        admin.post(address(model, "changelist"), ticked)
        admin.post(address(model, "changelist"), ticked | {"select_across": "1", "_selected_action": []})
    after = model.objects.filter(pk=foreign.pk).values().get()
    assert after == before
    assert not AuditEntry.objects.filter(pk__gt=entries, operator=theirs.operator).exists()


@ALL
def test_autocompletion_offers_no_foreign_record(model, screen, ours, theirs, admin):
    for name in screen.autocomplete_fields:
        query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
        for term in ("", "Theirs", "100001"):
            response = admin.get(reverse("admin:autocomplete"), query | {"term": term})
            assert response.status_code in (200, 403)
            assert "Theirs" not in text_of(response)


def test_autocompletion_names_the_operator_where_there_are_several(ours, theirs, superuser):
    query = {"app_label": "catalog", "model_name": "channel", "field_name": "category", "term": "News"}
    texts = [each["text"] for each in superuser.get(reverse("admin:autocomplete"), query).json()["results"]]
    assert texts == ["News · Ours", "News · Theirs"]


def test_filters_offer_and_name_only_own_records(ours, theirs, admin):
    foreign = theirs.first(Category)
    Category.objects.filter(pk=foreign.pk).update(name="Elsewhere")  # its number may be that of something of ours too
    page = text_of(admin.get(address(Channel, "changelist"), {"category__id__exact": foreign.pk}))
    assert "Elsewhere" not in page
    customer = theirs.first(Customer)
    page = text_of(admin.get(address(Account, "changelist"), {"customer__id__exact": customer.pk}))
    assert "Theirs" not in page
    assert "Rossi" not in page


def test_a_forged_reference_is_refused(ours, theirs, admin):
    channel = ours.first(Channel)
    form = {"name": "Ours", "sort": "1", "category": theirs.first(Category).pk, "aspect_ratio": "0"}
    form |= {"recording_days": "0", "pause_live_seconds": "0"}
    response = admin.post(address(Channel, "change", channel.pk), form)
    assert response.status_code == 200
    assert "category" in response.context["adminform"].form.errors
    channel.refresh_from_db()
    assert channel.category.operator == ours.operator


def test_a_superuser_cannot_tie_two_operators_together(ours, theirs, superuser):
    form = {"name": "Mixed", "operator": ours.operator.pk, "sort": "1", "category": theirs.first(Category).pk}
    form |= {"aspect_ratio": "0", "recording_days": "0", "pause_live_seconds": "0"}
    response = superuser.post(address(Channel, "add"), form)
    assert response.context["adminform"].form.errors == {"category": ["This belongs to another operator."]}


def test_many_to_many_fields_cannot_tie_two_operators_together(ours, theirs, superuser):
    server = ours.first(StreamingServer)
    form = {"name": "edge-1", "kind": "mask", "content": "both", "mask": "http://e.example/$cid", "priority": "1"}
    form |= {"storage": "ssd", "recording_days": "0", "timeshift_minutes": "0", "token_ttl_seconds": "60"}
    response = superuser.post(
        address(StreamingServer, "change", server.pk), form | {"channels": [theirs.first(Channel).pk]}
    )
    assert response.context["adminform"].form.errors == {"channels": ["This belongs to another operator."]}


PAGES = ("guide_grid", "why", "guide_matches", "index", "preferences")


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_no_foreign_record(name, ours, theirs, admin):
    response = admin.get(reverse(f"admin:{name}"))
    assert response.status_code == 200
    assert "Theirs" not in text_of(response)


def test_a_foreign_programme_is_not_shown(ours, theirs, admin):
    assert admin.get(reverse("admin:programme", args=[theirs.first(Programme).pk])).status_code == 404
    assert admin.get(reverse("admin:programme", args=[ours.first(Programme).pk])).status_code == 200


def test_why_knows_no_foreign_account_channel_or_device(ours, theirs, admin):
    query = {
        "account": theirs.first(Account).pk,
        "channel": theirs.first(Channel).pk,
        "device": theirs.first(Device).pk,
    }
    response = admin.get(reverse("admin:why"), query)
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"account", "channel", "device"}
    assert "decision" not in response.context


def test_the_command_search_finds_no_foreign_record(ours, theirs, admin):
    for term in ("theirs", "100001", "rossi"):
        response = admin.get(f"{reverse('admin:search')}?{urlencode({'s': term, 'extended': 1})}")
        assert response.status_code == 200
        assert "Theirs" not in text_of(response)


def test_staff_see_operators_below_theirs(ours, sign_in):
    below = make_operator(parent=ours.operator, name="Below")
    channel = make_channel(operator=below, name="Below one")
    above = sign_in(Role.OPERATOR_ADMIN, ours.operator)
    assert "Below one" in text_of(above.get(address(Channel, "changelist")))
    inside = sign_in(Role.OPERATOR_ADMIN, below)
    assert inside.get(address(Channel, "change", channel.pk)).status_code == 200
    assert inside.get(address(Channel, "change", ours.first(Channel).pk)).status_code == 302
    assert list(inside.get(address(Operator, "changelist")).context["cl"].result_list) == [below]


def test_dealers_reach_only_their_customers(ours, dealer_of):
    dealer, browser = dealer_of(ours.operator)
    mine = Customer.objects.create(operator=ours.operator, dealer=dealer, last_name="Mine")
    others = ours.first(Customer)
    assert list(browser.get(address(Customer, "changelist")).context["cl"].result_list) == [mine]
    assert browser.get(address(Customer, "change", others.pk)).status_code == 302
    for model in (Account, Device, TariffSubscription):
        assert list(browser.get(address(model, "changelist")).context["cl"].result_list) == []
    assert browser.get(address(Channel, "changelist")).status_code == 403
    assert browser.get(address(Staff, "changelist")).status_code == 403


def test_a_dealers_new_customer_is_theirs(ours, dealer_of):
    dealer, browser = dealer_of(ours.operator)
    response = browser.post(address(Customer, "add"), {"last_name": "New", "dealer": ""})
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert Customer.objects.get(last_name="New").dealer == dealer


def test_copyright_holders_see_only_their_channels_and_no_addresses(ours, theirs, sign_in):
    browser = sign_in(Role.COPYRIGHT_HOLDER, ours.operator)
    channel = ours.first(Channel)
    assert list(browser.get(address(Channel, "changelist")).context["cl"].result_list) == []
    channel.copyright_holder.staff.add(browser.staff)
    assert list(browser.get(address(Channel, "changelist")).context["cl"].result_list) == [channel]
    page = text_of(browser.get(address(Channel, "change", channel.pk)))
    assert "Ours secret" not in page
    assert "stream.example" not in page
    assert browser.get(address(Channel, "export")).status_code == 403


def test_nobody_filters_by_a_secret(ours, admin):
    for lookup in ("password__startswith", "sealed_parent_code__isnull"):
        assert admin.get(address(Account, "changelist"), {lookup: "x"}).status_code in (302, 400)


@pytest.mark.any_database
def test_no_change_row_is_written_by_looking(ours, admin):
    Change.objects.all().delete()
    for model, _ in SCREENS:
        admin.get(address(model, "changelist"))
    assert not Change.objects.exists()
