"""Wrong input: an error at its field in words, everything typed still there, nothing written, never a traceback."""

import pytest
from django.db import IntegrityError
from django.urls import reverse
from tests.factories import make_customer, make_operator, make_staff, make_tariff
from tests.interfaces.console.test_console_writes import address, errors_of, save

from headend.catalog.models import Category, Channel, Tariff
from headend.delivery.models import Maintenance, StreamingServer
from headend.interfaces.console import screens
from headend.operators.models import AuditEntry, Dealer, Operator, Staff
from headend.operators.rules import Role
from headend.subscribers.models import Account, Customer, Device, OperatorDeviceType, TariffSubscription

REFUSED = [
    (Category, {"name": "Films"}, "__all__"),
    (Category, {"name": ""}, "name"),
    (Category, {"colour": "blue"}, "colour"),
    (Category, {"sort": "-1"}, "sort"),
    (Channel, {"lcn": "99999999999999999999"}, "lcn"),
    (Channel, {"recording_days": "366"}, "recording_days"),
    (Channel, {"name": "x" * 201}, "name"),
    (Channel, {"name": "nul\0"}, "name"),
    (Channel, {"guide_shift": "1441"}, "guide_shift"),
    (Channel, {"http_headers": "no colon here"}, "http_headers"),
    (Channel, {"meta": "{broken"}, "meta"),
    (Channel, {"meta": "[1, 2]"}, "meta"),
    (Channel, {"meta": "[" * 5000}, "meta"),
    (Channel, {"category": "999999999"}, "category"),
    (Channel, {"category": "select-abc"}, "category"),
    (Tariff, {"countries": "Italy"}, "countries"),
    (
        Tariff,
        {"viewing_hours-0-days": ["1"], "viewing_hours-0-from": "25:00", "viewing_hours-0-to": "26:00"},
        "viewing_hours",
    ),
    (Tariff, {"viewing_hours-0-from": "18:00", "viewing_hours-0-to": "23:00"}, "viewing_hours"),
    (Tariff, {"price": "a lot"}, "price"),
    (Tariff, {"price": "99999999999999"}, "price"),
    (Tariff, {"basic_priority": "11"}, "basic_priority"),
    (StreamingServer, {"mask": "no address"}, "mask"),
    (StreamingServer, {"mask": "https://e.example/$nothing"}, "mask"),
    (StreamingServer, {"mask": "https://e.example/$cid?t=$signed"}, "new_secret"),
    (StreamingServer, {"archive_mask": "https://e.example/$"}, "archive_mask"),
    (StreamingServer, {"kind": "flussonic", "mask": "", "archive_mask": "", "base_url": "nowhere"}, "base_url"),
    (StreamingServer, {"kind": "unheard of"}, "kind"),
    (Maintenance, {"ends_at_0": "2001-01-01", "ends_at_1": "00:00:00"}, "ends_at"),
    (Maintenance, {"begins_at_0": "tomorrow"}, "begins_at"),
    (Operator, {"time_zone": "Mars/Olympus"}, "time_zone"),
    (Operator, {"currency": "€"}, "currency"),
    (Operator, {"extra_languages": "ru, it, de, fr, es, pl"}, "extra_languages"),
    (Operator, {"extra_languages": "en"}, "extra_languages"),
    (Operator, {"extra_languages": "<b>"}, "extra_languages"),
    (Dealer, {"allowed_subnets": "10.0.0.0/8\nnowhere"}, "allowed_subnets"),
    (Dealer, {"email": "not an address"}, "email"),
    (Customer, {"postal_address_city": "x" * 201}, "postal_address"),
    (Account, {"number": "100002"}, "__all__"),
    (Account, {"number": "-4"}, "number"),
    (Account, {"number": "9" * 30}, "number"),
    (Account, {"subnets": "10.0.0.0/99"}, "subnets"),
    (Account, {"country": "ITA"}, "country"),
    (Account, {"allowed_device_groups": ["7"]}, "allowed_device_groups"),
    (Account, {"activates_on": "2030-02-01", "deactivates_on": "2030-01-01"}, "deactivates_on"),
    (Account, {"parent_code": "12345678901234567"}, "parent_code"),
    (TariffSubscription, {"ends_at_0": "2001-01-01", "ends_at_1": "00:00:00"}, "ends_at"),
    (OperatorDeviceType, {"portal_config": "1"}, "portal_config"),
    (Staff, {"username": "no blanks"}, "username"),
    (Staff, {"new_password": "short"}, "new_password"),
    (Staff, {"role": "emperor"}, "role"),
    (Staff, {"role": "dealer"}, "dealer"),
]


