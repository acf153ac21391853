"""Addresses of pictures and style sheets on the wire: whole, because portals and players live on other hosts."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, KEY, LINEUP, NEWS, NOW, PUBLIC_URL, channel, operator, programme

from headend.catalog.ports import ProgrammeDetails
from headend.kernel.formats import to_json
from headend.playback.ports import Update

WRITTEN = [
    ("", ""),
    ("/media/one.svg", f"{PUBLIC_URL}/media/one.svg"),
    ("media/one.svg", f"{PUBLIC_URL}/media/one.svg"),
    ("//cdn.example/one.svg", "http://cdn.example/one.svg"),
    ("https://cdn.example/one.svg", "https://cdn.example/one.svg"),
    ("HTTP://cdn.example/one.svg", "HTTP://cdn.example/one.svg"),
    ("data:image/png;base64,AA==", "data:image/png;base64,AA=="),
]


@pytest.mark.parametrize(("written", "whole"), WRITTEN)
def test_what_portals_show(house: House, written: str, whole: str) -> None:
    names = ("custom_css_url", "client_logo_url", "client_logo_login_url", "client_logo_loading_url", "custom_api_url")
    settings: dict[str, Any] = dict.fromkeys(names, written) | {"login_text": written, "template": written}
    kind = replace(operator().device_types["android"], settings=settings)
    house.gate.apply(Update(101, operators=(replace(operator(), device_types={"android": kind}, portal_url=written),)))
    got = house.call("/portal/settings/list/", key=KEY, device="android").json
    assert {got[name] for name in (*names, "redirect_to_portal_url")} == {whole}
    assert (got["login_text"], got["template"]) == (written, written)


@pytest.mark.parametrize(("written", "whole"), WRITTEN)
def test_logos_of_channels_and_pictures_of_programmes(house: House, written: str, whole: str) -> None:
    details = to_json(ProgrammeDetails(icons=(written, "https://x.example/2.jpg"))).decode()
    shown = programme(1003, NOW - 600, details=details)
    lineup = replace(LINEUP, channels=(channel(NEWS, "News", icon_url=written, guide_channel_id=101),))
    house.gate.apply(Update(101, lineups=(lineup,), guides={101: (shown,)}))
    (row,) = house.call("/channel/list/", authkey=ANDROID).json["channels"]
    (item,) = house.call("/program/list/", authkey=ANDROID, cid=NEWS, time_from=NOW, time_to=NOW + 60).json["programs"]
    (near,) = house.call("/channel/programs/", authkey=ANDROID, cid=NEWS, limit=1).json["programs"]
    assert (row["icon"], row["program_preview_url"], item["preview"], near["program_preview_url"]) == (whole,) * 4
    for meta in (row["program_meta"], item["meta"]):
        assert json.loads(meta)["previews"] == [whole, "https://x.example/2.jpg"]


def test_a_service_below_a_path_keeps_it() -> None:
    house = House(public_url="https://tv.example.net/tv")
    kind = replace(operator().device_types["android"], settings={"client_logo_url": "/one.svg"})
    house.gate.apply(Update(101, operators=(replace(operator(), device_types={"android": kind}),)))
    got = house.call("/portal/settings/list/", key=KEY, device="android").json
    assert got["client_logo_url"] == "https://tv.example.net/tv/one.svg"
