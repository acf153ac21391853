"""Revenue, users by tariff and payments of a period, on the page and as files."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories import make_dealer, make_operator
from tests.factories.billing import make_balance
from tests.factories.catalog import make_tariff
from tests.factories.subscribers import make_account, make_customer, make_subscription

from headend.billing.actions import charge, credit, pay_dealer, write_down_payment
from headend.billing.models import CommissionRule, Kind, Renewal
from headend.billing.queries import today_of
from headend.interfaces.console.charts import bar_chart, line_chart
from headend.kernel.actor import system
from headend.operators.rules import Role

pytestmark = pytest.mark.django_db
ACTOR = system("tests")


def at(month: int, day: int = 10) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


@pytest.fixture
def operator():
    return make_operator(currency="EUR", time_zone="Europe/Rome")


@pytest.fixture
def clerk(sign_in, operator):
    return sign_in(Role.OPERATOR_ADMIN, operator)


def report(client, name: str, **query: str):
    given = {"first": "2026-01-01", "last": "2026-03-31", **query}
    return client.get(reverse("admin:reports", args=(name,)), given)


def test_revenue_by_month_and_kind(clerk, operator) -> None:
    customer = make_customer(operator=operator)
    write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(50), now=at(1))
    charge(actor=ACTOR, customer=customer, amount=Decimal("12.5"), kind=Kind.SUBSCRIPTION, now=at(1, 20))
    charge(actor=ACTOR, customer=customer, amount=Decimal(4), kind=Kind.TITLE, now=at(3))
    credit(actor=ACTOR, customer=customer, amount=Decimal(3), now=at(3))
    write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(99), now=at(4))  # outside
    found = report(clerk, "revenue").context["report"]
    columns = [str(heading) for heading in found.headings]
    rows = [dict(zip(columns, row, strict=True)) for row in found.rows]
    assert [row["month"] for row in rows] == ["January 2026", "February 2026", "March 2026"]
    assert [row["payment"] for row in rows] == [50, 0, 0]
    assert [row["subscription"] for row in rows] == [Decimal("-12.5"), 0, 0]
    assert [(row["title on demand"], row["promo code"]) for row in rows][2] == (-4, 3)
    assert found.total == ["Total", 50, Decimal("-12.5"), -4, 3, Decimal("36.5")]
    assert [(bar.first, bar.second) for bar in found.chart.bars] == [("50.0", "12.5"), ("0.0", "0.0"), ("0.0", "4.0")]


def test_a_month_ends_at_the_operators_midnight(clerk, operator) -> None:
    customer = make_customer(operator=operator)
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # half past midnight in Rome
    write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(7), now=moment)
    assert [row[1] for row in report(clerk, "revenue").context["report"].rows] == [0, 7, 0]


def test_users_by_tariff(clerk, operator) -> None:
    yearly = make_tariff(operator=operator, name="Yearly", price=120, period_months=12)
    monthly = make_tariff(operator=operator, name="Monthly", price=10)
    stays, leaves, comes = (make_customer(operator=operator) for _ in range(3))
    for customer in (stays, leaves, comes):
        make_account(operator=operator, customer=customer)
    old = datetime(2025, 5, 1, tzinfo=UTC)
    make_subscription(customer=stays, tariff=yearly, starts_at=old)
    make_subscription(customer=leaves, tariff=monthly, starts_at=old, ends_at=at(2))
    special = make_subscription(customer=comes, tariff=monthly, starts_at=at(2))
    Renewal.objects.create(operator=operator, subscription=special, currency="EUR", price_override=8)
    found = report(clerk, "tariffs").context["report"]
    assert {row[0]: tuple(row[1:]) for row in found.rows} == {"Yearly": (1, 0, 0, 10), "Monthly": (1, 1, 1, 8)}
    assert found.total == ["Total", 2, 1, 1, 18]


def test_payments_by_gateway_and_status(clerk, operator) -> None:
    customer = make_customer(operator=operator)
    for amount in (5, 6):
        write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(amount), now=at(2))
    found = report(clerk, "payments").context["report"]
    assert [list(row) for row in found.rows] == [["at the desk", "paid", 2, 11, "EUR"]]
    assert (found.chart.first, found.chart.second) == ("paid", "failed")
    assert [(bar.first, bar.second) for bar in found.chart.bars] == [("0.0", "0.0"), ("2.0", "0.0"), ("0.0", "0.0")]
    assert report(clerk, "payments", first="2026-01-01", last="2026-01-31").context["report"].chart is None


def test_what_dealers_brought_in_and_earned(clerk, sign_in, operator) -> None:
    dealer = make_dealer(operator=operator, name="Corner shop")
    CommissionRule.objects.create(operator=operator, dealer=dealer, basis="payments", percent=10)
    customer = make_customer(operator=operator, dealer=dealer)
    make_account(operator=operator, customer=customer)
    write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(50), now=at(2))
    pay_dealer(actor=ACTOR, dealer=dealer, amount=Decimal(2), now=at(3))
    make_dealer(operator=make_operator(), name="Somebody else's")
    found = report(clerk, "dealers").context["report"]
    assert [list(row) for row in found.rows] == [["Corner shop", 1, 1, 50, 5, 2, 3]]
    assert report(sign_in(Role.DEALER, operator, dealer=dealer), "dealers").status_code == 403


def test_the_books_of_the_ledger_sum_to_zero(clerk, sign_in, operator) -> None:
    customer = make_customer(operator=operator)
    write_down_payment(actor=ACTOR, customer=customer, amount=Decimal(50), now=at(1))
    charge(actor=ACTOR, customer=customer, amount=Decimal(12), kind=Kind.TITLE, now=at(2))
    credit(actor=ACTOR, customer=customer, amount=Decimal(3), now=at(4))  # after the days
    make_balance(make_customer(operator=make_operator()), 99)
    found = report(clerk, "ledger", first="2026-02-01").context["report"]
    assert {row[0]: tuple(row[1:]) for row in found.rows} == {
        "customers": (50, -12, 38),
        "money that came in": (-50, 0, -50),
        "sales": (0, 12, 12),
    }
    assert found.total == ["Total", 0, 0, 0]
    assert [(bar.first, bar.second) for bar in found.chart.bars] == [("0.0", "12.0"), ("0.0", "0.0")]
    dealer = make_dealer(operator=operator)
    assert report(sign_in(Role.DEALER, operator, dealer=dealer), "ledger").status_code == 403


FIRST_CELL = {"ledger": "book", "revenue": "month", "tariffs": "tariff", "payments": "gateway", "dealers": "dealer"}


@pytest.mark.parametrize("name", FIRST_CELL)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_report_as_a_file(clerk, operator, name, kind) -> None:
    make_balance(make_customer(operator=operator), 10)
    make_tariff(operator=operator)
    make_dealer(operator=operator)
    today = today_of(operator, datetime.now(UTC))
    answer = report(clerk, name, first=str(today - timedelta(days=40)), last=str(today), format=kind)
    body = b"".join(answer.streaming_content)
    assert f".{kind}" in answer["Content-Disposition"]
    if kind == "xlsx":
        rows = list(load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))
    else:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0][0] == FIRST_CELL[name]
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"last": "2025-12-31"}, "last"),
        ({"first": "1.1.x"}, "first"),
        ({"last": "2035-01-01"}, "last"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "first"),
        ({"operator": "0"}, "operator"),
        ({"operator": "x" * 5000}, "operator"),
    ],
)
def test_a_period_that_is_none_is_told(clerk, query, field) -> None:
    page = report(clerk, "revenue", **query)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert page.context["report"] is None


def test_another_operators_money_is_not_counted(clerk, sign_in, operator) -> None:
    other = make_operator()
    write_down_payment(actor=ACTOR, customer=make_customer(operator=other), amount=Decimal(5), now=at(1))
    assert report(clerk, "revenue").context["report"].total == ["Total", 0]
    assert "operator" in report(clerk, "revenue", operator=str(other.pk)).context["form"].errors


def test_who_may_not_see_money_gets_no_report(sign_in, operator) -> None:
    editor = sign_in(Role.EDITOR, operator)
    assert report(editor, "revenue").status_code == 403
    assert report(editor, "nonsense").status_code == 403


def test_lines_below_zero_have_their_zero_between() -> None:
    line = line_chart("balance", [0.0, 1.0], [-5.0, 15.0])
    assert line is not None
    assert (line.points, line.zero) == ("0.0,120.0 600.0,0.0", 90.0)
    assert line_chart("nothing", [], []) is None


def test_bars_stand_on_the_ground() -> None:
    (one, two) = bar_chart(["a", "b"], [10, 0], [5, -3])
    assert (one.first_y, one.first_height, one.second_height) == (10, 120, 60)
    assert (two.first_height, two.second_height, two.x) == (0, 0, 116)
