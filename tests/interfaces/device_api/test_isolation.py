"""Nothing of one operator can be reached with the keys, sessions or numbers of another."""

from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, BASIC, FOREIGN, KEY, KEY_2, NEWS, NOW, OTHER, operator

from headend.hotpath.gate.calls import declared_calls
from headend.kernel.calls import Needs
from headend.playback.ports import Update

# What calls need for an answer; the others need nothing.
PARAMETERS: dict[str, dict[str, Any]] = {
    "/channel/url/": {"cid": NEWS, "redirect": 0},
    "/channel/programs/": {"cid": NEWS},
    "/program/list/": {"cid": NEWS},
    "/program/url/": {"cid": NEWS, "time": NOW - 60, "redirect": 0},
    "/program/detail/": {"pid": 1003},
    "/program/list/search/": {"search": "news"},
    "/channel/list/search/": {"search": "news"},
    "/channel/list/programs/": {"programs_from_ts": NOW, "programs_to_ts": NOW + 60},
    "/portal/settings/list/": {"device": "android"},
    "/noauth/program/list/": {"cid": NEWS},
    "/noauth/program/detail/": {"pid": 1003},
    "/noauth/portal/client/channel/list/": {"tariff_id": BASIC},
    "/portal/client/detail/": {"id": 31},
    "/portal/client/search/": {"search": "tv"},
}


def calls_that_need(needs: Needs) -> dict[str, dict[str, Any]]:
    calls = (call for call in declared_calls().values() if call.needs is needs)
    return {call.path: PARAMETERS.get(call.path, {}) for call in calls if call.path not in OF_THEIR_OWN}


OF_THEIR_OWN = ("/login/", "/account/status/")
WITH_SESSION = calls_that_need(Needs.SESSION)
WITH_KEY = calls_that_need(Needs.KEY)


@pytest.mark.parametrize("path", WITH_SESSION)
def test_calls_answer_a_session_of_the_operator(house: House, path: str) -> None:
    assert house.call(path, authkey=ANDROID, **WITH_SESSION[path]).json["error"] == 0


@pytest.mark.parametrize("client_id", ["2", "999", "0", "-1", "x", "1 ", "１", "9" * 30])
@pytest.mark.parametrize("path", [*WITH_SESSION, "/account/status/"])
def test_another_operators_number(house: House, path: str, client_id: str) -> None:
    got = house.call(path, authkey=ANDROID, client_id=client_id, **WITH_SESSION.get(path, {}))
    assert (got.status, got.json) == (200, {"error": 403, "error_message": "authorization required"})


@pytest.mark.parametrize("path", WITH_SESSION)
@pytest.mark.parametrize("authkey", ["", "x", "unknown" * 5, "x" * 5000, FOREIGN])
def test_no_session_or_a_foreign_one(house: House, path: str, authkey: str) -> None:
    assert house.call(path, authkey=authkey, **WITH_SESSION[path]).json["error"] == 403


@pytest.mark.parametrize("key", [None, "", "wrong", KEY_2, KEY + "x", KEY.upper(), "x" * 5000])
@pytest.mark.parametrize("path", WITH_KEY)
def test_another_operators_key(house: House, path: str, key: str | None) -> None:
    assert house.call(path, key=key, **WITH_KEY[path]).json["error"] == 403
    assert house.call("/login/", key=key).json["error"] == 4
    assert house.records.asked == []


@pytest.mark.parametrize("path", WITH_KEY)
def test_lists_of_two_operators_have_nothing_in_common(house: House, path: str) -> None:
    """Programmes' categories alone are everybody's."""
    mine = house.call(path, key=KEY, **WITH_KEY[path]).json
    theirs = house.call(path, key=KEY_2, client_id=2, **WITH_KEY[path]).json
    assert mine["error"] == 0
    numbers = [
        {each["id"] for name, entries in answer.items() if isinstance(entries, list) for each in entries}
        for answer in (mine, theirs)
    ]
    shared = {1} if path == "/noauth/category/list/" else set()  # the fixtures give both the same categories
    assert numbers[0] & numbers[1] <= shared


def test_channels_of_another_operator_do_not_exist(house: House) -> None:
    assert house.call("/channel/url/", authkey=ANDROID, cid=OTHER, redirect=0).json["error"] == 404
    assert house.call("/channel/programs/", authkey=ANDROID, cid=OTHER).json["error"] == 1
    assert house.call("/program/list/", authkey=ANDROID, cid=OTHER).json["error"] == 1
    assert house.call("/program/url/", authkey=ANDROID, cid=OTHER, time=NOW - 60).json["error"] == 404
    mine = house.call("/channel/list/", authkey=ANDROID).json["channels"]
    theirs = house.call("/channel/list/", authkey=FOREIGN, client_id=2).json["channels"]
    assert {each["id"] for each in mine}.isdisjoint(each["id"] for each in theirs)
    assert [each["id"] for each in theirs] == [OTHER]


def test_the_operator_need_not_be_named_where_the_session_tells(house: House) -> None:
    got = house.get("/tvmiddleware/api/channel/list/", authkey=FOREIGN)
    assert [each["id"] for each in got.json["channels"]] == [OTHER]


def test_a_closed_operator_has_no_devices(house: House) -> None:
    house.gate.apply(Update(101, operators=(replace(operator(), is_active=False),)))
    assert house.call("/channel/list/", authkey=ANDROID).json["error"] == 403
    assert house.call("/portal/settings/list/", key=KEY, device="android").json["error"] == 403
    assert house.call("/login/", key=KEY).json["error"] == 4
    assert house.call("/channel/list/", authkey=FOREIGN, client_id=2).json["error"] == 0


def test_a_removed_account_has_no_sessions(house: House) -> None:
    house.gate.apply(Update(101, removed_accounts=(501,)))
    assert house.call("/channel/list/", authkey=ANDROID).json["error"] == 403
    assert house.call("/account/status/", authkey=ANDROID).json["status"] == 1


def test_playlists_of_accounts_that_have_the_same_number(house: House) -> None:
    """Both operators have an account 10001; the password tells them apart, and the operator's number may."""
    house.records.passwords = {(1, 10_001, "one"): 501, (2, 10_001, "two"): 601, (1, 10_001, "same"): 501}
    assert b"News" in house.get("/get.php", username=10_001, password="one").body
    assert b"Other" in house.get("/get.php", username=10_001, password="two").body
    assert house.get("/get.php", username=10_001, password="one", client_id=2).status == 403
    house.records.passwords[2, 10_001, "same"] = 601
    assert house.get("/get.php", username=10_001, password="same").body == b"ambiguous_credentials\n"
    assert b"Other" in house.get("/get.php", username=10_001, password="same", client_id=2).body
