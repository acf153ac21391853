"""`headend plan`: what is shown is what then happens, all of it or nothing, and only on what was exported."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.factories import (
    make_account,
    make_category,
    make_channel,
    make_customer,
    make_operator,
    make_subscription,
    make_tariff,
)
from typer.testing import CliRunner, Result

from headend.billing.actions import credit
from headend.billing.models import BillingRun
from headend.catalog.models import Channel, Tariff
from headend.interfaces.cli.exports import app as export_app
from headend.interfaces.cli.plan import app as plan_app
from headend.kernel.actor import system
from headend.operators.models import AuditEntry, Change, Operator
from headend.subscribers.models import Account, Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Operator:
    """Three customers hold Base (News, Film), one of them Extra (Sport) too; a fourth customer holds nothing."""
    operator = make_operator(name="Acme", currency="EUR")
    category = make_category(operator=operator, name="All")
    news, film, sport = (make_channel(operator=operator, name=n, category=category) for n in ("News", "Film", "Sport"))
    base = make_tariff(operator=operator, name="Base", price=Decimal("10.00"))
    base.channels.set([news, film])
    extra = make_tariff(operator=operator, name="Extra", price=Decimal("5.50"))
    extra.channels.set([sport])
    for number in range(4):
        account = make_account(customer=make_customer(operator=operator), number=number)
        if number < 3:
            make_subscription(customer=account.customer, tariff=base)
        if number == 0:
            make_subscription(account=account, tariff=extra)
    return operator


@pytest.fixture
def plan_file(operator: Operator, tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    assert CliRunner().invoke(export_app, ["plan", "--output", str(path)]).exit_code == 0
    return path


def edit(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text()
    for old, new in pairs:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    path.write_text(text)


def plan(*arguments: object) -> Result:
    return CliRunner().invoke(plan_app, [str(argument) for argument in arguments])


def test_an_unedited_file_changes_nothing(operator, plan_file) -> None:
    done = plan(plan_file)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "nothing changes")
    assert "all next periods: 35.50 -> 35.50 EUR" in done.stdout
    assert plan(plan_file, "--apply").exit_code == 0
    assert not AuditEntry.objects.exists()


def test_a_plan_says_who_gains_and_loses_what_and_writes_nothing(operator, plan_file) -> None:
    film, sport = Channel.objects.get(name="Film"), Channel.objects.get(name="Sport")
    edit(plan_file, (f"  - '#{film.pk} Film'\n", f"  - '#{sport.pk}'\n"), ("price: 10.00", "price: 12"))
    done = plan(plan_file)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        f"tariffs, line {_line(plan_file, 'name: Base') - 1}: changed Base: price: 10.00 -> 12; "
        f"channels: +#{sport.pk} Sport, -#{film.pk} Film",
        "customers: 2 gain something, 3 lose something",
        f"channel Film: 0 gain it, 3 lose it ({_customers(0, 1, 2)}, …)",
        f"channel Sport: 2 gain it, 0 lose it ({_customers(1, 2)}, …)",
        "all next periods: 35.50 -> 41.50 EUR",
        "nothing was written; --apply does it",
    ]
    assert Tariff.objects.get(name="Base").price == 10
    assert not AuditEntry.objects.exists()
    assert not Change.objects.exists()


def _line(path: Path, words: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if words in line)


def _customers(*numbers: int) -> str:
    return ", ".join(f"#{Account.objects.get(number=number).customer_id}" for number in numbers)


def test_what_was_shown_is_what_happens(operator, plan_file) -> None:
    edit(plan_file, ("price: 5.50", "price: 7\n  is_enabled: false"))
    shown = json.loads(plan(plan_file, "--json").stdout)
    done = json.loads(plan(plan_file, "--apply", "--json").stdout)
    assert (shown.pop("is_applied"), done.pop("is_applied")) == (False, True)
    assert shown == done
    assert done["warnings"] == ["“Extra” is disabled, but held: 1 customers lose it."]
    extra = Tariff.objects.get(name="Extra")
    assert (extra.price, extra.is_enabled) == (7, False)
    assert done["effects"]["tariffs"][str(extra.pk)]["lose"] == 1
    assert AuditEntry.objects.get().actor_name == "headend plan"


def test_the_next_billing_run_is_asked_before_and_after(plan_file) -> None:
    operator = Operator.objects.get()
    Operator.objects.filter(pk=operator.pk).update(billing_mode="subscription")
    customer = Customer.objects.get(accounts__number=1)
    credit(actor=system("test"), customer=customer, amount=Decimal(11), now=datetime.now(UTC))
    told = json.loads(plan(plan_file, "--json").stdout)["next_run"]
    assert told["before"] == told["after"]
    assert told["before"]["sums"] == {"EUR": "10.00"}
    edit(plan_file, ("price: 10.00", "price: 12"))
    told = json.loads(plan(plan_file, "--json").stdout)["next_run"]
    assert (told["before"]["sums"], told["after"]["sums"]) == ({"EUR": "10.00"}, {})  # 11 are not enough for 12
    assert (told["before"]["charged"], told["after"].get("charged", 0)) == (1, 0)
    assert "tomorrow's billing run: 10.00 -> 0.00 EUR" in plan(plan_file).stdout
    assert not BillingRun.objects.exists()


def test_a_plan_on_an_older_state_is_not_applied(operator, plan_file) -> None:
    edit(plan_file, ("price: 10.00", "price: 12"))
    Tariff.objects.filter(name="Extra").update(price=6)
    done = plan(plan_file, "--apply")
    assert (done.exit_code, "changed since the file was exported" in done.stdout) == (1, True)
    assert Tariff.objects.get(name="Base").price == 10


def test_one_bad_row_keeps_all_others_back(operator, plan_file) -> None:
    edit(plan_file, ("price: 10.00", "price: 12"), ("price: 5.50", "price: much"))
    done = plan(plan_file, "--apply")
    line = _line(plan_file, "name: Extra") - 1
    assert done.stdout.splitlines()[-2:] == [
        f"tariffs, line {line}: refused: price: “much” is not a number.",
        "nothing was written: mend what was refused",
    ]
    assert Tariff.objects.get(name="Base").price == 10


def test_new_channels_and_tariffs_come_in_together(operator, plan_file) -> None:
    text = plan_file.read_text().replace("tariffs:\n", "- name: Brand new\n  category: All\ntariffs:\n")
    plan_file.write_text(text + "- name: Third\n  price: 1\n  channels: [Brand new]\n")
    done = plan(plan_file, "--apply")
    assert done.exit_code == 0, done.output
    assert [channel.name for channel in Tariff.objects.get(name="Third").channels.all()] == ["Brand new"]


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2]", "tariffs: 5", "tariffs: [5]", "planets: []", "a: &a [x]\nb: *a", "tariffs: [{name: [[x]]}]",
     "\x00", "{" * 5000, "operator: {}"],
)  # fmt: skip
def test_files_that_make_no_sense_are_told(text, operator, tmp_path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    done = plan(path)
    assert done.exit_code in (1, 2)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not AuditEntry.objects.exists()


def test_another_operators_tariffs_are_out_of_reach(operator, plan_file) -> None:
    other = make_tariff(operator=make_operator(name="Other"), name="Theirs", price=1)
    plan_file.write_text(f"operator: {operator.pk}\ntariffs:\n- id: {other.pk}\n  price: 0\n")
    done = plan(plan_file, "--apply")
    assert (done.exit_code, "There is no record with the number" in done.stdout) == (1, True)
    other.refresh_from_db()
    assert other.price == 1
