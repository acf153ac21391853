"""The billing run against bare bulk inserts of the same ledger entries: accounts per CPU second, on SQLite.

All accounts of an operator are due on one day; each holds a basic and an additional tariff and has the money. Cases are
`simple` (one charge an account) at 10,000, 100,000 and 300,000 accounts, which shows how the cost grows, and
`subscription` (a charge a subscription) at the smallest size. Each is measured in a process of its own; filling the
database is not.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

SIZES = [int(size) for size in os.environ.get("HEADEND_BENCH_ACCOUNTS", "10000,100000,300000").split(",")]
REQUIRED = {"simple": 0.04, "subscription": 0.04}
DUE = date(2027, 1, 5)
NOW = datetime(2027, 1, 5, 1, tzinfo=UTC)
PORTION = 10_000  # records made at once


def run() -> dict[str, object]:
    """Measure both billing modes, the simple one at all sizes; the ratio is that of the largest."""
    figures: dict[str, float] = {}
    limit: dict[str, float] = {}
    for mode, sizes in (("simple", SIZES), ("subscription", SIZES[:1])):
        for size in sizes:
            with tempfile.TemporaryDirectory(prefix="headend-bench-billing-") as folder:
                _child(folder, "fill", mode, size)
                billed, bare = _child(folder, "bill", mode, size), _child(folder, "insert", mode, size)
            for key, unit in (("rate", "accounts_per_cpu_s"), ("peak", "peak_mb")):
                figures[f"{mode}_{unit}_at_{size}"] = billed[key]
            limit[f"{mode}_accounts_per_cpu_s_at_{size}"] = bare["rate"]
    last = {"simple": SIZES[-1], "subscription": SIZES[0]}
    ratio = {
        mode: round(figures[f"{mode}_accounts_per_cpu_s_at_{size}"] / limit[f"{mode}_accounts_per_cpu_s_at_{size}"], 3)
        for mode, size in last.items()
    }
    return {"figures": figures, "limit": limit, "ratio": ratio, "required": REQUIRED}


def _child(folder: str, case: str, mode: str, size: int) -> dict[str, float]:
    environment = os.environ | {"HEADEND_DATA": folder, "DJANGO_SETTINGS_MODULE": "headend.settings.django"}
    called = [sys.executable, "-m", "bench.billing", case, mode, str(size)]
    ran = subprocess.run(called, env=environment, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    measured: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return measured


def _fill(mode: str, size: int) -> float:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
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


def _insert(mode: str, size: int) -> float:
    """As many entries as the run wrote, inserted by the ORM in one go each time, with nothing around it."""
    from headend.billing.models import Entry, Transaction  # noqa: PLC0415
    from headend.operators.models import Operator  # noqa: PLC0415
    from headend.subscribers.models import Customer  # noqa: PLC0415

    number = Entry.objects.filter(transaction__kind="subscription").count()
    operator, customer = Operator.objects.get(), Customer.objects.first()
    posted = Transaction.objects.create(operator=operator, kind="subscription", currency="EUR", at=NOW)
    fields = {"operator": operator, "transaction": posted, "currency": "EUR", "at": NOW, "amount": Decimal(14)}
    started = time.process_time()
    for start in range(0, number, PORTION):
        count = min(PORTION, number - start)
        Entry.objects.bulk_create(Entry(**fields, book="customers", customer=customer) for _ in range(count))
    return time.process_time() - started


_WORKS = {"fill": _fill, "bill": _bill, "insert": _insert}


def _main(case: str, mode: str, size: int) -> None:
    import django  # noqa: PLC0415

    from bench.memory import peak_megabytes  # noqa: PLC0415

    django.setup()
    spent = _WORKS[case](mode, size)
    print(json.dumps({"rate": round(size / spent, 1), "peak": round(peak_megabytes(), 1)}))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
