"""Import and export of lists: a look before anything is written, all or nothing, and only one's own records."""

import csv
import io
import os
import time

import pytest
from django.contrib import admin as django_admin
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories import make_category, make_operator, make_tariff
from tests.interfaces.console.test_console_isolation import address, text_of

from headend.catalog.models import Category, Channel, GuideSource, Programme, Tariff
from headend.interfaces.console import stored
from headend.kernel.passwords import verify_password
from headend.operators.models import ApiKey, AuditEntry, Change, Staff
from headend.operators.rules import Role
from headend.subscribers.models import Account, Customer, Session, TariffSubscription

SHEETS = [(m, s) for m, s in django_admin.site._registry.items() if hasattr(s, "sheet")]
SECRETS = {"password", "sealed_secret", "sealed_parent_code", "sealed_documents", "token_digest", "digest", "sealed"}


def table(*rows) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def upload(client, model, data):
    return client.post(address(model, "import"), {"file": SimpleUploadedFile("table.csv", data)})


def confirm(client, model, preview, **more):
    stored = preview.context["confirm"].initial["stored"]
    return client.post(address(model, "import"), {"stored": stored, **more})


def exported(client, model, kind="csv", query=""):
    return client.post(address(model, "export") + query, {"format": kind})


def rows_of(response):
    return list(csv.DictReader(io.StringIO(text_of(response))))


@pytest.mark.parametrize(("model", "screen"), SHEETS, ids=[m._meta.label for m, _ in SHEETS])
def test_an_export_is_imported_again_without_a_change(model, screen, ours, superuser):
    response = exported(superuser, model)
    assert response["Content-Disposition"].startswith(f'attachment; filename="{model._meta.model_name}-')
    data = b"".join(response.streaming_content)
    assert not SECRETS & set(data.decode("utf-8-sig").splitlines()[0].split(","))
    if not screen.may_import:
        assert superuser.get(f"{address(model, 'export')}../import/").status_code == 302
        return
    preview = upload(superuser, model, data)
    plan = preview.context["plan"]
    assert [(p.line, p.column, p.message) for p in plan.problems] == []
    assert (plan.created, plan.updated, plan.unchanged) == (0, 0, model.objects.count())


def test_secrets_are_never_exported(ours, superuser):
    for model, screen in SHEETS:
        assert not SECRETS & set(screen.sheet.columns), model
    assert ApiKey not in dict(SHEETS)
    assert Session not in dict(SHEETS)


def test_a_file_is_looked_at_before_it_is_written(ours, admin):
    channel = ours.first(Channel)
    last = AuditEntry.objects.latest("pk").pk
    data = table(
        ["id", "lcn", "name", "category"], [channel.pk, 41, "Renamed", "Films"], ["", 900, "Brand new", "News"]
    )
    preview = upload(admin, Channel, data)
    plan = preview.context["plan"]
    assert (plan.created, plan.updated, plan.unchanged, plan.problems) == (1, 1, 0, [])
    assert "Renamed" in preview.content.decode()
    assert AuditEntry.objects.latest("pk").pk == last
    assert not Channel.objects.filter(name="Brand new").exists()

    Change.objects.all().delete()
    done = confirm(admin, Channel, preview)
    assert done.status_code == 302
    channel.refresh_from_db()
    assert (channel.lcn, channel.name, channel.category.name) == (41, "Renamed", "Films")
    made = Channel.objects.get(name="Brand new")
    assert (made.operator, made.category.operator) == (ours.operator, ours.operator)
    entries = AuditEntry.objects.filter(pk__gt=last).order_by("pk")
    assert {(e.verb, e.object_id) for e in entries} == {("add", made.pk), ("change", channel.pk)}
    assert {c.object_id for c in Change.objects.filter(entity="catalog.channel")} == {made.pk, channel.pk}
    changed = entries.get(verb="change")
    assert changed.changes["name"] == ["News 24", "Renamed"]
    assert changed.actor_name == admin.staff.username


def test_rows_are_recognised_by_what_people_know(ours, admin):
    by_number = Channel.objects.get(operator=ours.operator, lcn=2)
    plan = upload(admin, Channel, table(["lcn", "name"], [2, "Second"])).context["plan"]
    assert [(row.obj.pk, row.is_new) for row in plan.rows] == [(by_number.pk, False)]
    assert upload(admin, Channel, table(["name"], ["Cinema"])).context["plan"].unchanged == 1


