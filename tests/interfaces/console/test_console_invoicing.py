"""Invoices are issued, looked at and taken back in the console; templates are tried before they are kept."""

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.factories.billing import make_balance
from tests.factories.invoicing import TEMPLATE
from tests.factories.subscribers import make_customer
from tests.interfaces.console.test_console_writes import errors_of, save

from headend.billing.actions import charge
from headend.billing.models import Kind
from headend.billing.queries import today_of
from headend.interfaces.documents import own_template
from headend.invoicing.models import DocumentTemplate, Invoice
from headend.kernel.actor import system
from headend.operators.rules import Role
from headend.subscribers.models import Customer

pytestmark = pytest.mark.django_db


def listed(client, model, action, records, **typed):
    label = model._meta.label_lower.replace(".", "_")
    data = {"action": action, "_selected_action": [each.pk for each in records], **typed}
    return client.post(reverse(f"admin:{label}_changelist"), data, follow=True)


def page(model, name, record):
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{name}", args=(record.pk,))


def test_an_invoices_pdf_is_made_once(admin, ours) -> None:
    invoice = ours.first(Invoice)
    first = admin.get(page(Invoice, "pdf", invoice))
    assert (first["Content-Type"], first.content[:4]) == ("application/pdf", b"%PDF")
    DocumentTemplate.objects.update(source=own_template("invoice"))
    assert admin.get(page(Invoice, "pdf", invoice)).content == first.content


def test_the_list_leads_to_the_documents(admin, ours) -> None:
    text = admin.get(reverse("admin:invoicing_invoice_changelist")).content.decode()
    assert page(Invoice, "pdf", ours.first(Invoice)) in text


def test_another_operators_invoice_is_not_given(sign_in, ours, theirs) -> None:
    stranger = sign_in(Role.OPERATOR_ADMIN, theirs.operator)
    assert stranger.get(page(Invoice, "pdf", ours.first(Invoice))).status_code == 403
    for name in ("contract", "statement"):
        assert stranger.get(page(Customer, name, ours.first(Customer))).status_code == 403


def test_documents_of_a_household(admin, ours) -> None:
    for name in ("contract", "statement"):
        answer = admin.get(page(Customer, name, ours.first(Customer)))
        assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")


def test_invoices_are_issued_for_chosen_customers(admin, ours) -> None:
    customer = make_customer(operator=ours.operator, last_name="Verdi")
    make_balance(customer, 9)
    now = datetime.now(UTC)
    charge(actor=system("tests"), customer=customer, amount=Decimal(9), kind=Kind.SUBSCRIPTION, now=now)
    today = today_of(ours.operator, now)
    typed = {"_asked": "1", "first": str(today.replace(day=1)), "last": str(today)}
    listed(admin, Customer, "invoice", [customer], **typed)
    assert list(Invoice.objects.filter(customer=customer).values_list("total", flat=True)) == [9]
    again = listed(admin, Customer, "invoice", [customer], **typed)
    assert "nothing was sold" in again.content.decode().lower()


def test_invoices_are_taken_back_and_downloaded(admin, ours) -> None:
    invoice = ours.first(Invoice)
    listed(admin, Invoice, "take_back", [invoice])
    note = Invoice.objects.get(corrects=invoice)
    archive = listed(admin, Invoice, "download", [invoice, note])
    names = zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert sorted(names) == sorted([f"{invoice.number}.pdf", f"{note.number}.pdf"])


def test_support_looks_but_does_not_take_back(sign_in, ours) -> None:
    support = sign_in(Role.SUPPORT, ours.operator)
    assert support.get(page(Invoice, "pdf", ours.first(Invoice))).status_code == 200
    listed(support, Invoice, "take_back", [ours.first(Invoice)])
    assert not Invoice.objects.filter(corrects=ours.first(Invoice)).exists()


def test_a_template_that_does_not_work_is_not_kept(admin, ours) -> None:
    template = ours.first(DocumentTemplate)
    answer = save(admin, DocumentTemplate, "change", {"source": "#nothing()"}, template.pk)
    assert "unknown variable" in str(errors_of(answer)["source"])
    template.refresh_from_db()
    assert template.source == TEMPLATE
    assert admin.get(page(DocumentTemplate, "sample", template)).content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [("2026-02-01", "2026-01-31", "last"), ("9999-12-31", "9999-12-31", "first"), ("soon", "2026-01-31", "first")],
)
def test_a_period_that_is_none_is_told_where_invoices_are_issued(admin, ours, first, last, field) -> None:
    answer = listed(admin, Customer, "invoice", [ours.first(Customer)], _asked="1", first=first, last=last)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
