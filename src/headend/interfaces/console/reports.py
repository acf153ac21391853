"""Reports: what came in and was sold month by month, how many hold each tariff, payments, dealers, books; as files."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, DecimalField, F, Min, Q, QuerySet, Sum, When
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from headend.billing.models import Book, Entry, Kind, Payment, PaymentStatus
from headend.billing.queries import dealer_figures
from headend.billing.rules import ZERO, months_after, rounded
from headend.catalog.models import Tariff
from headend.interfaces.console.charts import Bar, bar_chart
from headend.interfaces.console.days import DaysForm
from headend.interfaces.console.ingest_titles import title_rows
from headend.interfaces.console.reach import Sight, staff_of
from headend.interfaces.console.tables import FORMATS
from headend.operators.models import Dealer, Operator
from headend.operators.queries import Days, operators_seen_by
from headend.subscribers.models import TariffSubscription
from headend.vod.models import Title

MOST_MONTHS = 36
SHOWN_MONTHS = 12
SOLD = (Kind.SUBSCRIPTION, Kind.TITLE)


@dataclass(frozen=True, slots=True)
class Chart:
    """Pairs of bars: what they show, and what the first and the second of each stand for."""

    words: str
    first: str
    second: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Report:
    """A table of what the cells of a file can hold; `total` stands below it on the page, and `chart` above."""

    headings: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = ()
    chart: Chart | None = None

    @property
    def shown(self) -> list[list[str]]:
        """The rows as people read them."""
        return [[_shown(cell) for cell in row] for row in (*self.rows, *([self.total] if self.total else []))]


def _chart(
    words: str, labels: Sequence[str], first: tuple[str, list[float]], second: tuple[str, list[float]]
) -> Chart | None:
    """A chart of two kinds of figures for each label, each with its name; None where all of them are nothing."""
    if not any((*first[1], *second[1])):
        return None
    return Chart(words, first[0], second[0], bar_chart(labels, first[1], second[1]))


def _shown(cell: Any) -> str:
    if isinstance(cell, Decimal | int):
        return number_format(cell, use_l10n=True, force_grouping=True)
    return str(cell)


# --- the reports ---------------------------------------------------------------------------------------------------


def _revenue(sight: Sight, days: Days) -> Report:
    """What the customers' entries say of each month, by what they were for, in the operator's currency."""
    currency = days.operator.currency
    months = [(month, _by_kind(sight, month, currency)) for month in days.months()]
    kinds = [kind for kind in Kind if any(kind in sums for _month, sums in months)]
    nothing = rounded(ZERO, currency)
    rows = [[_month_name(m), *(sums.get(k, nothing) for k in kinds), sum(sums.values(), nothing)] for m, sums in months]
    paid = [float(sums.get(Kind.PAYMENT, ZERO)) for _month, sums in months]
    sold = [float(-sum((sums.get(kind, ZERO) for kind in SOLD), ZERO)) for _month, sums in months]
    names = [_month_name(month) for month, _sums in months]
    chart = _chart(_("Paid in and sold, by month"), names, (_("paid in"), paid), (_("sold"), sold))
    headings = [_("month"), *(str(kind.label) for kind in kinds), _("change of the balances, %s") % currency]
    return Report(headings, rows, _total(rows), chart)


def _ledger(sight: Sight, days: Days) -> Report:
    """What every book of the ledger stood at before and after the days, in the operator's currency; all sum to zero."""
    currency = days.operator.currency
    entries = sight.rows(Entry).filter(operator=days.operator, currency=currency)
    before = _by_book(entries.filter(at__lt=days.begins), currency)
    moved = _by_book(_within(entries, days), currency)
    rows = [
        [str(book.label), before[book], moved[book], before[book] + moved[book]]
        for book in Book
        if book in before or book in moved
    ]
    headings = [_("book"), *(text % currency for text in (_("before, %s"), _("moved, %s"), _("after, %s")))]
    return Report(headings, rows, _total(rows), _money_and_sales(entries, days))


def _by_book(entries: QuerySet[Entry], currency: str) -> dict[Book, Decimal]:
    found = entries.order_by().values_list("book").annotate(total=Sum("amount"))
    return defaultdict(lambda: rounded(ZERO, currency), {Book(name): rounded(sum_, currency) for name, sum_ in found})


def _within(entries: QuerySet[Entry], days: Days) -> QuerySet[Entry]:
    return entries.filter(at__gte=days.begins, at__lt=days.ends)


