"""`headend import` and `headend export`: rows go in one by one, a look changes nothing, nothing is said of secrets."""

import csv
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.factories import make_account, make_category, make_channel, make_customer, make_operator, make_tariff
from tests.factories.billing import make_balance
from tests.factories.subscribers import make_subscription
from typer.testing import CliRunner, Result

from headend.interfaces.cli.exports import app as export_app
from headend.interfaces.cli.imports import app as import_app
from headend.interfaces.console import imports
from headend.kernel.passwords import verify_password
from headend.operators.models import AuditEntry, Change, Operator
from headend.subscribers.models import Account, Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Operator:
    return make_operator(name="Acme")


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: list[object], encoding: str = "utf-8", delimiter: str = ",") -> Path:
        path = tmp_path / "table.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(rows)
        return path

    return written


def bring_in(*arguments: object) -> Result:
    return CliRunner().invoke(import_app, [str(argument) for argument in arguments])


def looked_at(*arguments: object) -> dict[str, object]:
    return json.loads(bring_in(*arguments, "--dry-run", "--json").stdout)


def handed_out(entity: str, *more: str) -> str:
    done = CliRunner().invoke(export_app, [entity, *more])
    assert done.exit_code == 0, done.output
    return done.stdout_bytes.decode("utf-8-sig")


def test_a_look_tells_each_row_and_writes_nothing(operator, table) -> None:
    make_account(operator=operator, number=7, city="Rome")
    make_account(operator=operator, number=8, city="Pisa")
    rows = table(["number", "city"], [7, "Milan"], [8, "Pisa"], ["x", "Bari"])
    told = looked_at("accounts", rows)
    assert told["rows"] == [
        {"line": 2, "state": "changed", "name": "7", "changes": {"city": ["Rome", "Milan"]}},
        {"line": 3, "state": "unchanged", "name": "8"},
        {"line": 4, "state": "refused", "problems": [{"column": "number", "message": "“x” is not a whole number."}]},
    ]
    assert {word: told[word] for word in ("dry_run", "created", "changed", "unchanged", "refused")} == {
        "dry_run": True, "created": 0, "changed": 1, "unchanged": 1, "refused": 1,
    }  # fmt: skip
    assert Account.objects.get(number=7).city == "Rome"
    assert not AuditEntry.objects.exists()
    assert not Change.objects.exists()


def test_good_rows_go_in_beside_bad_ones_and_again_change_nothing(operator, table) -> None:
    make_customer(operator=operator, external_id="C1")
    path = table(
        ["number", "customer", "city", "country"],
        [9, "C1", "Bari", "IT"],
        [10, "C2", "Bari", "IT"],
        [11, "C1", "Bari", "Italia"],
        [12, "C1", "Lecce", "IT"],
    )
    done = bring_in("accounts", path)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "line 3: refused: customer: There is no “C2”.",
        "line 4: refused: country: Ensure this value has at most 2 characters (it has 6).",
        "2 created, 0 changed, 0 unchanged, 2 refused",
    ]
    assert list(Account.objects.values_list("number", "city")) == [(9, "Bari"), (12, "Lecce")]
    entries = AuditEntry.objects.all()
    assert {(entry.verb, entry.actor_name) for entry in entries} == {("add", "headend import")}
    assert set(Change.objects.values_list("object_id", flat=True)) == {entry.object_id for entry in entries}
    assert looked_at("accounts", path)["unchanged"] == 2
    assert bring_in("accounts", path).stdout.endswith("0 created, 0 changed, 2 unchanged, 2 refused\n")
    assert AuditEntry.objects.count() == 2


def test_no_price_is_below_zero_and_money_keeps_its_currency(operator, table) -> None:
    customer, other = (make_customer(operator=operator, external_id=number) for number in ("C1", "C2"))
    make_balance(customer, 5)
    prices = table(
        ["name", "price", "activation_price", "currency", "period_months"], ["Base", "-3", "-0.01", "eur", "121"]
    )
    (problems,) = [row["problems"] for row in looked_at("tariffs", prices)["rows"]]
    assert [each["column"] for each in problems] == ["price", "activation_price", "currency", "period_months"]
    bring_in("customers", table(["external_id", "currency"], ["C1", "USD"], ["C2", "USD"]))
    for each in (customer, other):
        each.refresh_from_db()
    assert (customer.currency, other.currency) == ("", "USD")


def test_an_account_leaves_no_tariffs_of_its_own_behind(operator, table) -> None:
    old, new = (make_customer(operator=operator, external_id=number) for number in ("C1", "C2"))
    account = make_account(customer=old, number=7)
    held = make_subscription(customer=old, account=account)
    path = table(["number", "customer"], [7, "C2"])
    assert "line 2: refused: customer: The account holds tariffs of its own" in bring_in("accounts", path).stdout
    held.ends_at = held.starts_at
    held.save()
    assert bring_in("accounts", path).exit_code == 0
    account.refresh_from_db()
    assert account.customer == new


def test_accounts_are_recognised_by_external_id_and_get_numbers(operator, table) -> None:
    make_customer(operator=operator, external_id="C1")
    path = table(["external_id", "customer"], ["A1", "C1"], ["A2", "C1"])
    assert bring_in("accounts", path).exit_code == 0
    first, second = Account.objects.order_by("number")
    assert (first.external_id, second.external_id, second.number) == ("A1", "A2", first.number + 1)
    assert looked_at("accounts", path)["unchanged"] == 2


