"""Every call in both encodings, byte for byte as devices get it.

The answers are in `golden/`. To change them on purpose, run with HEADEND_WRITE_GOLDEN=1 and read the difference.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, DAY, DIRECT, KEY, NEWS, NOW, PERSONAL, SPORT
from tests.interfaces.device_api.conftest import signed_in

from headend.subscribers.rules import BoundDevice, Refused, SignInRefusal

GOLDEN = Path(__file__).parent / "golden"
UUID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "login": ("/login/", {"api_key": KEY, "abonement": 10_001, "password": "p"}),
    "login_refused": ("/login/", {"api_key": "wrong"}),
    "login_too_many": ("/login/", {"api_key": KEY, "abonement": 10_002, "password": "p"}),
    "logout": ("/logout/", {"authkey": ANDROID}),
    "account_status": ("/account/status/", {"authkey": ANDROID, "with_tariffs": 1}),
    "account_status_no_session": ("/account/status/", {"authkey": "unknown"}),
    "portal_settings_list": ("/portal/settings/list/", {"api_key": KEY}),
    "category_list": ("/category/list/", {"authkey": ANDROID, "lang": "ru"}),
    "channel_list": ("/channel/list/", {"authkey": ANDROID}),
    "channel_list_compact": ("/channel/list/", {"authkey": ANDROID, "compact": 1, "lang": "ru"}),
    "channel_list_personal": ("/channel/list/", {"authkey": PERSONAL, "compact": 1}),
    "channel_list_page": ("/channel/list/", {"authkey": ANDROID, "compact": 1, "limit": 1, "page": 2}),
    "channel_url": ("/channel/url/", {"authkey": ANDROID, "cid": NEWS, "redirect": 0}),
    "channel_url_refused": ("/channel/url/", {"authkey": ANDROID, "cid": 999}),
    "channel_programs": ("/channel/programs/", {"authkey": ANDROID, "cid": NEWS, "limit": 2}),
    "channel_programs_compact": ("/channel/programs/", {"authkey": ANDROID, "cid": SPORT, "limit": 1, "compact": 1}),
    "program_list": ("/program/list/", {"authkey": ANDROID, "cid": NEWS, "time_from": NOW, "time_to": NOW + 7200}),
    "program_url": ("/program/url/", {"authkey": ANDROID, "cid": NEWS, "pid": 1001, "redirect": 0}),
    "program_url_direct": ("/program/url/", {"authkey": ANDROID, "cid": DIRECT, "time": NOW - DAY, "redirect": 0}),
    "channel_list_search": ("/channel/list/search/", {"authkey": ANDROID, "search": "weather", "compact": 1}),
    "channel_list_v2": ("/v2/channel/list/", {"authkey": PERSONAL, "lang": "ru"}),
    "channel_info_v2": ("/v2/channel/info/", {"authkey": ANDROID, "channel_ids": f"[{SPORT}, {NEWS}]"}),
    "channel_list_programs": (
        "/channel/list/programs/",
        {"authkey": ANDROID, "programs_from_ts": NOW, "programs_to_ts": NOW + 3600},
    ),
    "channel_list_last": ("/channel/list/last/", {"authkey": ANDROID}),
    "channel_icon_list": ("/channel/icon/list/", {"api_key": KEY}),
    "channel_sort_list": ("/channel/sort/list/", {"authkey": ANDROID}),
    "premiere_list": ("/premiere/list/", {"authkey": ANDROID, "lang": "ru"}),
    "program_detail": ("/program/detail/", {"authkey": ANDROID, "pid": 1003, "lang": "ru"}),
    "program_list_search": ("/program/list/search/", {"authkey": ANDROID, "search": "news", "limit": 1}),
    "program_category_list": ("/program/category/list/", {"authkey": ANDROID}),
    "program_category_channel_list": (
        "/program/category/channel/list/",
        {"authkey": ANDROID, "category_id": 4, "compact": 1},
    ),
    "program_category_record_list": ("/program/category/record/list/", {"authkey": ANDROID, "category_id": 4}),
    "program_genre_list": ("/program/genre/list/", {"authkey": ANDROID}),
    "noauth_channel_list_v2": ("/v2/noauth/channel/list/", {"api_key": KEY}),
    "noauth_portal_client_tariff_list": ("/noauth/portal/client/tariff/list/", {"api_key": KEY}),
    "portal_client_list": ("/portal/client/list/", {"api_key": KEY}),
    "session_missing": ("/channel/list/", {"authkey": "unknown"}),
}


@pytest.mark.parametrize(("device", "ending"), [("android", "json"), ("mag", "xml")])
@pytest.mark.parametrize("name", CALLS)
def test_answers(house: House, name: str, device: str, ending: str) -> None:
    path, params = CALLS[name]
    house.records.answer = signed_in()
    if name == "login_too_many":
        bound = BoundDevice(3, "02:00", "mag", "Infomir", "MAG322", has_session=True, created=NOW - DAY)
        house.records.answer = Refused(SignInRefusal.BASIC_LIMIT, (bound,))
    house.call("/channel/url/", authkey=ANDROID, cid=DIRECT, redirect=0)  # so that there is one watched last
    got = house.call(path, device=device, device_uid="02:00:00:00:00:01", **params)
    assert got.status == 200
    body = UUID.sub(b"00000000-0000-4000-8000-000000000000", got.body)
    file = GOLDEN / f"{name}.{ending}"
    if os.environ.get("HEADEND_WRITE_GOLDEN"):
        file.write_bytes(body)
    assert body == file.read_bytes()
    assert got.headers["content-type"] == ("application/json" if ending == "json" else "text/xml") + "; charset=utf-8"


def test_no_golden_answer_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(CALLS)
