"""The billing run against the bare reads and writes that it cannot do without: accounts per CPU second, on SQLite.

All accounts of an operator are due on one day; each holds a basic and an additional tariff and has the money. Cases are
`simple` (one charge an account) at 10,000, 100,000 and 300,000 accounts, which shows how the cost grows, and
`subscription` (a charge a subscription) at the smallest size. Each is measured in a process of its own; filling the
database is not.

The limit: for the first accounts of the same database, the same rows read as records, and as many rows as the run
wrote (transactions, entries, audit entries, news) inserted in bulk, in portions of the same size, by the ORM alone. The
ratio says how much of the run is that. `growth` is the rate at the greatest number over that at the smallest.
"""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.child import measure, tell

SIZES: Sequence[int] = (10_000, 100_000, 300_000)
REQUIRED = {"simple": 0.40, "subscription": 0.40, "growth": 0.80}
DUE = date(2027, 1, 5)
NOW = datetime(2027, 1, 5, 1, tzinfo=UTC)
PORTION = 10_000  # records made at once
BARE = 10_000  # accounts for which the limit is measured


def run() -> dict[str, object]:
    """Measure both billing modes, the simple one at all sizes; the ratio is that of the largest."""
    rates: dict[tuple[str, int], dict[str, dict[str, float]]] = {}
    with TemporaryDirectory(prefix="headend-bench-billing-") as folder:
        empty = Path(folder) / "empty"
        empty.mkdir()
        measure("billing", empty, "prepare", "", 0)
        for mode, sizes in (("simple", SIZES), ("subscription", SIZES[:1])):
            for size in sizes:
                data = shutil.copytree(empty, Path(folder) / "data")
                measure("billing", data, "fill", mode, size)
                rates[mode, size] = {case: measure("billing", data, case, mode, size) for case in ("bill", "bare")}
                shutil.rmtree(data)
    return _result(rates)


def _result(rates: dict[tuple[str, int], dict[str, dict[str, float]]]) -> dict[str, object]:
    last = {"simple": SIZES[-1], "subscription": SIZES[0]}
    ratio = {
        mode: round(rates[mode, size]["bill"]["rate"] / rates[mode, size]["bare"]["rate"], 3)
        for mode, size in last.items()
    }
    first, most = (rates["simple", size]["bill"]["rate"] for size in (SIZES[0], SIZES[-1]))
    figures = {f"{mode}_accounts_per_cpu_s_{size}": each["bill"]["rate"] for (mode, size), each in rates.items()}
    peaks = {f"{mode}_peak_mb_{size}": each["bill"]["peak"] for (mode, size), each in rates.items()}
    return {
        "figures": figures | peaks,
        "limit": {f"{mode}_accounts_per_cpu_s_{size}": each["bare"]["rate"] for (mode, size), each in rates.items()},
        "ratio": ratio | {"growth": round(most / first, 3)},
        "required": REQUIRED,
    }


# Each does its work and gives the CPU seconds of it: Django is started in all of them, and in none counted.


def _prepare(_mode: str, _size: int) -> float:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    return 1.0


def _fill(mode: str, size: int) -> float:
    from headend.catalog.models import Tariff  # noqa: PLC0415
    from headend.operators.models import Operator  # noqa: PLC0415

    operator = Operator.objects.create(name="bench", billing_mode=mode, path="/1/")
    basic = Tariff.objects.create(operator=operator, name="Basic", price=9, basic_priority=1)
    films = Tariff.objects.create(operator=operator, name="Films", price=5)
    for start in range(0, size, PORTION):
        _add_accounts(operator, (basic, films), start, min(PORTION, size - start))
    return 1.0


def _add_accounts(operator: Any, tariffs: tuple[Any, ...], start: int, number: int) -> None:
    from headend.billing.models import Entry, Renewal, Transaction  # noqa: PLC0415
    from headend.subscribers.models import Account, Customer, TariffSubscription  # noqa: PLC0415

    day = DUE if operator.billing_mode == "simple" else None
    common = {"operator": operator}
    customers = Customer.objects.bulk_create(Customer(**common, last_name=f"C{start + n}") for n in range(number))
    Account.objects.bulk_create(
        Account(**common, customer=each, number=start + n, extends_on=day) for n, each in enumerate(customers)
    )
    begun, paid_until = NOW - timedelta(days=31), datetime.combine(DUE, datetime.min.time(), UTC)
    held = TariffSubscription.objects.bulk_create(
        TariffSubscription(**common, customer=each, tariff=tariff, starts_at=begun)
        for each in customers
        for tariff in tariffs
    )
    Renewal.objects.bulk_create(
        Renewal(**common, subscription=each, currency="EUR", paid_until=paid_until) for each in held
    )
    paid = Transaction.objects.bulk_create(
        Transaction(**common, kind="payment", currency="EUR", at=begun) for _ in customers
    )
    Entry.objects.bulk_create(_payments(Entry, common, customers, paid, begun))


