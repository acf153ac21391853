"""The demonstration's papers: how the operator names itself, and the invoices of last month."""

from datetime import datetime, timedelta

from headend.billing.queries import today_of
from headend.invoicing.actions import issue_invoices
from headend.invoicing.models import Seller
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.operators.queries import Days

ACTOR = system("demo")


def add_documents(operator: Operator, now: datetime) -> None:
    """Say who sells, and invoice what was sold last month."""
    seller = Seller(
        operator=operator,
        name=f"{operator.name} S.r.l.",
        address="Via Caldera 21\n20153 Milano",
        tax_number="IT01234567890",
        registration="REA MI-1234567",
        bank="IBAN IT60 X054 2811 1010 0000 0123 456\nBIC BCITITMM",
        contact=operator.email,
        footer=f"{operator.name} S.r.l. · Via Caldera 21 · 20153 Milano",
        issues_monthly=True,
    )
    save(actor=ACTOR, obj=seller)
    today = today_of(operator, now)
    last = today.replace(day=1) - timedelta(days=1)
    issue_invoices(actor=ACTOR, days=Days(operator, last.replace(day=1), last), issued_on=today)