def test_errors_name_line_and_column_and_nothing_is_written(ours, admin):
    data = table(
        ["lcn", "name", "category", "is_enabled", "recording_days"],
        [11, "Good", "News", "yes", 7],
        ["twelve", "Bad number", "News", "yes", 7],
        [13, "No category", "Nowhere", "maybe", 7],
        [14, "", "News", "yes", 999],
    )
    preview = upload(admin, Channel, data)
    plan = preview.context["plan"]
    assert [(p.line, p.column) for p in plan.problems] == [
        (3, "lcn"), (4, "category"), (4, "is_enabled"), (5, "name"), (5, "recording_days"),
    ]  # fmt: skip
    refused = confirm(admin, Channel, preview)
    assert refused.status_code == 200
    assert not Channel.objects.filter(name="Good").exists()
    assert confirm(admin, Channel, refused, leave_out="on").status_code == 302
    assert Channel.objects.filter(name="Good").exists()
    assert not Channel.objects.filter(name="No category").exists()


def test_a_foreign_record_is_neither_changed_nor_named(ours, theirs, admin):
    foreign = theirs.first(Channel)
    data = table(
        ["id", "name", "category", "operator"],
        [foreign.pk, "stolen", "", ""],
        ["", "one", f"#{theirs.first(Category).pk}", ""],
        ["", "two", "", "Theirs"],
        ["", "three", "", theirs.operator.pk],
    )
    plan = upload(admin, Channel, data).context["plan"]
    assert plan.rows == []
    assert [(p.line, p.column) for p in plan.problems] == [(2, "id"), (3, "category"), (4, "operator"), (5, "operator")]


def test_a_number_in_the_file_never_becomes_a_new_records_number(ours, admin):
    plan = upload(admin, Category, table(["id", "name"], ["987654", "Sneaky"])).context["plan"]
    assert [p.column for p in plan.problems] == ["id"]


def test_staff_of_several_operators_say_which(ours, theirs, superuser):
    plan = upload(superuser, Category, table(["name"], ["Whose"])).context["plan"]
    assert [(p.column, p.message) for p in plan.problems] == [("operator", "Say which operator this belongs to.")]
    preview = upload(superuser, Category, table(["operator", "name"], ["Theirs", "Whose"], ["Ours", "Whose"]))
    assert confirm(superuser, Category, preview).status_code == 302
    assert {c.operator.name for c in Category.objects.filter(name="Whose")} == {"Ours", "Theirs"}


def test_one_name_twice_in_a_file_is_refused(ours, admin):
    plan = upload(admin, Category, table(["name"], ["Docs"], ["Docs"])).context["plan"]
    assert [(p.line, p.message) for p in plan.problems] == [(3, "This is the same record as in line 2.")]


def test_ambiguous_references_ask_for_a_number(ours, admin):
    for _ in range(2):
        make_tariff(operator=ours.operator, name="Twin")
    customer = ours.first(Customer)
    data = table(["customer", "tariff", "starts_at"], [f"#{customer.pk}", "Twin", "2026-01-01T00:00:00+00:00"])
    plan = upload(admin, TariffSubscription, data).context["plan"]
    assert plan.problems[0].message == "There are several “Twin”; name it by its number, such as #12."


def test_many_to_many_columns_are_imported(ours, admin):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    first, second = Channel.objects.filter(operator=ours.operator).order_by("-pk")[:2]
    preview = upload(admin, Tariff, table(["name", "channels"], ["Ours base", f"#{first.pk} | #{second.pk} {second}"]))
    assert confirm(admin, Tariff, preview).status_code == 302
    assert set(tariff.channels.all()) == {first, second}
    entry = AuditEntry.objects.order_by("-pk").first()
    assert set(entry.changes["channels"]["added"]) == {first.pk, second.pk}
    again = upload(admin, Tariff, table(["name", "channels"], ["Ours base", f"#{second.pk} | #{first.pk}"]))
    assert again.context["plan"].unchanged == 1


def test_passwords_come_in_hashed(ours, admin):
    account = ours.first(Account)
    preview = upload(admin, Account, table(["number", "password"], [account.number, "from-the-old-system"]))
    assert "from-the-old-system" not in preview.content.decode()
    assert confirm(admin, Account, preview).status_code == 302
    account.refresh_from_db()
    assert verify_password("from-the-old-system", account.password)
    assert AuditEntry.objects.order_by("-pk").first().changes == {"password": "changed"}


def test_the_rules_of_forms_hold_for_rows_too(ours, admin):
    make_category(operator=ours.operator, name="Taken")
    data = table(["name", "colour"], ["Red", "red"])
    assert upload(admin, Category, data).context["plan"].problems[0].column == "colour"
    plan = upload(admin, Category, table(["id", "name"], [ours.first(Category).pk, "Taken"])).context["plan"]
    assert len(plan.problems) == 1


def test_an_export_is_what_the_list_shows(ours, admin):
    shown = rows_of(exported(admin, Channel, query="?is_enabled__exact=1&q=News"))
    assert [row["name"] for row in shown] == ["News 24"]
    every = rows_of(exported(admin, Channel))
    assert [row["lcn"] for row in every] == ["1", "2", "3", "4"]
    assert every[0]["category"] == "News"
    assert every[0]["guide_channel"].startswith("#")


