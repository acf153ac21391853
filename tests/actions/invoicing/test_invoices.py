"""Everything that was sold is on one invoice; invoices are taken back by credit notes and never changed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.factories import make_operator
from tests.factories.billing import make_balance
from tests.factories.subscribers import make_customer

from headend.billing.actions import charge, correct, credit
from headend.billing.errors import Immutable
from headend.billing.models import Kind
from headend.invoicing.actions import credit_invoice, issue_invoice, issue_invoices, keep_document
from headend.invoicing.errors import AlreadyCredited, NothingToInvoice
from headend.invoicing.models import Invoice, InvoiceItem, Seller
from headend.invoicing.queries import statement_of
from headend.kernel.actor import system
from headend.operators.models import AuditEntry
from headend.operators.queries import Days

pytestmark = pytest.mark.django_db
ACTOR = system("tests")
ISSUED = date(2026, 4, 1)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def operator():
    return make_operator(currency="EUR", time_zone="Europe/Rome", invoice_number_mask="{year}-{number:3}")


@pytest.fixture
def march(operator):
    return Days(operator, date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def customer(operator):
    customer = make_customer(
        operator=operator, first_name="Ada", last_name="Rossi", postal_address={"street": "Via Roma", "bld": "1"}
    )
    make_balance(customer, 100)
    return customer


def sell(customer, amount, moment, **fields):
    return charge(actor=ACTOR, customer=customer, amount=Decimal(amount), kind=Kind.SUBSCRIPTION, now=moment, **fields)


def issue(customer, days):
    return issue_invoice(actor=ACTOR, customer=customer, days=days, issued_on=ISSUED)


def test_what_was_sold_in_the_period_is_on_the_invoice(operator, customer, march) -> None:
    Seller.objects.create(operator=operator, name="Demo TV srl", tax_number="IT1")
    sell(customer, "9.99", at(3, 2), comment="Basic")
    sell(customer, 5, at(3, 31, 21))  # 23:00 in Rome
    sell(customer, 7, at(3, 31, 22))  # midnight in Rome: April
    credit(actor=ACTOR, customer=customer, amount=Decimal(3), now=at(3, 5))  # a gift is no sale
    invoice = issue(customer, march)
    assert (invoice.number, invoice.total, invoice.net, invoice.currency) == (
        "2026-001",
        Decimal("14.99"),
        Decimal("14.99"),
        "EUR",
    )
    assert [item.description for item in invoice.items.order_by("pk")] == ["Basic (subscription)", "subscription"]
    assert (invoice.seller["name"], invoice.buyer["name"]) == ("Demo TV srl", "Ada Rossi")
    assert AuditEntry.objects.filter(entity="invoicing.invoice", object_id=invoice.pk, verb="add").count() == 1


def test_nothing_is_invoiced_twice(customer, march) -> None:
    sell(customer, 5, at(3, 2))
    issue(customer, march)
    with pytest.raises(NothingToInvoice):
        issue(customer, march)
    late = sell(customer, 6, at(3, 3))
    again = issue(customer, march)
    assert [item.transaction for item in again.items.all()] == [late]
    assert again.number == "2026-002"


def test_a_sale_taken_back_before_the_invoice_stands_on_it_twice(customer, march) -> None:
    wrong = sell(customer, 5, at(3, 2))
    correct(actor=ACTOR, wrong=wrong, now=at(3, 3))
    invoice = issue(customer, march)
    assert (invoice.total, invoice.items.count()) == (0, 2)


def test_a_credit_note_takes_an_invoice_back_once(customer, march) -> None:
    sell(customer, 5, at(3, 2))
    invoice = issue(customer, march)
    note = credit_invoice(actor=ACTOR, invoice=invoice, issued_on=date(2026, 4, 5))
    assert (note.total, note.corrects, note.number) == (-5, invoice, "2026-002")
    for again in (invoice, note):
        with pytest.raises(AlreadyCredited):
            credit_invoice(actor=ACTOR, invoice=again, issued_on=ISSUED)
    with pytest.raises(NothingToInvoice):  # what is on a credited invoice is not sold anew
        issue(customer, march)


def test_invoices_are_not_changed(customer, march) -> None:
    sell(customer, 5, at(3, 2))
    invoice = issue(customer, march)
    for act in (invoice.save, invoice.delete, Invoice.objects.all().delete, InvoiceItem.objects.all().delete):
        with pytest.raises(Immutable):
            act()
    with pytest.raises(Immutable):
        Invoice.objects.update(total=1)


def test_all_customers_are_invoiced_and_the_second_time_none(operator, customer, march) -> None:
    other = make_customer(operator=operator)
    make_balance(other, 10)
    make_balance(make_customer(operator=operator), 10)  # paid in, bought nothing
    sell(customer, 5, at(3, 2))
    sell(other, 6, at(3, 9))
    stranger = make_customer()
    make_balance(stranger, 10)
    sell(stranger, 7, at(3, 9))
    told: list[int] = []
    number = issue_invoices(actor=ACTOR, days=march, issued_on=ISSUED, progress=told.append)
    assert (number, told) == (2, [1, 2])
    assert issue_invoices(actor=ACTOR, days=march, issued_on=ISSUED) == 0
    assert sorted(Invoice.objects.values_list("number", "total")) == [("2026-001", 5), ("2026-002", 6)]


def test_numbers_begin_anew_each_year_and_have_no_gap(customer, march) -> None:
    sell(customer, 5, at(3, 2))
    sell(customer, 5, at(5, 2))
    first = issue(customer, march)
    may = Days(march.operator, date(2026, 5, 1), date(2026, 5, 31))
    later = issue_invoice(actor=ACTOR, customer=customer, days=may, issued_on=date(2027, 1, 1))
    assert (first.number, later.number) == ("2026-001", "2027-001")


def test_a_deleted_customer_leaves_the_invoice(customer, march) -> None:
    sell(customer, 5, at(3, 2))
    invoice = issue(customer, march)
    customer.delete()
    invoice.refresh_from_db()
    assert (invoice.customer, invoice.buyer["name"]) == (None, "Ada Rossi")


def test_the_first_document_stays(customer, march) -> None:
    sell(customer, 5, at(3, 2))
    invoice = issue(customer, march)
    assert keep_document(invoice=invoice, pdf=b"%PDF one") == b"%PDF one"
    assert keep_document(invoice=invoice, pdf=b"%PDF two") == b"%PDF one"


def test_a_statement_runs_from_before_to_after(customer, march) -> None:
    sell(customer, 20, at(2, 2))
    sell(customer, 5, at(3, 2))
    statement = statement_of(customer, march, "EUR")
    made_now = Decimal(100) if datetime.now(UTC) < march.ends else Decimal(0)  # the payment of the fixture is of today
    assert statement.before == -20 + (made_now if datetime.now(UTC) < march.begins else 0)
    assert [moved.entry.amount for moved in statement.moved if moved.entry.amount < 0] == [-5]
    assert statement.after == statement.moved[-1].after