def _money_and_sales(entries: QuerySet[Entry], days: Days) -> Chart | None:
    months = list(days.months())
    books = [_by_book(_within(entries, each), days.operator.currency) for each in months]
    came = (_("money that came in"), [float(ZERO - each[Book.MONEY]) for each in books])
    sold = (_("sales"), [float(each[Book.SALES]) for each in books])
    return _chart(_("Money and sales, by month"), [_month_name(each) for each in months], came, sold)


def _total(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The sums of all columns but the first; nothing of no rows."""
    return [_("Total"), *map(sum, list(zip(*rows, strict=True))[1:])] if rows else []


def _by_kind(sight: Sight, days: Days, currency: str) -> dict[Kind, Decimal]:
    entries = sight.rows(Entry).filter(operator=days.operator, book=Book.CUSTOMERS, currency=currency)
    found = _within(entries, days).values_list("transaction__kind")
    return {Kind(kind): rounded(total, currency) for kind, total in found.annotate(total=Sum("amount"))}


def _month_name(days: Days) -> str:
    return date_format(days.first, "YEAR_MONTH_FORMAT")


def _tariffs(sight: Sight, days: Days) -> Report:
    """How many customers hold each tariff at the period's end, who came and went in it, and what it brings a month."""
    held = sight.rows(TariffSubscription).filter(operator=days.operator)
    running = held.filter(Q(ends_at=None) | Q(ends_at__gt=days.ends), starts_at__lt=days.ends)
    # Only the first time counts as coming: who resumed or changed the account was there before.
    first = held.values("customer", "tariff").annotate(since=Min("starts_at"))
    holders = _counted(running)
    came = Counter(first.filter(since__gte=days.begins, since__lt=days.ends).values_list("tariff", flat=True))
    went = _counted(held.filter(ends_at__gte=days.begins, ends_at__lt=days.ends))
    worth = dict(running.values_list("tariff").annotate(total=Sum(_price_on(days.last))))
    tariffs = sight.rows(Tariff).filter(operator=days.operator).order_by("-basic_priority", "name", "pk")
    rows = [
        [t.name, holders.get(t.pk, 0), came[t.pk], went.get(t.pk, 0), _monthly(t, worth.get(t.pk) or ZERO)]
        for t in tariffs
    ]
    headings = [_("tariff"), _("customers"), _("came"), _("left"), _("worth a month, %s") % days.operator.currency]
    return Report(headings, rows, _total(rows))


def _price_on(day: date) -> Case:
    """What a period of a subscription costs: a price of its own while that holds, else the tariff's."""
    is_own = Q(renewal__price_override__isnull=False) & (
        Q(renewal__price_until=None) | Q(renewal__price_until__gte=day)
    )
    output = DecimalField(max_digits=15, decimal_places=3)
    return Case(When(is_own, then=F("renewal__price_override")), default=F("tariff__price"), output_field=output)


def _counted(held: QuerySet[Any]) -> dict[int, int]:
    return dict(held.values_list("tariff").annotate(number=Count("customer", distinct=True)))


def _monthly(tariff: Tariff, total: Decimal) -> Decimal:
    months = tariff.period_months
    return rounded(total / months, tariff.currency or tariff.operator.currency) if months else ZERO


def _payments(sight: Sight, days: Days) -> Report:
    """How many payments were begun by which way, how they ended, and what they brought."""
    payments = sight.rows(Payment).filter(operator=days.operator)
    begun = payments.filter(created_at__gte=days.begins, created_at__lt=days.ends)
    found = begun.values_list("merchant__name", "currency", "status").annotate(number=Count("pk"), sum=Sum("amount"))
    labels = dict(PaymentStatus.choices)
    rows = [
        [name or _("at the desk"), str(labels.get(status, status)), number, rounded(amount, currency), currency]
        for name, currency, status, number, amount in found.order_by("merchant__name", "currency", "status")
    ]
    headings = [_("gateway"), _("status"), _("payments"), _("amount"), _("currency")]
    return Report(headings, rows, chart=_payments_by_month(payments, days))


def _payments_by_month(payments: QuerySet[Payment], days: Days) -> Chart | None:
    months = list(days.months())
    ended = [_by_status(payments.filter(created_at__gte=each.begins, created_at__lt=each.ends)) for each in months]
    paid = [float(numbers[PaymentStatus.PAID]) for numbers in ended]
    failed = [float(numbers[PaymentStatus.FAILED]) for numbers in ended]
    words, names = _("Payments by month"), [_month_name(each) for each in months]
    return _chart(words, names, (_("paid"), paid), (_("failed"), failed))


def _by_status(payments: QuerySet[Payment]) -> Counter[str]:
    return Counter(dict(payments.values_list("status").annotate(number=Count("pk")).order_by()))


def _dealers(sight: Sight, days: Days) -> Report:
    """What each dealer brought in and earned; customers, those in service and what is owed at the period's end."""
    dealers = list(sight.rows(Dealer).filter(operator=days.operator).select_related("operator").order_by("name", "pk"))
    rows = [
        [each.dealer.name, each.customers, each.active, each.payments, each.commission, each.paid_out, each.owed]
        for each in dealer_figures(days.operator, dealers, days.begins, days.ends)
    ]
    money = [_("payments, %s"), _("commission, %s"), _("paid out, %s"), _("owed, %s")]
    headings = [_("dealer"), _("customers"), _("in service"), *(text % days.operator.currency for text in money)]
    return Report(headings, rows, _total(rows))


def _titles(sight: Sight, days: Days) -> Report:
    """The titles that are shown at any time in the period, and where their files lie."""
    return Report(*title_rows(sight, days))


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that is offered: its name, and the rights on records that it needs."""

    title: Any
    needs: tuple[type[Any], ...]
    make: Callable[[Sight, Days], Report]


REPORTS = {
    "revenue": Kept(gettext_lazy("Revenue"), (Entry,), _revenue),
    "tariffs": Kept(gettext_lazy("Users by tariff"), (TariffSubscription, Tariff), _tariffs),
    "payments": Kept(gettext_lazy("Payments"), (Payment,), _payments),
    "dealers": Kept(gettext_lazy("Dealers"), (Dealer, Entry), _dealers),
    "ledger": Kept(gettext_lazy("Ledger by book"), (Dealer, Entry), _ledger),
    "titles": Kept(gettext_lazy("Titles on offer"), (Title,), _titles),
}


# --- the page --------------------------------------------------------------------------------------------------------


class PeriodForm(DaysForm):
    operator = forms.ModelChoiceField(
        Operator.objects.none(), label=gettext_lazy("Operator"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    field_order = ("operator",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last > months_after(first, MOST_MONTHS):
            self.add_error("last", _("No more than %(number)d months at once.") % {"number": MOST_MONTHS})
        return cleaned


def reports_page(request: HttpRequest, name: str) -> HttpResponseBase:
    """A report; query: `operator`, `first`, `last` (days) and `format`, "csv" or "xlsx", for a file."""
    sight = Sight(staff_of(request))
    offered = {key: kept for key, kept in REPORTS.items() if all(map(sight.may, kept.needs))}
    if name not in offered:
        raise PermissionDenied
    form = _form(request)
    report = offered[name].make(sight, Days(**form.cleaned_data)) if form.is_valid() else None
    wanted = FORMATS.get(request.GET.get("format", ""))
    if report and wanted:
        return _file(f"{name}-{form.cleaned_data['first']}-{form.cleaned_data['last']}", wanted, report)
    context = {
        **admin.site.each_context(request),
        "title": offered[name].title,
        "name": name,
        "offered": [(key, kept.title) for key, kept in offered.items()],
        "form": form,
        "report": report,
        "query": request.GET.urlencode(),
        "formats": list(FORMATS.values()),
    }
    return TemplateResponse(request, "console/reports.html", context)


def _form(request: HttpRequest) -> PeriodForm:
    """The form as it was sent, or for the last months of the staff member's own operator."""
    operators = operators_seen_by(staff_of(request))
    own = staff_of(request).operator_id or operators.values_list("pk", flat=True).first()
    today = timezone.localdate()
    given = {
        "operator": request.GET.get("operator") or own,
        "first": request.GET.get("first") or months_after(today.replace(day=1), 1 - SHOWN_MONTHS),
        "last": request.GET.get("last") or today,
    }
    form = PeriodForm(given)
    field: Any = form.fields["operator"]
    field.queryset = operators
    if operators.count() == 1:
        field.widget = forms.HiddenInput()
    return form


def _file(name: str, wanted: Any, report: Report) -> StreamingHttpResponse:
    rows = chain([report.headings], report.rows)
    response = StreamingHttpResponse(wanted.write(rows), content_type=wanted.content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{wanted.name}"'
    return response