def test_programmes_and_the_audit_log_are_exported(ours, admin):
    own = Programme.objects.filter(guide_channel__source__operator=ours.operator)
    assert len(rows_of(exported(admin, Programme, query="?day=all"))) == own.count()
    entries = rows_of(exported(admin, AuditEntry))
    assert len(entries) == AuditEntry.objects.filter(operator=ours.operator).count()
    assert "Ours job" in {entry["actor_name"] for entry in entries}


@pytest.mark.any_database
def test_twenty_thousand_rows_are_exported_in_few_queries(ours, admin, django_assert_max_num_queries):
    Channel.objects.bulk_create(
        (Channel(operator=ours.operator, name=f"Channel {n}", lcn=1000 + n) for n in range(20_000)), batch_size=2000
    )
    with django_assert_max_num_queries(60):
        response = exported(admin, Channel)
        lines = sum(piece.count(b"\r\n") for piece in response.streaming_content)
    assert lines == 20_005


def test_an_import_of_a_thousand_rows_writes_them_all(ours, admin):
    data = table(["lcn", "name", "category"], *([2000 + n, f"Bulk {n}", "News"] for n in range(1000)))
    preview = upload(admin, Channel, data)
    assert preview.context["plan"].created == 1000
    assert confirm(admin, Channel, preview).status_code == 302
    assert Channel.objects.filter(name__startswith="Bulk").count() == 1000
    assert (
        AuditEntry.objects.filter(verb="add", entity="catalog.channel", object_name__startswith="Bulk").count() == 1000
    )


def test_the_stored_file_is_only_for_whoever_stored_it(ours, admin, superuser, sign_in):
    preview = upload(admin, Category, table(["name"], ["Mine"]))
    stored = preview.context["confirm"].initial["stored"]
    for client in (superuser, sign_in(Role.OPERATOR_ADMIN, ours.operator)):
        assert client.post(address(Category, "import"), {"stored": stored}).status_code == 302
    assert admin.post(address(Tariff, "import"), {"stored": stored}).status_code == 302
    assert admin.post(address(Category, "import"), {"stored": stored + "x"}).status_code == 302
    assert not Category.objects.filter(name="Mine").exists()
    assert admin.post(address(Category, "import"), {"stored": stored}).status_code == 302
    assert Category.objects.filter(name="Mine").exists()


def test_forgotten_files_are_removed(ours, admin):
    name = stored.store(b"old")
    file = stored._folder() / name
    os.utime(file, (time.time() - 90_000,) * 2)
    stored.store(b"new")
    assert stored.take(name) is None
    assert stored.take("../../secret.key") is None


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"PK\x03\x04rubbish", b"\n\n"])
def test_a_file_that_is_no_table_is_a_form_error(data, ours, admin):
    response = upload(admin, Channel, data)
    assert response.status_code == 200
    assert response.context["form"].errors["file"]


def test_unknown_columns_are_named(ours, admin):
    preview = upload(admin, Category, table(["name", "colour", "taste"], ["Docs", "", "sweet"]))
    assert preview.context["plan"].unknown_columns == ["taste"]
    assert "taste" in preview.content.decode()


def test_without_the_right_to_change_nothing_is_imported(ours, sign_in):
    clerk = sign_in(Role.SUPPORT, ours.operator)
    assert clerk.get(address(Channel, "import")).status_code == 403
    assert clerk.post(address(Channel, "export"), {"format": "csv"}).status_code == 200
    assert clerk.get(address(Customer, "import")).status_code == 200
    assert clerk.get(address(Staff, "export")).status_code == 403


def test_what_serves_all_operators_is_not_imported_by_one(ours, admin):
    GuideSource.objects.filter(pk=ours.first(GuideSource).pk).update(operator=None)
    source = ours.first(GuideSource)
    plan = upload(admin, GuideSource, table(["id", "interval_minutes"], [source.pk, 5])).context["plan"]
    assert [p.column for p in plan.problems] == ["id"]


def test_a_dealers_imported_customers_are_theirs(ours, dealer_of):
    dealer, browser = dealer_of(ours.operator)
    preview = upload(browser, Customer, table(["last_name", "external_id"], ["Brought", "b1"]))
    assert confirm(browser, Customer, preview).status_code == 302
    assert Customer.objects.get(external_id="b1").dealer == dealer


def test_an_unknown_format_is_refused(ours, admin):
    assert exported(admin, Channel, kind="exe").status_code == 200


def test_operators_below_are_exported_with_their_names(ours, sign_in):
    below = make_operator(parent=ours.operator, name="Below")
    make_category(operator=below, name="Deep")
    names = {(row["operator"], row["name"]) for row in rows_of(exported(sign_in(Role.EDITOR, ours.operator), Category))}
    assert ("Below", "Deep") in names
    assert {operator for operator, _ in names} == {"Ours", "Below"}
