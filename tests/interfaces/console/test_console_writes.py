"""Every screen writes through an action: what is saved, added and deleted has its audit entry and its change row."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse
from tests.factories import make_operator, make_staff
from tests.interfaces.console.browserlike import form_of

from headend.advertising.models import AdBlock, AdMovie, AdProvider, AdSettings
from headend.billing.models import BillingTerms, CommissionRule, Discount, Merchant, PromoCode, SavedCard
from headend.billing.other_systems import OtherBilling
from headend.cameras.models import AccountCamera, Camera, City
from headend.catalog.models import (
    Category,
    Channel,
    ChannelSort,
    CopyrightHolder,
    GuideCategory,
    GuideCategoryMapping,
    GuideChannel,
    GuideSource,
    HbbChannel,
    HbbEvent,
    HbbProvider,
    ProgrammeBlocking,
    Radio,
    Tariff,
    VirtualTariff,
)
from headend.catalog.rules import shift_of, with_shift
from headend.delivery.models import DataCentre, Maintenance, StreamingServer
from headend.games.models import Game, GameRecord
from headend.ingest.models import Edge, Inbox, ServiceGroup, Ticket
from headend.invoicing.models import DocumentTemplate, Seller
from headend.kernel.passwords import verify_password
from headend.kernel.sealing import unseal
from headend.messaging.models import Command, Mailing
from headend.monitoring.models import DeviceCommand
from headend.operators.models import ApiKey, AuditEntry, Change, Dealer, Operator, Staff
from headend.operators.rules import Role
from headend.portal.models import (
    Application,
    Dashboard,
    HomeFeed,
    LegalDocument,
    Ribbon,
    Selection,
    TargetBanner,
)
from headend.subscribers.models import (
    Account,
    Customer,
    Device,
    DeviceType,
    OperatorDeviceType,
    PortalTemplate,
    Profile,
    RegistrationRules,
    Session,
    TariffSubscription,
    TextGateway,
)
from headend.viewing.models import SeanceTicket
from headend.vod.models import (
    Asset,
    Episode,
    Genre,
    Person,
    PriceCategory,
    Seance,
    Season,
    SkipFragment,
    Title,
    VideoProvider,
)
from headend.webhooks.models import Endpoint

# What a browser types into the form of each kind of record, and the audit entry's field that shows it.
EDITS = {
    Operator: ({"email": "desk@ours.example"}, "email"),
    Staff: ({"first_name": "Ada"}, "first_name"),
    Dealer: ({"phone": "+3905512345"}, "phone"),
    ApiKey: ({"name": "billing system"}, "name"),
    Category: ({"colour": "#123abc"}, "colour"),
    CopyrightHolder: ({"name": "Another holder"}, "name"),
    Channel: ({"lcn": "77"}, "lcn"),
    ChannelSort: ({"name": "By night"}, "name"),
    Tariff: ({"price": "12.50"}, "price"),
    GuideSource: ({"interval_minutes": "60"}, "interval_minutes"),
    GuideChannel: ({"shift_minutes": "-60"}, "shift_minutes"),
    GuideCategory: ({"sort": "9"}, "sort"),
    GuideCategoryMapping: ({"category": GuideCategory}, "category"),
    DataCentre: ({"location": "Firenze"}, "location"),
    StreamingServer: ({"priority": "3"}, "priority"),
    Maintenance: ({"description": "Over soon"}, "description"),
    Dashboard: ({"templates": "impuls, focus"}, "templates"),
    Ribbon: ({"description": "What is new"}, "description"),
    Selection: ({"is_hidden": "on"}, "is_hidden"),
    Application: ({"css_style": "wide"}, "css_style"),
    HomeFeed: ({"most": "7"}, "most"),
    TargetBanner: ({"message": "Hello"}, "message"),
    LegalDocument: ({"version": "2"}, "version"),
    Customer: ({"first_name": "Carla"}, "first_name"),
    Account: ({"city": "Lucca"}, "city"),
    TariffSubscription: ({"ends_at_0": "2030-01-31", "ends_at_1": "18:00"}, "ends_at"),
    Device: ({"brand": "Acme"}, "brand"),
    DeviceType: ({"name": "Box"}, "name"),
    OperatorDeviceType: ({"priority": "4"}, "priority"),
    RegistrationRules: ({"accounts_per_hour": "7"}, "accounts_per_hour"),
    TextGateway: ({"sender": "Another"}, "sender"),
    Profile: ({"sort": "4"}, "sort"),
    PortalTemplate: ({"name": "By night"}, "name"),
    Mailing: ({"subject": "Works tomorrow"}, "subject"),
    Command: ({"text": "Now"}, "text"),
    DeviceCommand: ({"build_display": "stb-2"}, "build_display"),
    Title: ({"year": "1999"}, "year"),
    Season: ({"number": "3"}, "number"),
    Episode: ({"duration_seconds": "90"}, "duration_seconds"),
    Asset: ({"file_name": "films/9.mp4"}, "file_name"),
    SkipFragment: ({"ends": "45.5"}, "ends"),
    Person: ({"country": "Italy"}, "country"),
    Genre: ({"sort": "4"}, "sort"),
    VideoProvider: ({"partner": "ivi"}, "partner"),
    PriceCategory: ({"rent_hours": "48"}, "rent_hours"),
    Seance: ({"asset": Asset}, "asset"),
    SeanceTicket: ({"account": Account}, "account"),
    Merchant: ({"name": "Second desk"}, "name"),
    PromoCode: ({"discount": "10"}, "discount"),
    CommissionRule: ({"percent": "7"}, "percent"),
    OtherBilling: ({"name": "Other billing"}, "name"),
    Seller: ({"tax_number": "IT9"}, "tax_number"),
    DocumentTemplate: ({"name": "Plain"}, "name"),
    Endpoint: ({"name": "Other CRM"}, "name"),
    Inbox: ({"poll_seconds": "9"}, "poll_seconds"),
    Edge: ({"bytes_per_second": "9000"}, "bytes_per_second"),
    ServiceGroup: ({"also": "Alledeges"}, "also"),
    BillingTerms: ({"promised_days": "3"}, "promised_days"),
    Discount: ({"percent": "7"}, "percent"),
    VirtualTariff: ({"external_id": "B-9"}, "external_id"),
    Radio: ({"description": "All day"}, "description"),
    HbbProvider: ({"url": "https://tv.example/"}, "url"),
    HbbChannel: ({"channel_pid": "pid8"}, "channel_pid"),
    HbbEvent: ({"kind": "quiz"}, "kind"),
    Camera: ({"city": City}, "city"),
    City: ({"sort": "4"}, "sort"),
    AccountCamera: ({"is_favourite": "on"}, "is_favourite"),
    Game: ({"sort": "4"}, "sort"),
    AdSettings: ({"most_blocks": "3"}, "most_blocks"),
    AdBlock: ({"priority": "4"}, "priority"),
    AdMovie: ({"width": "1280"}, "width"),
    AdProvider: ({"number": "4"}, "number"),
}
ONLY_DELETED = [GameRecord, ProgrammeBlocking, SavedCard]  # devices and others make them; staff take them away
DELETED = [*(model for model in EDITS if model is not Operator), *ONLY_DELETED]
WRITABLE = [
    (model, screen)
    for model, screen in django_admin.site._registry.items()
    if model._meta.app_label != "auth" and not screen.is_read_only and model is not Session
]


def address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def save(client, model, name, fields, *args, **extra):
    """Open a form, type `fields` into it, save; answers the response."""
    page = client.get(address(model, name, *args))
    assert page.status_code == 200
    form = form_of(page, f"{model._meta.model_name}_form") | {key: [value] for key, value in fields.items()}
    return client.post(address(model, name, *args), form | {"_save": "1"} | extra)


def errors_of(response):
    return response.context["adminform"].form.errors if response.context else {}


def test_every_writable_screen_is_tried_here():
    assert {model for model, _ in WRITABLE} == {*EDITS, *ONLY_DELETED}


@pytest.mark.parametrize("model", EDITS, ids=lambda model: model._meta.label)
def test_a_change_has_its_audit_entry(model, ours, superuser):
    obj = ours.first(model)
    fields, shown = EDITS[model]
    Change.objects.all().delete()
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    fields = {name: str(ours.first(v).pk) if isinstance(v, type) else v for name, v in fields.items()}
    response = save(superuser, model, "change", fields, obj.pk)
    assert response.status_code == 302, errors_of(response)
    entry = AuditEntry.objects.get(pk__gt=last)
    assert (entry.verb, entry.entity, entry.object_id) == ("change", model._meta.label_lower, obj.pk)
    assert entry.actor_name == superuser.staff.username
    assert entry.address == "127.0.0.1"
    assert list(entry.changes) == [shown]
    assert [(c.entity, c.object_id) for c in Change.objects.all()] == [(model._meta.label_lower, obj.pk)]


@pytest.mark.parametrize("model", EDITS, ids=lambda model: model._meta.label)
def test_saving_without_a_change_writes_nothing(model, ours, superuser):
    obj = ours.first(model)
    Change.objects.all().delete()
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    response = save(superuser, model, "change", {}, obj.pk)
    assert response.status_code == 302, errors_of(response)
    assert not AuditEntry.objects.filter(pk__gt=last).exists()
    assert not Change.objects.exists()


def let_it_go(model):
    """Take away what keeps a record of this kind where it is."""
    if model is Tariff:
        TariffSubscription.objects.all().delete()
    elif model is Inbox:
        Ticket.objects.all().delete()
    elif model is SavedCard:  # by hand no card is taken, so none is forgotten either
        Merchant.objects.update(gateway="scripted")


@pytest.mark.parametrize("model", DELETED, ids=lambda model: model._meta.label)
def test_a_deletion_has_its_audit_entry(model, ours, superuser):
    let_it_go(model)
    obj = ours.first(model)
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    response = superuser.post(address(model, "delete", obj.pk), {"post": "yes"})
    assert response.status_code == 302
    assert not model.objects.filter(pk=obj.pk).exists()
    entries = AuditEntry.objects.filter(pk__gt=last, verb="delete", entity=model._meta.label_lower)
    assert [entry.object_id for entry in entries] == [obj.pk]


@pytest.mark.parametrize("model", DELETED, ids=lambda model: model._meta.label)
def test_deleting_chosen_rows_has_an_entry_for_each(model, ours, superuser):
    let_it_go(model)
    obj = ours.first(model)
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    form = {"action": "delete_selected", "_selected_action": [obj.pk], "post": "yes"}
    assert superuser.post(address(model, "changelist"), form).status_code == 302
    entries = AuditEntry.objects.filter(pk__gt=last, verb="delete", entity=model._meta.label_lower)
    assert [entry.object_id for entry in entries] == [obj.pk]


# What makes a new record of each kind; names stand for records of `ours`.
NEW = {
    Category: {"name": "Documentary", "sort": "5"},
    CopyrightHolder: {"name": "Holder two"},
    Channel: {"name": "Channel new", "lcn": "900"},
    ChannelSort: {"name": "By day"},
    Tariff: {"name": "Family", "price": "5"},
    GuideSource: {"name": "Second guide", "url": "https://guide.example/x.xml"},
    DataCentre: {"name": "Firenze"},
    StreamingServer: {"name": "edge-2", "mask": "https://e.example/$cid/index.m3u8?token=$token"},
    Maintenance: {"description": "Dish", "begins_at_0": "2030-01-01", "begins_at_1": "00:00:00"},
    Customer: {"last_name": "Verdi"},
    Dealer: {"name": "Dealer two"},
    Staff: {"username": "newcomer", "new_password": "correct-horse-9", "role": "support"},
    Account: {"number": "555", "customer": Customer},
    TariffSubscription: {"customer": Customer, "tariff": Tariff},
    Device: {"uid": "aa:bb:cc:dd:ee:ff", "account": Account},
    Title: {"name": "Ladri di biciclette", "kind": "film", "year": "1948"},
    Season: {"title": Title, "name": "Season nine", "number": "9"},
    Episode: {"title": Title, "season": Season, "number": "9", "name": "The end"},
    Asset: {"title": Title, "name": "In full", "file_name": "films/new.mp4"},
    SkipFragment: {"asset": Asset, "begins": "100", "ends": "110"},
    Person: {"name": "Vittorio De Sica"},
    Genre: {"name": "Drama"},
    VideoProvider: {"name": "Cinema"},
    Merchant: {"name": "Desk two", "gateway": "scripted"},
    PriceCategory: {"name": "New", "price": "4"},
    Seance: {"title": Title, "starts_at_0": "2030-01-01", "starts_at_1": "21:00:00"},
    SeanceTicket: {"seance": Seance, "code": "TICKET-2"},
    PromoCode: {"code": "SUMMER", "amount": "5"},
    Radio: {"name": "Radio two", "stream_url": "http://radio.example/2"},
    HbbProvider: {"name": "HbbTV two", "url": "https://hbb.example/two"},
    HbbEvent: {"hbb_channel": HbbChannel, "at_0": "2030-01-01", "at_1": "21:00:00", "kind": "quiz"},
    Camera: {"name": "Square", "stream_url": "http://cameras.example/2.m3u8"},
    City: {"name": "Pisa"},
    Game: {"name": "Snake", "system_name": "snake"},
    AdBlock: {"name": "Evening", "movies": AdMovie},
    AdMovie: {"name": "Soap", "url": "/media/ads/2.mp4"},
    AdProvider: {"name": "Ads two", "number": "2", "url": "https://ads.example/two"},
    Edge: {"name": "Edge two", "transport": "sftp", "host": "edge2.example"},
    ServiceGroup: {"name": "Pills", "edges": Edge},
    Dashboard: {"name": "By night", "templates": "impuls"},
    Ribbon: {"dashboard": Dashboard, "name": "New films"},
    Application: {"name": "Weather", "system_name": "weather", "url": "https://weather.example/"},
}


@pytest.mark.parametrize("model", NEW, ids=lambda model: model._meta.label)
def test_a_new_record_belongs_to_the_staff_members_operator(model, ours, admin):
    fields = {name: ours.first(v).pk if isinstance(v, type) else v for name, v in NEW[model].items()}
    before = set(model.objects.values_list("pk", flat=True))
    response = save(admin, model, "add", {name: str(value) for name, value in fields.items()})
    assert response.status_code == 302, errors_of(response)
    made = model.objects.exclude(pk__in=before).get()
    assert made.operator == ours.operator
    entry = AuditEntry.objects.filter(entity=model._meta.label_lower, object_id=made.pk).get()
    assert (entry.verb, entry.operator) == ("add", ours.operator)


def test_many_to_many_changes_stand_in_the_entry(ours, superuser):
    channel, extra = ours.first(Channel), Category.objects.of(ours.operator.pk).last()
    response = save(superuser, Channel, "change", {"extra_categories": str(extra.pk)}, channel.pk)
    assert response.status_code == 302, errors_of(response)
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry.changes == {"extra_categories": {"added": [extra.pk], "removed": []}}
    page = superuser.get(address(Channel, "history", channel.pk)).content.decode()
    assert extra.name in page


def test_a_shift_of_the_guide_is_set_and_taken_back(ours, admin):
    channel = ours.first(Channel)
    before = channel.meta
    for minutes in ("-90", ""):
        response = save(admin, Channel, "change", {"guide_shift": minutes}, channel.pk)
        assert response.status_code == 302, errors_of(response)
        channel.refresh_from_db()
        assert shift_of(channel.meta) == int(minutes or 0)
        assert list(AuditEntry.objects.order_by("-pk").first().changes) == ["meta"]
    assert channel.meta == before


def test_who_may_only_look_sees_the_shift_of_the_guide(ours, sign_in):
    channel = ours.first(Channel)
    Channel.objects.filter(pk=channel.pk).update(meta=with_shift(channel.meta, 345))
    page = sign_in(Role.SUPPORT, ours.operator).get(address(Channel, "change", channel.pk)).content.decode()
    assert "345" in page
    assert "Shift of this channel" in page


def test_secrets_are_taken_and_never_shown(ours, admin, settings):
    account = ours.first(Account)
    fields = {"new_password": "tv-password-1", "parent_code": "4711"}
    response = save(admin, Account, "change", fields, account.pk)
    assert response.status_code == 302, errors_of(response)
    account.refresh_from_db()
    assert verify_password("tv-password-1", account.password)
    assert unseal(account.sealed_parent_code, settings.ENCRYPTION_KEY) == "4711"
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry.changes == {"password": "changed", "sealed_parent_code": "changed"}
    page = admin.get(address(Account, "change", account.pk)).content.decode()
    assert account.password not in page
    assert "4711" not in page
    assert account.sealed_parent_code not in page


def test_a_parental_code_is_taken_away(ours, admin):
    account = ours.first(Account)
    Account.objects.filter(pk=account.pk).update(sealed_parent_code="x")
    assert save(admin, Account, "change", {"drop_parent_code": "on"}, account.pk).status_code == 302
    account.refresh_from_db()
    assert account.sealed_parent_code == ""


def test_identity_papers_are_sealed(ours, admin, settings):
    customer = ours.first(Customer)
    fields = {"documents_0": "AB", "documents_1": "123456"} | {"documents_series": "AB", "documents_number": "123456"}
    assert save(admin, Customer, "change", fields, customer.pk).status_code == 302
    customer.refresh_from_db()
    text = unseal(customer.sealed_documents, settings.ENCRYPTION_KEY)
    assert text == '{"series": "AB", "number": "123456"}'
    assert b"123456" in admin.get(address(Customer, "change", customer.pk)).content


def test_a_key_is_shown_once_and_revoked(ours, admin):
    form = {"operator": ours.operator.pk, "api": "billing", "name": "CRM"}
    page = admin.post(address(ApiKey, "add"), form)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    text, key = page.context["text"], ApiKey.objects.get(name="CRM")
    assert text in page.content.decode()
    for name, args in (("changelist", ()), ("change", (key.pk,)), ("history", (key.pk,))):
        assert text not in admin.get(address(ApiKey, name, *args)).content.decode()
    revoke = reverse("admin:operators_apikey_revoke_this", args=[key.pk])
    assert admin.get(revoke).status_code == 200
    key.refresh_from_db()
    assert key.revoked_at is None
    admin.post(revoke, {"_form_submitted": "on"})
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert AuditEntry.objects.order_by("-pk").first().changes["revoked_at"][0] is None


def test_a_foreign_key_is_neither_issued_nor_revoked(ours, theirs, admin):
    page = admin.post(address(ApiKey, "add"), {"operator": theirs.operator.pk, "api": "billing"})
    assert "text" not in page.context
    key = theirs.first(ApiKey)
    assert (
        admin.post(reverse("admin:operators_apikey_revoke_this", args=[key.pk]), {"_form_submitted": "on"}).status_code
        == 403
    )
    key.refresh_from_db()
    assert key.revoked_at is None


def test_an_operator_cannot_stand_below_itself(ours, superuser):
    below = make_operator(parent=ours.operator, name="Below")
    response = save(superuser, Operator, "change", {"parent": str(below.pk)}, ours.operator.pk)
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert form.non_field_errors() == ["An operator cannot stand below itself."]
    assert form["name"].value() == "Ours"


def test_moving_an_operator_moves_what_is_below(ours, theirs, superuser):
    below = make_operator(parent=ours.operator, name="Below")
    assert save(superuser, Operator, "change", {"parent": str(theirs.operator.pk)}, ours.operator.pk).status_code == 302
    below.refresh_from_db()
    assert below.path == f"{theirs.operator.pk}/{ours.operator.pk}/{below.pk}/"


def test_deleting_a_customer_closes_sessions_and_names_the_accounts(ours, admin):
    customer = ours.first(Customer)
    sessions = Session.objects.filter(account__customer=customer)
    assert sessions.exists()
    numbers = set(sessions.values_list("pk", flat=True))
    assert admin.post(address(Customer, "delete", customer.pk), {"post": "yes"}).status_code == 302
    told = set(Change.objects.filter(entity="subscribers.session").values_list("object_id", flat=True))
    assert numbers <= told
    assert AuditEntry.objects.filter(entity="subscribers.account", verb="delete").count() == 1


def test_a_tariff_that_is_held_is_not_deleted(ours, admin):
    tariff = TariffSubscription.objects.filter(operator=ours.operator).first().tariff
    page = admin.get(address(Tariff, "delete", tariff.pk))
    assert page.context["protected"]
    admin.post(address(Tariff, "delete", tariff.pk), {"post": "yes"})
    assert Tariff.objects.filter(pk=tariff.pk).exists()


def test_only_superusers_give_rights_away(ours, admin):
    clerk = ours.first(Staff)
    fields = {"role": "superuser", "is_superuser": "on", "groups": "1", "user_permissions": "1"}
    response = save(admin, Staff, "change", fields, clerk.pk)
    assert "role" in errors_of(response)
    save(admin, Staff, "change", fields | {"role": "editor"}, clerk.pk)
    clerk.refresh_from_db()
    assert (clerk.role, clerk.is_superuser) == ("editor", False)
    assert not clerk.user_permissions.exists()


def test_an_operator_admin_cannot_touch_a_superuser_of_the_same_operator(ours, admin):
    boss = make_staff(role=Role.SUPERUSER, operator=ours.operator)
    assert admin.get(address(Staff, "change", boss.pk)).status_code == 302
    assert boss not in admin.get(address(Staff, "changelist")).context["cl"].result_list


def test_an_operator_admin_cannot_close_or_move_their_own_operator(ours, theirs, admin):
    fields = {"is_active": "", "parent": str(theirs.operator.pk), "billing_mode": "subscription"}
    response = save(admin, Operator, "change", fields, ours.operator.pk)
    assert response.status_code == 302, errors_of(response)
    ours.operator.refresh_from_db()
    assert (ours.operator.is_active, ours.operator.parent, ours.operator.billing_mode) == (True, None, "simple")


def test_what_serves_all_operators_is_not_theirs_to_change(ours, admin):
    GuideSource.objects.filter(pk=ours.first(GuideSource).pk).update(operator=None, url="http://user:pass@g.example/")
    source = ours.first(GuideSource)
    page = admin.get(address(GuideSource, "change", source.pk))
    assert page.status_code == 200
    assert b"user:pass" not in page.content
    assert admin.post(address(GuideSource, "change", source.pk), {"name": "mine"}).status_code == 403
    assert admin.post(address(GuideSource, "delete", source.pk), {"post": "yes"}).status_code == 403
    assert admin.post(address(GuideCategory, "add"), {"name": "mine"}).status_code == 403
    for model in (GuideCategory, DeviceType, GuideChannel):
        assert admin.post(address(model, "change", ours.first(model).pk), {"name": "mine"}).status_code == 403


def test_bulk_actions_leave_what_serves_all_operators_alone(ours, admin):
    GuideSource.objects.filter(pk=ours.first(GuideSource).pk).update(operator=None)
    source = ours.first(GuideSource)
    admin.post(address(GuideSource, "changelist"), {"action": "switch_off", "_selected_action": [source.pk]})
    admin.post(
        address(GuideSource, "changelist"),
        {"action": "delete_selected", "_selected_action": [source.pk], "post": "yes"},
    )
    source.refresh_from_db()
    assert source.is_enabled


def test_a_chosen_guide_counts_as_chosen_by_hand(ours, admin):
    channel = Channel.objects.filter(operator=ours.operator, guide_channel=None).first()
    guide = ours.first(GuideChannel)
    assert save(admin, Channel, "change", {"guide_channel": str(guide.pk)}, channel.pk).status_code == 302
    channel.refresh_from_db()
    assert (channel.guide_channel, channel.guide_match) == (guide, "by_hand")


def mapped(client, mapping, category):
    """Choose a category in the row of a list, as a browser sends it."""
    page = client.get(address(GuideCategoryMapping, "changelist"))
    rows = [each.pk for each in page.context["cl"].result_list]
    form = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "1"}
    for place, number in enumerate(rows):
        before = GuideCategoryMapping.objects.get(pk=number).category_id or ""
        form |= {f"form-{place}-id": number, f"form-{place}-category": category.pk if number == mapping.pk else before}
    return client.post(address(GuideCategoryMapping, "changelist"), form)


def test_categories_are_mapped_in_their_list(ours, admin):
    mapping = GuideCategoryMapping.objects.filter(source=ours.first(GuideSource), category=None).first()
    category = GuideCategory.objects.last()
    last = AuditEntry.objects.count()
    assert mapped(admin, mapping, category).status_code == 302
    mapping.refresh_from_db()
    assert mapping.category == category
    entry = AuditEntry.objects.order_by("-pk").first()
    assert (AuditEntry.objects.count(), entry.entity, entry.object_id) == (
        last + 1, "catalog.guidecategorymapping", mapping.pk,
    )  # fmt: skip


def test_mappings_that_serve_all_operators_stay_as_they_are(ours, admin):
    GuideSource.objects.update(operator=None)
    mapping = GuideCategoryMapping.objects.filter(category=None).first()
    mapped(admin, mapping, GuideCategory.objects.last())
    mapping.refresh_from_db()
    assert mapping.category is None


def test_times_are_typed_in_the_staff_members_zone(ours, admin):
    maintenance = ours.first(Maintenance)
    fields = {"begins_at_0": "2030-07-01", "begins_at_1": "12:00:00"}
    assert save(admin, Maintenance, "change", fields, maintenance.pk).status_code == 302
    maintenance.refresh_from_db()
    assert maintenance.begins_at == datetime(2030, 7, 1, 10, 0, tzinfo=UTC)  # Rome, in summer
