"""A table of accounts brought in, looked at again and handed out, against bare bulk inserts of the same rows.

Rows per CPU second for 10,000, 50,000 and 100,000 accounts, each case in a process of its own, so that its memory is
its own too. `growth` is the rate at the greatest number over that at the smallest: 1 when a row costs the same in a
table of any length. The accounts have no passwords: hashing one takes a fixed time, which is meant to be long.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.child import measure, tell

SIZES: Sequence[int] = (10_000, 50_000, 100_000)
CASES = ("customers", "import", "look", "export", "inserts")
REQUIRED = {"growth_import": 0.80, "growth_look": 0.80, "growth_export": 0.80, "import": 0.10}


def run() -> dict[str, object]:
    """Measure all cases at all sizes."""
    with tempfile.TemporaryDirectory(prefix="headend-bench-bulk-") as folder:
        measured = {size: _measure(Path(folder) / str(size), size) for size in SIZES}
    figures: dict[str, float] = {}
    for size, cases in measured.items():
        for case in CASES[:-1]:
            figures[f"{case}_rows_per_cpu_s_{size}"] = cases[case]["rate"]
            figures[f"{case}_peak_mb_{size}"] = cases[case]["peak"]
    smallest, largest = measured[SIZES[0]], measured[SIZES[-1]]
    growth = {f"growth_{case}": round(largest[case]["rate"] / smallest[case]["rate"], 3) for case in CASES[1:-1]}
    return {
        "figures": figures,
        "limit": {f"inserts_rows_per_cpu_s_{size}": cases["inserts"]["rate"] for size, cases in measured.items()},
        "ratio": growth | {"import": round(largest["import"]["rate"] / largest["inserts"]["rate"], 3)},
        "required": REQUIRED,
    }


def _measure(data: Path, size: int) -> dict[str, dict[str, float]]:
    data.mkdir()
    _write_tables(data, size)
    measure("bulk", data, "prepare", data, size)
    return {case: measure("bulk", data, case, data, size) for case in CASES}


def _write_tables(data: Path, size: int) -> None:
    with (data / "customers.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["external_id", "first_name", "last_name", "mobile_phone", "email"])
        writer.writerows([f"C{n}", "Anna", f"Rossi {n}", f"+39333{n:07}", f"anna{n}@example.org"] for n in range(size))
    with (data / "accounts.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["number", "external_id", "customer", "activates_on", "country", "city", "option1"])
        writer.writerows(
            [100_000 + n, f"A{n}", f"C{n}", "2026-01-01", "IT", "Milano", f"flat {n % 90}"] for n in range(size)
        )


# Each does its work and gives the CPU seconds of it: Django is started in all of them, and in none counted.


def _prepare(_data: Path, _size: int) -> float:
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - Django is set up by now

    from headend.operators.models import Operator  # noqa: PLC0415

    execute_from_command_line(["manage", "migrate", "--verbosity", "0"])
    for name in ("Bench", "Limit"):
        Operator.objects.create(name=name, path=f"{name}/")
    return 1.0


def _bring_in(entity: str, data: Path, size: int, *, only_look: bool = False) -> float:
    from headend.interfaces.cli.rows import Tally  # noqa: PLC0415
    from headend.interfaces.cli.tables import sheet_for  # noqa: PLC0415
    from headend.interfaces.console.imports import plan_parts, write  # noqa: PLC0415
    from headend.interfaces.console.tables import read_table  # noqa: PLC0415
    from headend.kernel.actor import system  # noqa: PLC0415

    sheet, tally = sheet_for(entity, "Bench"), Tally()
    started = time.process_time()
    for part in plan_parts(sheet, *read_table((data / f"{entity}.csv").read_bytes())):
        if not only_look:
            write(part, sheet, system("bench"))
        tally.add(part)
    spent = time.process_time() - started
    if (tally.unchanged if only_look else tally.created) != size:
        raise SystemExit(f"the rows did not come in: {tally}")
    return spent


def _customers(data: Path, size: int) -> float:
    return _bring_in("customers", data, size)


def _import(data: Path, size: int) -> float:
    return _bring_in("accounts", data, size)


def _look(data: Path, size: int) -> float:
    return _bring_in("accounts", data, size, only_look=True)


def _export(data: Path, _size: int) -> float:
    from headend.interfaces.cli.exports import table_of  # noqa: PLC0415

    started = time.process_time()
    with (data / "exported.csv").open("wb") as stream:
        stream.writelines(table_of("accounts", "Bench", "csv"))
    return time.process_time() - started


def _inserts(_data: Path, size: int) -> float:
    """As many bare inserts of accounts, audit entries and changes, in the same portions."""
    from headend.operators.models import AuditEntry, Change, Operator  # noqa: PLC0415
    from headend.subscribers.models import Account, Customer  # noqa: PLC0415

    operator = Operator.objects.get(name="Limit")
    customer = Customer.objects.create(operator=operator)
    started = time.process_time()
    for start in range(0, size, 500):
        numbers = range(start, min(start + 500, size))
        Account.objects.bulk_create(
            Account(operator=operator, customer=customer, number=n, external_id=f"A{n}", city="Milano") for n in numbers
        )
        AuditEntry.objects.bulk_create(
            AuditEntry(operator=operator, verb="add", entity="bench", object_id=n, changes={"number": [None, n]})
            for n in numbers
        )
        Change.objects.bulk_create(Change(operator=operator, entity="bench", object_id=n) for n in numbers)
    return time.process_time() - started


_WORKS = {
    "prepare": _prepare,
    "customers": _customers,
    "import": _import,
    "look": _look,
    "export": _export,
    "inserts": _inserts,
}


def _main(case: str, data: Path, size: int) -> None:
    import django  # noqa: PLC0415

    django.setup()
    tell(size, _WORKS[case](data, size))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