def _payments(entry: Any, common: dict[str, Any], customers: list[Any], paid: list[Any], at: datetime) -> Iterator[Any]:
    for customer, payment in zip(customers, paid, strict=True):
        fields = common | {"transaction": payment, "currency": "EUR", "at": at}
        yield entry(**fields, book="customers", customer=customer, amount=Decimal(20))
        yield entry(**fields, book="money", amount=Decimal(-20))


def _bill(mode: str, size: int) -> float:
    from headend.billing.actions import run_billing  # noqa: PLC0415
    from headend.kernel.actor import system  # noqa: PLC0415
    from headend.operators.models import Operator  # noqa: PLC0415

    started = time.process_time()
    report = run_billing(actor=system("bench"), operator=Operator.objects.get(), now=NOW)
    spent = time.process_time() - started
    if report.tally.charged["EUR"] != 14 * size or report.failures:
        raise SystemExit(f"not everybody was charged: {report}")
    return spent


def _bare(_mode: str, size: int) -> float:
    """Read what the run read of some accounts, and write what it wrote for as many, with nothing around it."""
    from headend.subscribers.models import Customer  # noqa: PLC0415

    numbers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[: min(BARE, size)])
    written = [(model, rows, len(rows) // len(numbers)) for model, rows in _written(size, len(numbers))]
    from headend.billing.actions.runs import PORTION as AT_ONCE  # noqa: PLC0415

    started = time.process_time()
    for start in range(0, len(numbers), AT_ONCE):
        portion = numbers[start : start + AT_ONCE]
        _read_and_write(
            portion, [(model, rows[start * each :][: len(portion) * each]) for model, rows, each in written]
        )
    return (time.process_time() - started) * size / len(numbers)


def _written(size: int, accounts: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """The last rows that the run wrote, by their tables, as many as there are for some accounts on average."""
    from headend.billing.models import Entry, Transaction  # noqa: PLC0415
    from headend.operators.models import AuditEntry, Change  # noqa: PLC0415

    charges, entries = (
        Transaction.objects.filter(kind="subscription"),
        Entry.objects.filter(transaction__kind="subscription"),
    )
    for records in (charges, entries, AuditEntry.objects.all(), Change.objects.all()):
        number = records.count() // size * accounts
        rows = [{k: v for k, v in row.items() if k != "id"} for row in records.order_by("-pk").values()[:number]]
        yield records.model, [row | ({"external_id": None} if "external_id" in row else {}) for row in rows]


def _read_and_write(customers: list[int], written: list[tuple[Any, list[dict[str, Any]]]]) -> None:
    from django.db import transaction  # noqa: PLC0415
    from django.db.models import Sum  # noqa: PLC0415

    from headend.billing.models import Entry, Renewal  # noqa: PLC0415
    from headend.subscribers.models import Account, Customer, TariffSubscription  # noqa: PLC0415

    of_these = {"customer__in": customers}
    with transaction.atomic():
        list(Customer.objects.select_for_update().filter(pk__in=customers))
        accounts = list(Account.objects.filter(**of_these))
        held = list(TariffSubscription.objects.filter(**of_these).select_related("renewal"))
        list(Entry.objects.filter(**of_these).order_by().values_list("customer").annotate(total=Sum("amount")))
        for model, rows in written:
            model.objects.bulk_create([model(**row) for row in rows])
        Account.objects.filter(pk__in=[each.pk for each in accounts]).update(extends_on=DUE)
        Renewal.objects.filter(subscription__in=[each.pk for each in held]).update(paid_until=NOW)


_WORKS = {"prepare": _prepare, "fill": _fill, "bill": _bill, "bare": _bare}


def _main(case: str, mode: str, size: int) -> None:
    import django  # noqa: PLC0415

    django.setup()
    tell(size, _WORKS[case](mode, size))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
