"""Licences: who may watch a title gets its key, nobody else."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.contracts.house import House as DeviceHouse
from tests.factories.keys import kid_of, make_key
from tests.factories.vod import make_asset, make_series, make_title

from headend.ingest.models import TitleKey
from headend.interfaces.device_api.clear_key import KEY_ADDRESS
from headend.subscribers.models import Account, TariffSubscription
from headend.vod.models import Episode, Title

pytestmark = pytest.mark.django_db
OTHER = "ff" * 16


@pytest.fixture
def home() -> DeviceHouse:
    return DeviceHouse()


@pytest.fixture
def key(home: DeviceHouse) -> TitleKey:
    title = make_title(operator=home.operator)
    title.tariffs.set([home.tariff])
    return make_key(title)


def asked(home: DeviceHouse, *key_ids: str) -> tuple[int, dict[str, object]]:
    answer = home.ask("ClearKeyLicence", body={"kids": [kid_of(each) for each in key_ids]})
    return answer.status, answer.value


def test_unknown_keys_are_left_out_and_alone_refused(home: DeviceHouse, key: TitleKey) -> None:
    status, told = asked(home, key.key_id, OTHER)
    assert status == 200
    assert [each["kid"] for each in told["keys"]] == [kid_of(key.key_id)]  # type: ignore[attr-defined]
    status, told = asked(home, OTHER)
    assert (status, told["error"]) == (403, 403)
    assert "keys" not in told


def test_who_may_no_longer_watch_is_refused(home: DeviceHouse, key: TitleKey) -> None:
    TariffSubscription.objects.update(ends_at=timezone.now() - timedelta(days=1))
    assert asked(home, key.key_id)[0] == 403
    assert home.ask("ClearKeyKey", key_id=key.key_id).status == 403


@pytest.mark.parametrize(
    "change",
    [
        lambda title: Title.objects.update(is_enabled=False),
        lambda title: Title.objects.update(published_to=timezone.now() - timedelta(hours=1)),
        lambda title: TitleKey.objects.update(title=None),
        lambda title: Account.objects.update(is_active=False),
    ],
)
def test_what_is_not_to_be_watched_gets_no_key(home: DeviceHouse, key: TitleKey, change: object) -> None:
    assert asked(home, key.key_id)[0] == 200
    change(key.title)  # type: ignore[operator]
    assert asked(home, key.key_id)[0] == 403
    assert home.ask("ClearKeyKey", key_id=key.key_id).status == 403


def test_neither_a_trailer_nor_a_free_episode_opens_the_rest(home: DeviceHouse) -> None:
    title, _season = make_series(operator=home.operator)
    title.tariffs.set([home.tariff])
    make_asset(title=title, is_trailer=True)
    Episode.objects.update(is_free=True)
    key = make_key(title)
    assert asked(home, key.key_id)[0] == 200
    TariffSubscription.objects.all().delete()
    assert asked(home, key.key_id)[0] == 403


def test_another_operators_key_is_unknown(home: DeviceHouse) -> None:
    other = make_key(make_title())
    assert asked(home, other.key_id)[0] == 403


@pytest.mark.parametrize(
    "kids", [["x"], ["=" * 24], ["A" * 23], ["é" * 22], [{}], [None], ["A" * 22] * 17, 7, "A" * 99999]
)
def test_what_is_no_request_is_told_so(home: DeviceHouse, kids: object) -> None:
    answer = home.ask("ClearKeyLicence", body={"kids": kids})
    assert (answer.status, answer.error) == (200, 1)


@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream", "", "text/plain"])
def test_players_do_not_say_what_they_send(home: DeviceHouse, key: TitleKey, kind: str) -> None:
    body = json.dumps({"kids": [kid_of(key.key_id)], "type": "temporary"})
    address = f"/drm/api/clearkey/licence/?{home.query('ClearKeyLicence')}"
    got = home.client.generic("POST", address, body, content_type=kind)
    assert got.status_code == 200
    told = json.loads(got.content)
    assert told["keys"][0]["kid"] == kid_of(key.key_id)
    assert got.headers["Cache-Control"] == "no-store"


def test_a_playlists_address_of_a_key_gives_its_bytes(home: DeviceHouse, key: TitleKey) -> None:
    address = f"{KEY_ADDRESS.format(key_id=key.key_id)}&{home.query('ClearKeyKey')}"
    answer = home.get(address)
    assert (answer.status, answer.body) == (200, bytes.fromhex("0f" * 16))