def test_passwords_are_taken_made_and_listed_once(operator, table, tmp_path) -> None:
    make_customer(operator=operator, external_id="C1")
    path = table(["number", "customer", "password"], [1, "C1", "=given"], [2, "C1", ""])
    answers = tmp_path / "answers.csv"
    seen = bring_in("accounts", path, "--make-passwords", answers, "--json")
    assert seen.exit_code == 0
    assert stat.S_IMODE(answers.stat().st_mode) == 0o600
    ((_, made),) = list(csv.reader(answers.read_text().splitlines()))[1:]
    assert "=given" not in seen.output
    assert made not in seen.output
    assert verify_password("=given", Account.objects.get(number=1).password)
    assert verify_password(made, Account.objects.get(number=2).password)
    again = bring_in("accounts", path, "--make-passwords", answers)
    assert again.exit_code == 2  # it is there already
    assert bring_in("accounts", path, "--make-passwords", tmp_path / "more.csv").stdout.startswith(
        "0 created, 0 changed, 2 unchanged"
    )
    assert (tmp_path / "more.csv").read_text() == "number,password\n"
    assert bring_in("channels", path, "--make-passwords", tmp_path / "other.csv").exit_code == 2


def test_a_row_that_the_database_refuses_does_not_cost_its_neighbours(operator, table, monkeypatch) -> None:
    customer = make_customer(operator=operator, external_id="C1")
    written = imports.add_many

    def with_a_rival(*, actor, objects) -> None:
        if Account.objects.filter(number=2).count() == 0:
            make_account(customer=customer, number=2)
        written(actor=actor, objects=objects)

    monkeypatch.setattr(imports, "add_many", with_a_rival)
    done = bring_in("accounts", table(["number", "customer"], [1, "C1"], [2, "C1"], [3, "C1"]))
    assert done.stdout.splitlines() == [
        "line 3: refused: Somebody changed these records at the same moment.",
        "2 created, 0 changed, 0 unchanged, 1 refused",
    ]
    assert sorted(Account.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert AuditEntry.objects.filter(entity="subscribers.account").count() == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_any_country_are_read(encoding, delimiter, operator, table) -> None:
    path = table(["external_id", "last_name"], ["1", "Иванова"], ["2", "Smith"], encoding=encoding, delimiter=delimiter)
    assert bring_in("customers", path).exit_code == 0
    assert set(Customer.objects.values_list("last_name", flat=True)) == {"Иванова", "Smith"}


def test_western_code_pages_are_told_from_cyrillic(operator, table) -> None:
    path = table(["external_id", "last_name"], ["1", "Müller"], ["2", "Nuñez"], ["3", "Él"], encoding="cp1252")
    assert bring_in("customers", path).exit_code == 0
    assert set(Customer.objects.values_list("last_name", flat=True)) == {"Müller", "Nuñez", "Él"}


def test_what_is_exported_comes_in_again(operator, tmp_path) -> None:
    category = make_category(operator=operator, name="=News")
    channels = [make_channel(operator=operator, category=category, name=f"Ch {n}", lcn=n) for n in (1, 2)]
    make_tariff(operator=operator, name="Base").channels.set(channels)
    make_account(operator=operator, number=77)
    for entity in ("categories", "channels", "tariffs", "customers", "accounts"):
        path = tmp_path / f"{entity}.csv"
        path.write_text(handed_out(entity), encoding="utf-8")
        told = looked_at(entity, path)
        assert (told["created"], told["changed"], told["refused"]) == (0, 0, 0), told
        assert told["unchanged"] > 0
    assert "'=News" in handed_out("categories")
    assert "password" not in handed_out("accounts")


def test_only_the_named_operators_records_are_seen(operator, table) -> None:
    other = make_operator(name="Other", parent=operator)
    make_account(operator=other, number=5)
    assert "5" not in [row["number"] for row in csv.DictReader(io.StringIO(handed_out("accounts", "--operator=Acme")))]
    told = looked_at("accounts", table(["number", "city"], [5, "Rome"]), "--operator", "Acme")
    assert (told["changed"], told["refused"]) == (0, 1)  # a new one, which lacks a customer
    assert bring_in("accounts", table(["number"], [5])).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["planets", "x.csv"], 2), (["accounts", "/nowhere.csv"], 2), (["accounts", __file__], 0)],
)
def test_calls_that_make_no_sense_are_told(arguments, status, operator) -> None:
    done = bring_in(*arguments)
    assert done.exit_code in {status, 1}
    assert "Traceback" not in done.output


def test_a_workbook_that_unpacks_to_too_much_is_refused(operator, tmp_path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"0" * 600_000_000)
    done = bring_in("accounts", path)
    assert (done.exit_code, "larger than 500 MB" in done.output) == (1, True)


def test_a_workbook_of_wide_rows_costs_no_more_than_its_columns(operator, tmp_path) -> None:
    book = Workbook()
    book.active.append(["external_id", "last_name"])
    book.active.cell(row=2, column=16384, value="far away")
    book.active.cell(row=3, column=1, value="7")
    path = tmp_path / "wide.xlsx"
    book.save(path)
    assert bring_in("customers", path).stdout == "1 created, 0 changed, 0 unchanged, 0 refused\n"


def test_a_thousand_rows_take_few_queries(operator, table, django_assert_max_num_queries) -> None:
    for number in range(1000):
        make_customer(operator=operator, external_id=f"C{number}")
    path = table(["number", "customer", "city"], *([5000 + n, f"C{n}", "Rome"] for n in range(1000)))
    with django_assert_max_num_queries(80):
        assert bring_in("accounts", path).exit_code == 0
    with django_assert_max_num_queries(30):
        assert looked_at("accounts", path)["unchanged"] == 1000
