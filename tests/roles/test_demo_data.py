"""The demonstration's records: what they are, that they work, and that making them again does no harm."""

import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import transaction
from django.test import Client

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.catalog.models import Channel, GuideSource, MatchState, Programme, Tariff
from headend.delivery.ports import StreamRequest
from headend.kernel.sealing import new_key
from headend.kernel.tokens import digest_of
from headend.operators.models import ApiKey, Operator, Staff
from headend.operators.rules import Api, Role
from headend.playback.queries import Attempt, ServerTools, account_views, explain, lineup_of, operator_views
from headend.playback.rules import Reason
from headend.roles.demo_data import ADMIN, NAME, ROLES, create_demo
from headend.roles.demo_guide import DAYS_AHEAD, DAYS_BEHIND, slots_of, write_guide
from headend.roles.demo_logos import write_logos
from headend.roles.demo_loops import LOOPS
from headend.roles.demo_programmes import CATEGORIES, SHOWS
from headend.subscribers.actions import sign_in
from headend.subscribers.models import Account, DeviceType, Session
from headend.subscribers.rules import SignedIn, SignInRequest

LOOP_NAMES = [loop.name for loop in LOOPS]


@dataclass(frozen=True)
class Demo:
    data: Path
    sealing_key: str
    logins: dict[str, Any]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration, made once for this file: it takes seconds."""
    data, sealing_key = tmp_path_factory.mktemp("demo"), new_key()
    with django_db_blocker.unblock(), transaction.atomic():
        yield Demo(data, sealing_key, create_demo(data_dir=data, now=datetime.now(UTC), sealing_key=sealing_key))
        transaction.set_rollback(True)


@pytest.fixture
def demo(made: Demo, db: None) -> Demo:
    """The demonstration, whose records each test may change as it likes."""
    return made


@pytest.fixture
def operator(demo: Demo) -> Operator:
    return Operator.objects.get(pk=demo.logins["client_id"])


def test_logins_fit(demo: Demo, operator: Operator) -> None:
    logins = demo.logins
    assert operator.name == NAME
    for api, name in {
        Api.DEVICE: "api_key",
        Api.BILLING: "billing_api_key",
        Api.CONTENT: "content_api_key",
        Api.STREAMING: "streaming_api_key",
    }.items():
        assert ApiKey.objects.get(operator=operator, api=api.value).digest == digest_of(logins[name])
    admin = Staff.objects.get(username=logins["staff"]["username"])
    assert (admin.username, admin.is_superuser, admin.check_password(logins["staff"]["password"])) == (
        ADMIN,
        True,
        True,
    )
    assert len(logins["accounts"]) == 12
    for login in logins["accounts"]:
        request = SignInRequest(
            operator.pk,
            number=login["abonement"],
            password=login["password"],
            device_uid=login["device_uid"],
            device_type="mag",
        )
        answer = sign_in(request=request, now=int(time.time()), sealing_key=demo.sealing_key)
        assert isinstance(answer, SignedIn)
        assert answer.session.is_basic


def test_first_account_may_play_everything_now_and_from_yesterday(demo: Demo, operator: Operator) -> None:
    account = Account.objects.get(operator=operator, number=demo.logins["accounts"][0]["abonement"])
    now = datetime.now(UTC)
    for channel in Channel.objects.of(operator.pk):
        for since in (None, now - timedelta(days=1)):
            found = explain(account=account, channel=channel, moment=now, attempt=Attempt(since=since))
            assert found.decision.reason is Reason.ALLOWED


def test_twelve_channels_in_six_languages(demo: Demo, operator: Operator) -> None:
    tools = ServerTools(STREAMING_SERVERS, demo.sealing_key, "http://127.0.0.1:8080")
    lineup = lineup_of(operator, tools, datetime.now(UTC))
    assert [channel.stream_id for channel in lineup.channels] == LOOP_NAMES
    assert [channel.lcn for channel in lineup.channels] == list(range(1, 13))
    assert lineup.channels[1].names == (
        "News 24", "Новости 24", "Notizie 24", "Nachrichten 24", "Infos 24", "Noticias 24",
    )  # fmt: skip
    assert all(len(c.names) == 6 and all(c.names) and c.recording_days == 7 for c in lineup.channels)
    assert all(len(c.names) == 6 and all(c.names) for c in lineup.categories)
    assert {c.stream_id for c in lineup.channels if c.terms.needs_parent_code} == {"cinema", "night"}
    assert all((demo.data / c.icon_url.lstrip("/")).is_file() for c in lineup.channels)
    (server,) = lineup.servers
    address = server.server.live_address(StreamRequest("one", account_id=1, now=int(time.time())))
    assert address.startswith("http://127.0.0.1:8080/origin/")


def test_guide_is_linked_and_reaches_a_week_to_both_sides(demo: Demo, operator: Operator) -> None:
    now = datetime.now(UTC).timestamp()
    source = GuideSource.objects.get()
    assert (source.last_outcome, source.last_report["errors"], source.last_report["skipped"]) == ("good", 0, 0)
    assert Path(source.url) == demo.data / "demo-guide.xml"
    for channel in Channel.objects.of(operator.pk):
        assert channel.guide_match == MatchState.BY_ID
        programmes = Programme.objects.filter(guide_channel=channel.guide_channel)
        assert programmes.filter(start__lt=now - 7 * 86400).exists()
        assert programmes.filter(stop__gt=now + 7 * 86400).exists()
        assert not programmes.filter(category=None).exists()


def test_tariffs_of_every_kind(operator: Operator) -> None:
    tariffs = Tariff.objects.of(operator.pk)
    assert tariffs.get(is_archived=True).subscriptions.exists()
    assert tariffs.exclude(viewing_hours=[]).count() == 1
    assert tariffs.exclude(countries=[]).count() == 1
    assert tariffs.filter(basic_priority__gt=0).count() == 3
    assert tariffs.filter(for_inactive_accounts=True).count() == 1


def test_customers_in_every_state(operator: Operator) -> None:
    accounts = Account.objects.of(operator.pk)
    assert set(accounts.values_list("status_reason", flat=True)) == {"ACTIVE", "DEBT", "BLOCK", "INACTIVE", "WAIT"}
    assert accounts.filter(auto_activation_days=14, is_active=False).count() == 2
    assert Session.objects.of(operator.pk).count() > 10
    assert len(list(account_views(now=int(time.time())))) == Account.objects.count()


def test_operators_are_a_tree_and_a_stranger(operator: Operator) -> None:
    found = {o.name: o for o in Operator.objects.all()}
    assert found["Riviera Hotels TV"].parent == operator
    assert found["Northern Television"].path == f"{found['Northern Television'].pk}/"
    for other in found.values():
        assert Channel.objects.of(other.pk).exists()
        assert Account.objects.of(other.pk).exists()
        assert len(operator_views([other.pk])[0].device_types) == DeviceType.objects.count()


def test_staff_of_every_role(operator: Operator, demo: Demo) -> None:
    for username, role in ROLES.items():
        staff = Staff.objects.get(username=username)
        assert (staff.role, staff.operator, staff.is_superuser) == (role.value, operator, False)
        assert staff.check_password(demo.logins["staff"]["password"])
    assert {role.value for role in ROLES.values()} | {Role.SUPERUSER.value} == {role.value for role in Role}
    assert Staff.objects.get(username="dealer").dealer is not None
    assert Staff.objects.get(username="rights").copyright_holders.count() == 1


def test_again_everything_stays_but_the_passwords(demo: Demo) -> None:
    logins = demo.logins
    counted = [Operator, Staff, ApiKey, Channel, Tariff, Programme, Account, Session, DeviceType]
    before = [model.objects.count() for model in counted]
    again = create_demo(data_dir=demo.data, now=datetime.now(UTC), sealing_key=demo.sealing_key)
    assert [model.objects.count() for model in counted] == before
    for name in ("client_id", "api_key", "billing_api_key", "content_api_key", "streaming_api_key"):
        assert again[name] == logins[name]
    assert [a["device_uid"] for a in again["accounts"]] == [a["device_uid"] for a in logins["accounts"]]
    assert Staff.objects.get(username=ADMIN).check_password(again["staff"]["password"])


# --- the guide's file ---


@pytest.mark.parametrize("loop", LOOP_NAMES)
def test_a_day_has_no_gaps_and_is_always_the_same(loop: str) -> None:
    day = date(2027, 1, 15)
    slots = list(slots_of(loop, day))
    assert slots == list(slots_of(loop, day))
    assert slots[0][0] == datetime(2027, 1, 15, tzinfo=UTC)
    assert slots[-1][1] == datetime(2027, 1, 16, tzinfo=UTC)
    assert all(before[1] == after[0] for before, after in zip(slots, slots[1:], strict=False))
    assert all(end - begin >= timedelta(minutes=10) for begin, end, _ in slots)


def test_every_loop_has_shows_in_every_language() -> None:
    assert list(SHOWS) == LOOP_NAMES
    for shows in SHOWS.values():
        assert len(shows) >= 3
        for show in shows:
            assert all(show.title)
            assert all(show.about)
            assert show.category in CATEGORIES


def test_file_written_later_says_the_same_of_the_days_that_both_know(tmp_path: Path) -> None:
    now = datetime(2027, 1, 15, 8, tzinfo=UTC)

    def programmes(moment: datetime) -> dict[tuple[str, str], bytes]:
        tree = ElementTree.parse(write_guide(tmp_path, moment))
        return {(p.get("channel", ""), p.get("start", "")): ElementTree.tostring(p) for p in tree.iter("programme")}

    before, after = programmes(now), programmes(now + timedelta(days=2))
    both = before.keys() & after.keys()
    days = {start[:8] for _, start in both}
    assert len(days) == DAYS_BEHIND + DAYS_AHEAD + 1 - 2
    assert all(before[key] == after[key] for key in both)
    assert not [key for key in before if key[1][:8] in days and key not in after]
    assert [path.name for path in tmp_path.iterdir()] == ["demo-guide.xml"]


# --- pictures ---


def test_logos_are_png(tmp_path: Path) -> None:
    addresses = write_logos(tmp_path)
    assert list(addresses) == ["operator", *LOOP_NAMES]
    for address in addresses.values():
        content = (tmp_path / address.lstrip("/")).read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        kinds, body, place = [], b"", 8
        while place < len(content):
            (length,) = struct.unpack_from(">I", content, place)
            kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
            assert struct.unpack_from(">I", content, place + 8 + length)[0] == zlib.crc32(kind + data)
            kinds.append(kind)
            body += data if kind == b"IDAT" else b""
            place += 12 + length
        assert kinds == [b"IHDR", b"IDAT", b"IEND"]
        assert len(zlib.decompress(body)) == 360 * (1 + 360 * 3)


@pytest.fixture
def media_folder(settings: Any) -> Path:
    folder: Path = settings.HEADEND.data / "media"
    folder.mkdir(exist_ok=True)
    return folder


def test_media_are_served_without_rights_of_their_own(client: Client, media_folder: Path) -> None:
    (media_folder / "a.svg").write_text("<svg/>")
    answer = client.get("/media/a.svg")
    assert (answer.status_code, answer["Content-Type"], b"".join(answer)) == (200, "image/svg+xml", b"<svg/>")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    since = answer["Last-Modified"]
    assert client.get("/media/a.svg", headers={"If-Modified-Since": since}).status_code == 304


@pytest.mark.parametrize(
    "path", ["", "b.svg", "../secret.key", "%2e%2e/secret.key", "..%2fsecret.key", "demo/../../secret.key", "a%00.svg"]
)
def test_media_lead_nowhere_else(client: Client, media_folder: Path, path: str) -> None:
    assert (media_folder.parent / "secret.key").exists()
    assert client.get(f"/media/{path}").status_code == 404