@pytest.mark.parametrize(
    ("model", "typed", "field"), REFUSED, ids=[f"{m.__name__} {list(t)[-1]} {n}" for n, (m, t, _) in enumerate(REFUSED)]
)
def test_wrong_input_is_refused_with_words_and_kept(model, typed, field, ours, superuser):
    obj = ours.first(model)
    before = model.objects.filter(pk=obj.pk).values().get()
    last = AuditEntry.objects.count()
    plain = {name: value for name, value in typed.items() if not isinstance(value, list)}
    several = {name: value for name, value in typed.items() if isinstance(value, list)}
    response = save(superuser, model, "change", plain, obj.pk, **several)
    assert response.status_code == 200
    assert field in errors_of(response), errors_of(response)
    assert all(errors_of(response)[field])
    page = response.content.decode()
    for name, value in plain.items():
        if (
            "password" not in name
            and "code" not in name
            and value.isprintable()
            and value not in ("", "emperor", "999999999", "select-abc")
        ):
            assert value.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in page
    assert model.objects.filter(pk=obj.pk).values().get() == before
    assert AuditEntry.objects.count() == last


def test_an_archived_tariff_is_kept_by_its_holders_and_given_to_nobody(ours, admin):
    held = ours.first(TariffSubscription)
    Tariff.objects.filter(pk=held.tariff_id).update(is_archived=True, name="Old times")
    customer = make_customer(operator=ours.operator)
    fields = {"customer": str(customer.pk), "tariff": str(held.tariff_id)}
    response = save(admin, TariffSubscription, "add", fields)
    assert errors_of(response) == {"tariff": ["This tariff is archived and no longer given."]}
    response = save(admin, TariffSubscription, "change", {"ends_at_0": "2040-01-01", "ends_at_1": "00:00:00"}, held.pk)
    assert response.status_code == 302, errors_of(response)
    other = make_tariff(operator=ours.operator)
    mine = TariffSubscription.objects.create(
        operator=ours.operator, customer=customer, tariff=other, starts_at=held.starts_at
    )
    response = save(admin, TariffSubscription, "change", {"tariff": str(held.tariff_id)}, mine.pk)
    assert list(errors_of(response)) == ["tariff"]


def test_archived_tariffs_are_not_offered_to_customers(ours, admin):
    held = ours.first(TariffSubscription)
    query = {"model_name": "tariffsubscription", "app_label": "subscribers", "field_name": "tariff"}

    def offered():
        return [each["id"] for each in admin.get(reverse("admin:autocomplete"), query).json()["results"]]

    assert str(held.tariff_id) in offered()
    Tariff.objects.filter(pk=held.tariff_id).update(is_archived=True)
    assert str(held.tariff_id) not in offered()
    form = {"action": "give_tariff", "_selected_action": [held.customer_id]}
    page = admin.post(address(Customer, "changelist"), form)
    assert f'<option value="{held.tariff_id}"' not in page.content.decode()
    page = admin.post(address(Customer, "changelist"), form | {"_asked": "1", "tariff": str(held.tariff_id)})
    assert page.context["form"].errors == {"tariff": ["There is no such tariff, or it is archived."]}


def test_a_name_is_unique_also_where_the_operator_is_not_asked_for(ours, admin):
    response = save(admin, Category, "add", {"name": "News"})
    assert response.status_code == 200
    assert list(errors_of(response)) == ["__all__"]


def test_two_operators_may_use_one_name(ours, theirs, admin):
    assert save(admin, Category, "add", {"name": "Only ours"}).status_code == 302
    assert Category.objects.get(name="Only ours").operator == ours.operator


def test_a_record_saved_by_somebody_else_meanwhile_is_a_form_error(ours, admin, monkeypatch):
    def collide(**_):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(screens, "save", collide)
    response = save(admin, Channel, "change", {"name": "Typed in vain"}, ours.first(Channel).pk)
    assert response.status_code == 200
    assert errors_of(response)["__all__"] == ["Somebody saved something of the same name or number at this moment."]
    assert "Typed in vain" in response.content.decode()


def test_an_account_of_another_customer_is_refused_in_a_subscription(ours, admin):
    first, second = Account.objects.filter(operator=ours.operator)[:2]
    fields = {"customer": str(first.customer_id), "account": str(second.pk), "tariff": str(ours.first(Tariff).pk)}
    response = save(admin, TariffSubscription, "add", fields)
    assert errors_of(response) == {"account": ["This account is another customer's."]}


def test_viewing_hours_countries_and_languages_are_kept_as_lists(ours, superuser):
    tariff = ours.first(Tariff)
    hours = {"viewing_hours-0-from": "18:00", "viewing_hours-0-to": "02:00"}
    response = save(
        superuser,
        Tariff,
        "change",
        {"countries": "it, de IT"} | hours,
        tariff.pk,
        **{"viewing_hours-0-days": ["6", "7"]},
    )
    assert response.status_code == 302, errors_of(response)
    tariff.refresh_from_db()
    assert tariff.countries == ["IT", "DE"]
    assert tariff.viewing_hours == [{"days": [6, 7], "from": "18:00", "to": "02:00"}]
    page = superuser.get(address(Tariff, "change", tariff.pk)).content.decode()
    assert 'name="viewing_hours-0-from" value="18:00"' in page
    assert page.count('name="viewing_hours-0-days"') == 7


