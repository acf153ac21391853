"""`headend migrate`: what another system has comes in once, passwords go on working, and what is left is named."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from tests.factories import make_device_type, make_operator
from tests.ports.old_systems.test_old_tables import fill
from typer.testing import CliRunner, Result

from headend.billing.models import Entry, Kind, Transaction
from headend.billing.queries import balance_of
from headend.catalog.models import Channel, Tariff
from headend.kernel.passwords import needs_rehash, verify_password
from headend.kernel.sealing import unseal
from headend.kernel.tokens import digest_of
from headend.operators.models import ApiKey, AuditEntry, Operator
from headend.roles.old_systems import app
from headend.subscribers.actions.credentials import find_account
from headend.subscribers.models import Account, Customer, Device, TariffSubscription
from headend.subscribers.rules import SignInRequest
from headend.vod.models import Asset, Title

pytestmark = pytest.mark.django_db
DUMPS = Path(__file__).parents[2] / "ports" / "old_systems"


@pytest.fixture
def operator() -> Operator:
    make_device_type(system_name="mag")
    return make_operator(name="Acme")


def migrate(system: str, *more: str) -> Result:
    return CliRunner().invoke(app, [system, "--from", str(DUMPS / f"{system}.sql"), *more])


def told(system: str, *more: str) -> dict[str, object]:
    done = migrate(system, *more, "--json")
    assert not isinstance(done.exception, Exception) or isinstance(done.exception, SystemExit), done.exception
    return json.loads(done.stdout)


def counts(report: dict[str, object]) -> dict[str, tuple[int, ...]]:
    return {entity: tuple(each.values()) for entity, each in report["records"].items()}


# --- Smarty ----------------------------------------------------------------------------------------------------------


def test_smarty_asks_whose_records_are_meant(operator) -> None:
    done = migrate("smarty")
    assert (done.exit_code, "which client? There are: 1 (City TV), 2 (Village TV)" in done.output) == (2, True)
    assert migrate("smarty", "--client", "Nobody").exit_code == 2


def test_smarty_comes_in(operator) -> None:
    report = told("smarty", "--client", "City TV")
    # created, changed, unchanged, refused
    assert counts(report) == {
        "keys": (1, 0, 0, 0), "categories": (2, 0, 0, 0), "channels": (3, 0, 0, 0), "genres": (1, 0, 0, 0),
        "tariffs": (2, 0, 0, 0),
        "customers": (2, 0, 0, 1), "balances": (1, 0, 0, 0), "accounts": (2, 0, 0, 1), "devices": (2, 0, 0, 0),
        "subscriptions": (3, 0, 0, 0),
        "titles": (1, 0, 0, 0), "assets": (1, 0, 0, 0),
    }  # fmt: skip
    assert [(each["origin"], each["field"]) for each in report["problems"]] == [
        ("customer 23", "email"), ("account 33", "customer"),
    ]  # fmt: skip
    assert report["not_understood"] == {
        "tables": {"custom_loyalty": 3},
        "columns": {"tvmiddleware_channel.mediahills_id": 1},
        "values": {
            "account.status_reason = HOLIDAY": 1,
            "tariffs that name what did not come: channels": 1,
            "accounts that name what did not come: customers": 1,
            "devices of an unknown type: toaster": 1,
            **({} if operator.pk == 1 else {f"client_id of devices and scripts: 1, operator {operator.pk} here": 1}),
        },
    }
    assert report["not_moved"] == {"tvmiddleware_accountauthkey": 2}
    _smarty_is_there(operator)


def _smarty_is_there(operator: Operator) -> None:
    account = Account.objects.get(number=100200)
    assert (account.customer.first_name, account.customer.external_id) == ("Анна", "B-20")
    assert (account.activates_on, account.deactivates_on) == (date(2025, 1, 1), date(2027, 1, 1))
    assert account.customer.birth_date == date(1980, 2, 29)
    assert not Account.objects.get(number=100201).is_active
    base, cinema = Tariff.objects.order_by("pk")
    assert (base.external_id, base.price, base.basic_priority, base.additional_sessions) == ("T-5", 250, 1, 3)
    assert [channel.stream_id for channel in base.channels.all()] == ["news24"]
    assert sorted(channel.stream_id for channel in cinema.channels.all()) == ["102", "103"]
    held = TariffSubscription.objects.filter(customer=account.customer)
    assert {subscription.tariff.name for subscription in held} == {"Base", "Cinema+"}
    device = Device.objects.get(account=account)
    assert (device.uid, device.device_type.system_name, device.is_basic) == ("00:1A:79:00:00:01", "mag", True)
    title = Title.objects.get()
    assert (title.year, title.duration_minutes, title.description) == (2019, 95, "He said: 'Hi\\there'")
    assert [genre.name for genre in title.genres.all()] == ["Drama"]
    assert Asset.objects.get().file_name == "films/a_film.mp4"
    assert not Channel.objects.exclude(operator=operator).exists()


@pytest.mark.parametrize(
    ("system", "more", "number", "right"),
    [("smarty", ["--client", "1"], 100200, "password"), ("stalker", [], 5007, "dora-word")],
)
def test_the_old_password_opens_the_account_and_is_hashed_anew(system, more, number, right, operator) -> None:
    migrate(system, *more)
    account = Account.objects.get(number=number)
    assert needs_rehash(account.password)
    for password, is_right in (("wrong", False), (right, True), (right, True)):
        found = find_account(SignInRequest(operator.pk, number=number, password=password))
        assert isinstance(found, Account) == is_right
    account.refresh_from_db()
    assert account.password.startswith("$argon2id$")


@pytest.mark.parametrize(("system", "more"), [("smarty", ["--client", "1"]), ("stalker", []), ("xtream", [])])
def test_a_second_run_changes_nothing(system, more, operator) -> None:
    first = counts(told(system, *more))
    written = AuditEntry.objects.count()
    second = counts(told(system, *more))
    assert {entity: each[:2] for entity, each in second.items()} == dict.fromkeys(second, (0, 0))
    assert {entity: each[2] for entity, each in second.items()} == {entity: each[0] for entity, each in first.items()}
    assert AuditEntry.objects.count() == written


@pytest.mark.parametrize(("system", "more"), [("smarty", ["--client", "1"]), ("stalker", []), ("xtream", [])])
def test_a_dry_run_tells_the_same_and_writes_nothing(system, more, operator) -> None:
    dry = told(system, *more, "--dry-run")
    assert not AuditEntry.objects.exists()
    assert not Customer.objects.exists()
    wet = told(system, *more)
    assert (dry.pop("dry_run"), wet.pop("dry_run")) == (True, False)
    assert dry == wet


def test_a_live_database_brings_the_same_as_its_dump(operator, tmp_path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        fill(connection.cursor(), '"', "?", ["smarty"])
        connection.commit()
    dumped = told("smarty", "--client", "1", "--dry-run")
    address = ("--from", f"sqlite:///{path}")
    live = CliRunner().invoke(app, ["smarty", *address, "--client", "1", "--dry-run", "--json"])
    assert json.loads(live.stdout) == dumped
    refused = CliRunner().invoke(app, ["smarty", "--from", "mysql://reader:hunter2@127.0.0.1:1/old", "--client", "1"])
    assert (refused.exit_code, "hunter2" in refused.output) == (1, False)


def test_a_moved_password_is_not_taken_back(operator) -> None:
    migrate("smarty", "--client", "1")
    Account.objects.filter(number=100200).update(password="chosen since")
    migrate("smarty", "--client", "1")
    assert Account.objects.get(number=100200).password == "chosen since"


def test_the_keys_that_devices_have_go_on_opening(operator, tmp_path) -> None:
    done = migrate("smarty", "--client", "1")
    key = ApiKey.objects.get(operator=operator)
    text = "Zw1fYk2PqL8sT4vB"
    assert (key.api, key.digest, unseal(key.sealed, settings.ENCRYPTION_KEY)) == ("device", digest_of(text), text)
    assert text not in done.output
    assert text not in str(list(AuditEntry.objects.values()))
    key.revoked_at = datetime.now(UTC)
    key.save()
    migrate("smarty", "--client", "1")
    assert ApiKey.objects.get().revoked_at
    dump = tmp_path / "short.sql"
    dump.write_text((DUMPS / "smarty.sql").read_text().replace(text, "k1"))
    done = CliRunner().invoke(app, ["smarty", "--client", "1", "--from", str(dump)])
    assert "clients_client 1: key: Device API: a key has at least 16 printable characters" in done.output
    assert ApiKey.objects.count() == 1


def test_a_balance_comes_in_as_one_entry_and_is_not_corrected_later(operator, tmp_path) -> None:
    old = (DUMPS / "smarty.sql").read_text()
    dump = tmp_path / "smarty.sql"
    for balance, boris, counted in (
        ("12.50", "0.00", (1, 0, 0, 0)),
        ("12.50", "0.00", (0, 0, 1, 0)),
        ("99.00", "-3.00", (1, 0, 0, 1)),
    ):
        dump.write_text(old.replace("'C/20',12.50)", f"'C/20',{balance})").replace("'C/20',0.00)", f"'C/20',{boris})"))
        done = CliRunner().invoke(app, ["smarty", "--client", "1", "--from", str(dump), "--json"])
        report = json.loads(done.stdout)
        assert counts(report)["balances"] == counted
    told = [each for each in report["problems"] if each["field"] == "balance"]
    assert [each["origin"] for each in told] == ["customer 20"]
    assert "came in as 12.50 and is 99.00 there by now" in told[0]["message"]
    anna, boris = Customer.objects.get(external_id="B-20"), Customer.objects.get(external_id="smarty:21")
    assert (balance_of(anna), balance_of(boris)) == (Decimal("12.50"), Decimal("-3.00"))
    assert {each.kind for each in Transaction.objects.all()} == {Kind.OPENING}
    assert sum(Entry.objects.values_list("amount", flat=True)) == 0


# --- Stalker ---------------------------------------------------------------------------------------------------------


def test_stalker_comes_in(operator) -> None:
    report = told("stalker")
    assert report["problems"] == [{"origin": "users 8", "field": "balance", "message": "This is no amount."}]
    assert report["not_understood"] == {
        "tables": {},
        "columns": {"itv.wowza_tmp_link": 1, "users.reseller_id": 1},
        "values": {"users.login that is no number: the account gets one": 1},
    }
    assert report["not_moved"] == {"user_log": 2}
    plan, package = Tariff.objects.order_by("pk")
    assert (plan.name, plan.price, plan.basic_priority, plan.external_id) == ("Standard", 10, 1, "stalker:plan:1")
    assert {channel.name for channel in plan.channels.all()} == {"First", "Off"}
    assert (package.name, package.price, package.external_id) == ("Cinema", 4.5, "CIN")
    first = Channel.objects.get(name="First")
    assert (first.stream_url, first.recording_days, first.guide_id) == ("http://s.example/ch1", 2, "first.example")
    assert Channel.objects.get(name="Off").stream_url == "http://s.example/ch3"
    dora = Account.objects.get(number=5007)
    assert (dora.customer.last_name, dora.customer.contract_number, dora.is_active) == ("Dora", "70007", True)
    assert dora.deactivates_on == date(2027, 5, 1)
    assert balance_of(dora.customer) == Decimal("-5.50")
    assert verify_password("dora-word", dora.password)
    assert not verify_password("dora", dora.password)
    assert {each.tariff.name for each in dora.customer.subscriptions.all()} == {"Standard", "Cinema"}
    assert Device.objects.get().uid == "00:1a:79:00:00:07"
    eva = Account.objects.get(customer__last_name="eva")
    assert (eva.number > 5007, eva.is_active, verify_password("plain-word", eva.password)) == (True, False, True)
    assert [genre.name for genre in Title.objects.get(name="The house").genres.all()] == ["drama"]


# --- Xtream ----------------------------------------------------------------------------------------------------------


def test_xtream_comes_in(operator) -> None:
    report = told("xtream")
    assert report["problems"] == []
    assert report["not_understood"]["columns"] == {"users.forced_country": 1}
    assert set(report["not_understood"]["values"]) == {
        "streams.type = 4 (radio)", "streams.type = 9 (unknown)", "tariffs that name what did not come: channels",
        "users.username that is no number: the account gets one", "users.max_connections = 3: set it on tariffs",
        "reg_users.credits of resellers: dealers here do not pay in advance",
    }  # fmt: skip
    assert report["not_moved"] == {"reg_users": 2, "user_activity": 2}
    line = Account.objects.get(number=900100)
    assert (line.deactivates_on, verify_password("hunter2", line.password)) == (date(2028, 1, 1), True)
    assert line.password.startswith("$argon2id$")
    assert {each.tariff.name for each in line.customer.subscriptions.all()} == {"Everything", "News"}
    assert Tariff.objects.get(name="Everything").channels.count() == 2
    assert Channel.objects.filter(name="News HD").count() == 2
    assert Channel.objects.get(stream_id="1").stream_url == "http://s.example/1.ts"
    assert Device.objects.get().uid == "00:1a:79:00:00:09"
    film = Title.objects.get()
    assert (film.year, film.duration_minutes, film.description) == (2018, 90, 'Somebody says "hi".')
    assert Account.objects.get(option1="gina").customer.is_trial


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_told(operator, tmp_path) -> None:
    done = CliRunner().invoke(app, ["smarty", "--from", str(tmp_path / "none.sql")])
    assert (done.exit_code, "No such file" in done.output) == (1, True)
    broken = tmp_path / "broken.sql"
    broken.write_text("CREATE TABLE `itv` (\n  `id` int\n);\nINSERT INTO `itv` VALUES (1,2);\n")
    done = CliRunner().invoke(app, ["stalker", "--from", str(broken)])
    assert (done.exit_code, "line 4: 2 values for 1 columns of itv" in done.output) == (1, True)


@pytest.mark.parametrize("address", ["postgresql://u:word@[::1/x", "mysql://u:word@h:port/x", "gopher://u:word@h/x"])
def test_an_address_that_is_none_is_told_without_its_password(operator, address) -> None:
    done = CliRunner().invoke(app, ["smarty", "--from", address])
    assert (done.exit_code, "Traceback" in done.output, "word" in done.output) == (1, False, False)
    assert isinstance(done.exception, SystemExit)


def test_a_file_of_another_kind_is_not_taken_for_an_empty_system(operator) -> None:
    done = migrate("xtream", "--from", str(DUMPS / "smarty.sql"))
    assert (done.exit_code, "nothing in it that xtream is known to have" in done.output) == (1, True)
    assert "table not understood: tvmiddleware_video (1)" in done.output


def test_the_report_is_for_people_too(operator) -> None:
    lines = migrate("smarty", "--client", "1").stdout.splitlines()
    assert "accounts: 2 created, 0 changed, 0 unchanged, 1 refused" in lines
    assert "table not understood: custom_loyalty (3)" in lines
    assert lines[-1] == "written"