def test_pairs_and_objects_are_kept_as_json(ours, admin):
    channel = ours.first(Channel)
    fields = {"http_headers": "User-Agent: Box\nReferer: https://a.example/?x=1", "meta": '{"rating": [1, 2]}'}
    assert save(admin, Channel, "change", fields, channel.pk).status_code == 302
    channel.refresh_from_db()
    assert channel.http_headers == {"User-Agent": "Box", "Referer": "https://a.example/?x=1"}
    assert channel.meta == {"rating": [1, 2]}


def test_what_a_form_does_not_show_of_an_address_is_kept(ours, admin):
    customer = ours.first(Customer)
    Customer.objects.filter(pk=customer.pk).update(postal_address={"city": "Pisa", "entrance": "B"})
    assert save(admin, Customer, "change", {"postal_address_street": "Via Roma"}, customer.pk).status_code == 302
    customer.refresh_from_db()
    assert customer.postal_address == {"street": "Via Roma", "city": "Pisa", "entrance": "B"}


def test_extra_names_have_the_languages_names(ours, admin):
    page = admin.get(address(Channel, "change", ours.first(Channel).pk)).content.decode()
    assert "Name, Russian" in page
    assert "Name, Italian" in page
    assert "name_lang3" not in page


def test_the_operator_is_asked_for_only_where_there_are_several(ours, admin, superuser):
    alone = admin.get(address(Channel, "add")).content.decode()
    assert 'name="operator"' not in alone
    make_operator()
    several = superuser.get(address(Channel, "add")).content.decode()
    assert 'name="operator"' in several
    assert "operator" in superuser.get(address(Channel, "changelist")).context["cl"].list_display
    assert "operator" not in admin.get(address(Channel, "changelist")).context["cl"].list_display


def test_a_record_does_not_change_hands(ours, theirs, superuser):
    channel = ours.first(Channel)
    save(superuser, Channel, "change", {"operator": str(theirs.operator.pk)}, channel.pk)
    channel.refresh_from_db()
    assert channel.operator == ours.operator


def test_a_device_does_not_change_hands(ours, admin):
    device = ours.first(Device)
    other = Account.objects.filter(operator=ours.operator).last()
    save(admin, Device, "change", {"account": str(other.pk)}, device.pk)
    device.refresh_from_db()
    assert device.account != other


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=" + "x" * 3000,
        "?p=99999",
        "?p=-1",
        "?p=abc",
        "?o=99.-4.x",
        "?category__id__exact=abc",
        "?category__id__exact=99999999999999999999999",
        "?lcn_from=abc",
        "?lcn_from=99999999999999999999999",
        "?nosuch=1",
        "?operator__name=x",
        "?is_enabled__exact=maybe",
        "?guide=x&archive=y",
        "?_facets=True",
        "?all=",
        "?_popup=1",
        "?e=1",
    ],
)
def test_strange_list_addresses_are_answered(query, ours, admin):
    assert admin.get(address(Channel, "changelist") + query).status_code in (200, 302, 400)
    assert admin.get(address(Channel, "export") + query).status_code in (200, 302, 400)


@pytest.mark.parametrize("number", ["abc", "0", "-1", "99999999999999999999999", "1_0", "%00", "../1"])
@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_strange_record_numbers_are_answered(number, name, ours, admin):
    response = admin.get(f"/console/catalog/channel/{number}/{name}/")
    assert response.status_code in (302, 400, 403, 404)


def test_signing_in_is_limited(db, client, settings):
    make_staff(username="guard", password="right-password-1", role=Role.SUPERUSER)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/console/login/", {"username": "guard", "password": "wrong"})
    response = client.post("/console/login/", {"username": "guard", "password": "right-password-1"})
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def test_nobody_comes_in_without_signing_in(ours, client):
    for path in ("/console/", "/console/guide/", "/console/why/", "/console/catalog/channel/", "/console/preferences/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/console/login/")


def test_staff_that_are_no_longer_active_are_out(ours, admin):
    Staff.objects.filter(pk=admin.staff.pk).update(is_active=False)
    assert admin.get("/console/catalog/channel/").status_code == 302


def test_a_new_guide_source_begins_with_the_zone_that_its_record_has(admin, superuser):
    form = admin.get(reverse("admin:catalog_guidesource_add")).context["adminform"].form
    assert form["time_zone"].value() == "UTC"
    assert '<option value="UTC" selected>UTC</option>' in str(form["time_zone"])
