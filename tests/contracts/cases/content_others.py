"""Content API: showings and tickets, channels, radio, cameras, banners, selections and the guide."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from tests.contracts.cases.content_stage import ANY_NUMBER, NO_VALUES, READS, SAVED, pictures_served
from tests.contracts.cases.content_titles import title
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.catalog import make_guide_channel, make_programme
from tests.factories.portal import make_banner, make_selection
from tests.factories.viewing import make_ticket
from tests.factories.vod import make_asset, make_price_category, make_seance

from headend.cameras.models import Camera
from headend.catalog.models import Category, Channel, GuideSource, HbbChannel, HbbProvider, ProgrammeBlocking, Radio
from headend.delivery.models import StreamingServer
from headend.portal.models import SelectionItem, TargetBanner
from headend.viewing.models import SeanceTicket
from headend.vod.models import Seance

# --- showings and tickets ---


def seance(house: House) -> Any:
    return make_seance(title=title(house), starts_at=timezone.now() + timedelta(hours=1))


@good("content.SeanceCreate")
def _(house: House) -> Answer:
    film = title(house)
    asset = make_asset(title=film)
    answer = house.ask(
        "content.SeanceCreate", vid=film.pk, vfid=asset.pk, date_start="2026-12-01T20:00:00.0+03:00", date_end=""
    )
    made = Seance.objects.get(pk=answer["id"])
    assert (made.asset, made.starts_at.isoformat(), made.ends_at) == (asset, "2026-12-01T17:00:00+00:00", None)
    return answer


@refused("content.SeanceCreate", 21)
def _(house: House) -> Answer:
    film, moment = title(house), "2026-12-01T20:00:00+00:00"
    assert house.ask("content.SeanceCreate", vid=film.pk, date_start=moment, date_end="2026-12-01T19:00").error == 21
    return house.ask("content.SeanceCreate", vid=film.pk, vfid=make_asset(title=title(house)).pk, date_start=moment)


@refused("content.SeanceCreate", 404)
def _(house: House) -> Answer:
    return house.ask("content.SeanceCreate", vid=title(House()).pk, date_start="2026-12-01T20:00:00+00:00")


@good("content.SeanceDelete")
def _(house: House) -> Answer:
    return house.ask("content.SeanceDelete", id=seance(house).pk)


@good("content.SeanceTicketCreate")
def _(house: House) -> Answer:
    showing = seance(house)
    assert house.ask("content.SeanceTicketCreate", sid=showing.pk, code=4711)["code"] == 4711
    answer = house.ask("content.SeanceTicketCreate", sid=showing.pk)
    assert SeanceTicket.objects.get(pk=answer["id"]).code == str(answer["code"])
    return answer


@refused("content.SeanceTicketCreate", 1)
def _(house: House) -> Answer:
    make_ticket(seance=seance(House()), code="4711")
    first = house.ask("content.SeanceTicketCreate", sid=seance(house).pk, code=4711)
    assert first.error == 0, "another operator's codes are its own"
    return house.ask("content.SeanceTicketCreate", sid=seance(house).pk, code=4711)


@refused("content.SeanceTicketCreate", 21)
def _(house: House) -> Answer:
    return house.ask("content.SeanceTicketCreate", sid=seance(house).pk, code=-1)


@refused("content.SeanceTicketCreate", 404)
def _(house: House) -> Answer:
    return house.ask("content.SeanceTicketCreate", sid=seance(House()).pk)


@good("content.SeanceTicketDelete")
def _(house: House) -> Answer:
    return house.ask("content.SeanceTicketDelete", id=make_ticket(seance=seance(house)).pk)


# --- channels and radio ---


@good("content.ChannelCreate")
def _(house: House) -> Answer:
    category = Category.objects.create(operator=house.operator, name="News")
    provider = HbbProvider.objects.create(operator=house.operator, name="H", url="https://hbb.example/")
    answer = house.ask(
        "content.ChannelCreate",
        name="Third",
        category=category.pk,
        tariffs=str([house.tariff.pk]),
        aspect_ratio=1,
        lcn_number=0,
        parent_control=1,
        price_category=make_price_category(operator=house.operator).pk,
        telemeter_cat_id="7",
        hbb_providers=[provider.pk],
        hbb_channel_pid="P-3",
        sort_after_cid=house.channels[0].pk,
        rating="12",
    )
    made = Channel.objects.get(pk=answer["id"])
    assert (made.category, made.lcn, made.aspect_ratio, made.telemetry) == (category, None, 2, {"cat_id": "7"})
    assert list(house.tariff.channels.order_by("pk"))[-1] == made
    assert HbbChannel.objects.get(channel=made).channel_pid == "P-3"
    order = [each.pk for each in Channel.objects.of(house.operator.pk)]
    assert order == [house.channels[0].pk, made.pk, house.channels[1].pk]
    return answer


@refused("content.ChannelCreate", 21)
def _(house: House) -> Answer:
    answer = house.ask("content.ChannelCreate", name="A", recording_days=999, tariffs=[House().tariff.pk])
    assert answer["error_fields"].keys() == {"tariffs", "recording_days"}
    assert house.ask("content.ChannelCreate", name="A", aspect_ratio=4).error == 21
    return answer


@refused("content.ChannelCreate", 404)
def _(house: House) -> Answer:
    return house.ask("content.ChannelCreate", name="A", price_category=make_price_category().pk)


@good("content.ChannelList")
def _(house: House) -> Answer:
    channel, server = house.channels[0], StreamingServer.objects.create(operator=house.operator, name="North")
    channel.category = Category.objects.create(operator=house.operator, name="News")
    channel.guide_channel = make_guide_channel()
    channel.meta = {"price_category": make_price_category(operator=house.operator).pk}
    channel.save()
    server.channels.add(channel)
    for each in house.channels:
        each.extra_categories.add(Category.objects.create(operator=house.operator, name=f"{each} more"))
    for wish in ({"search": "new"}, {"search_stream_service": "nor"}, {"stream_services": [server.pk]}):
        answer = house.ask("content.ChannelList", **wish)
        assert [each["id"] for each in answer["channels"]] == [channel.pk], wish
    assert house.ask("content.ChannelList", tariffs=[house.tariff.pk], search_tariff="bas")["count"] == 2
    assert house.ask("content.ChannelList", search="nothing")["channels"] == []
    return answer


@good("content.ChannelDelete")
def _(house: House) -> Answer:
    return house.ask("content.ChannelDelete", id=house.channels[0].pk)


@good("content.RadioCreate")
def _(house: House) -> Answer:
    answer = house.ask(
        "content.RadioCreate",
        name="Waves",
        uri="https://radio.example/a",
        enabled=1,
        radio_channel=house.channels[0].pk,
        tariffs=[house.tariff.pk],
    )
    made = Radio.objects.get(pk=answer["id"])
    assert (made.channel, made.is_enabled, list(made.tariffs.all())) == (house.channels[0], True, [house.tariff])
    return answer


@refused("content.RadioCreate", 21)
def _(house: House) -> Answer:
    return house.ask("content.RadioCreate", name="Waves", radio_channel=House().channels[0].pk)


@good("content.RadioDelete")
def _(house: House) -> Answer:
    return house.ask("content.RadioDelete", id=Radio.objects.create(operator=house.operator, name="A").pk)


# --- cameras ---


def camera(house: House, name: str = "Harbour") -> Any:
    return Camera.objects.create(operator=house.operator, name=name)


@good("content.CameraCreate")
def _(house: House) -> Answer:
    first, last = camera(house), camera(house, "Tower")
    answer = house.ask(
        "content.CameraCreate",
        name="Beach",
        tariffs=[house.tariff.pk],
        uri="https://cams.example/b.m3u8",
        secondary_multicast_address="239.1.1.1:5000",
        sort_after_cid=first.pk,
    )
    assert [each.pk for each in Camera.objects.of(house.operator.pk)] == [first.pk, answer["id"], last.pk]
    assert Camera.objects.get(pk=answer["id"]).recording_multicast_address == "239.1.1.1:5000"
    return answer


@refused("content.CameraCreate", 21)
def _(house: House) -> Answer:
    return house.ask("content.CameraCreate", name="Beach", epg_channel=10**9)


@refused("content.CameraCreate", 404)
def _(house: House) -> Answer:
    return house.ask("content.CameraCreate", name="Beach", price_category=make_price_category().pk)


@good("content.CameraModify")
def _(house: House) -> Answer:
    one = camera(house)
    answer = house.ask("content.CameraModify", camera_id=one.pk, enabled=0, preview_url="https://cams.example/now.jpg")
    one.refresh_from_db()
    assert (one.name, one.is_enabled, one.preview_url) == ("Harbour", False, "https://cams.example/now.jpg")
    return answer


@refused("content.CameraModify", 20)
def _(house: House) -> Answer:
    return house.ask("content.CameraModify", camera_id=camera(house).pk, enabled="perhaps")


@refused("content.CameraModify", 21)
def _(house: House) -> Answer:
    return house.ask("content.CameraModify", camera_id=camera(house).pk, name="")


@refused("content.CameraModify", 404)
def _(house: House) -> Answer:
    return house.ask("content.CameraModify", camera_id=camera(House()).pk)


@good("content.CameraDelete")
def _(house: House) -> Answer:
    return house.ask("content.CameraDelete", id=camera(house).pk)


# --- banners ---

DATES = {"published_from": "2026-01-01", "published_to": "2026-12-31"}


@good("content.TargetBannerCreate")
def _(house: House) -> Answer:
    with pictures_served() as url:
        answer = house.ask(
            "content.TargetBannerCreate",
            name="Sale",
            image_url=f"{url}/good.png",
            abonements=[house.account.number],
            tariff_ids=[house.tariff.pk],
            meta='{"a": 1}',
            **DATES,
        )
    made = TargetBanner.objects.get(pk=answer["id"])
    assert (list(made.accounts.all()), list(made.tariffs.all())) == ([house.account], [house.tariff])
    assert made.image_url.startswith("/media/pictures/")
    return answer


@refused("content.TargetBannerCreate", 1)
def _(house: House) -> Answer:
    with pictures_served() as url:
        answer = house.ask("content.TargetBannerCreate", name="Sale", image_url=f"{url}/bad.png", **DATES)
    assert TargetBanner.objects.get(pk=answer["id"]).image_url == ""
    return answer


@refused("content.TargetBannerCreate", 20)
def _(house: House) -> Answer:
    return house.ask("content.TargetBannerCreate", name="Sale", published_from="soon", published_to="2026-12-31")


@refused("content.TargetBannerCreate", 21)
def _(house: House) -> Answer:
    answer = house.ask(
        "content.TargetBannerCreate", name="A", account_ids=[House().account.pk], abonements=[10**8], **DATES
    )
    assert answer["error_fields"].keys() == {"account_ids", "abonements"}
    assert house.ask("content.TargetBannerCreate", name="A").error == 21
    return house.ask("content.TargetBannerCreate", name="A", published_from="2026-12-31", published_to="2026-01-01")


@good("content.TargetBannerModify")
def _(house: House) -> Answer:
    banner = make_banner(operator=house.operator, image_url="/media/a.png", message="Now")
    banner.accounts.add(house.account)
    answer = house.ask("content.TargetBannerModify", id=banner.pk, name="Sale", enabled=0, delete_image=1)
    banner.refresh_from_db()
    assert (banner.is_enabled, banner.image_url, banner.message) == (False, "", "Now")
    assert house.ask("content.TargetBannerModify", id=banner.pk, clear_accounts=1).error == 0
    assert not banner.accounts.exists()
    return answer


@refused("content.TargetBannerModify", 1)
def _(house: House) -> Answer:
    banner = make_banner(operator=house.operator)
    answer = house.ask("content.TargetBannerModify", id=banner.pk, name="New", image_url="ftp://a/b")
    banner.refresh_from_db()
    assert banner.name == "New"
    return answer


@refused("content.TargetBannerModify", 21)
def _(house: House) -> Answer:
    banner, other = make_banner(operator=house.operator), make_banner(operator=House().operator)
    return house.ask("content.TargetBannerModify", id=banner.pk, sort_after_tbid=other.pk)


@good("content.TargetBannerDelete")
def _(house: House) -> Answer:
    return house.ask("content.TargetBannerDelete", id=make_banner(operator=house.operator).pk)


@good("content.TargetBannerList")
def _(house: House) -> Answer:
    banner = make_banner(operator=house.operator, published_from="2026-01-01", cities=["Genova"])
    banner.accounts.add(house.account)
    answer = house.ask("content.TargetBannerList")
    assert answer["target_banners"][0]["account_ids"] == [house.account.pk]
    return answer


# --- selections ---


@good("content.SelectionCreate")
def _(house: House) -> Answer:
    numbers = [channel.pk for channel in reversed(house.channels)]
    answer = house.ask("content.SelectionCreate", name="Best", type=0, items_set=",".join(map(str, numbers)))
    items = SelectionItem.objects.filter(selection=answer["id"])
    assert list(items.values_list("number", flat=True)) == numbers
    return answer


@refused("content.SelectionCreate", 21)
def _(house: House) -> Answer:
    assert house.ask("content.SelectionCreate", name="Best", type=7).error == 21
    assert house.ask("content.SelectionCreate", name="A", type=0, promo_image="http://10.0.0.1/a.png").error == 21
    return house.ask("content.SelectionCreate", name="Best", type=0, items_set=str(House().channels[0].pk))


@good("content.SelectionModify")
def _(house: House) -> Answer:
    first, second = house.channels
    selection = make_selection(operator=house.operator, numbers=[first.pk])
    answer = house.ask(
        "content.SelectionModify", id=selection.pk, type=0, items_add=str(second.pk), items_remove=str(first.pk)
    )
    assert list(selection.items.values_list("number", flat=True)) == [second.pk]
    assert house.ask("content.SelectionModify", id=selection.pk, type=0, is_hidden=1).error == 0
    assert selection.items.count() == 1
    return answer


@refused("content.SelectionModify", 1)
def _(house: House) -> Answer:
    number = house.channels[0].pk
    selection = make_selection(operator=house.operator, numbers=[number])
    return house.ask("content.SelectionModify", id=selection.pk, type=0, items_add=number)


@refused("content.SelectionModify", 21)
def _(house: House) -> Answer:
    selection = make_selection(operator=house.operator, numbers=[house.channels[0].pk])
    return house.ask("content.SelectionModify", id=selection.pk, type=2)


# --- the guide ---


def guide(house: House) -> Any:
    """A channel of the operator's own guide, which its first channel shows."""
    source = GuideSource.objects.create(
        operator=house.operator, name=f"guide of {house.operator.pk}", last_run_at=timezone.now()
    )
    channel = make_guide_channel(source=source, extra_icons={"64x48": "/media/a.png"})
    house.channels[0].guide_channel, house.channels[0].url_prefix = channel, "news"
    house.channels[0].save()
    return channel


@good("content.EPGChannelList", may_be_empty=("channels.extra_category_ids",))
def _(house: House) -> Answer:
    channel = guide(house)
    guide(House())
    answer = house.ask("content.EPGChannelList", source=channel.source_id)
    assert [each["id"] for each in answer["channels"]] == [channel.pk]
    return answer


@good("content.EPGChannelIconUpload")
def _(house: House) -> Answer:
    channel = guide(house)
    with pictures_served() as url:
        answer = house.ask(
            "content.EPGChannelIconUpload",
            icon_url=f"{url}/good.png",
            epg_channel_id=channel.pk,
            extra_sizes="100x100, 20x20",
        )
    channel.refresh_from_db()
    assert channel.icon_url.startswith("/media/pictures/")
    assert channel.extra_icons.keys() == {"64x48", "100x100", "20x20"}
    return answer


@refused("content.EPGChannelIconUpload", 1)
def _(house: House) -> Answer:
    shared = make_guide_channel()
    allowed = replace(settings.HEADEND, shared_guide_operators=(house.operator.pk,))
    with override_settings(HEADEND=allowed):
        answer = house.ask("content.EPGChannelIconUpload", icon_url="http://10.0.0.1/a", epg_channel_id=shared.pk)
        assert answer.error == 3
    return house.ask("content.EPGChannelIconUpload", icon_url="http://10.0.0.1/a", epg_channel_id=shared.pk)


@refused("content.EPGChannelIconUpload", 2)
def _(house: House) -> Answer:
    return house.ask("content.EPGChannelIconUpload", icon_url="a", epg_channel_id=guide(house).pk, extra_sizes="9000x1")


@refused("content.EPGChannelIconUpload", 3)
def _(house: House) -> Answer:
    return house.ask("content.EPGChannelIconUpload", icon_url="http://10.0.0.1/a", epg_channel_id=guide(house).pk)


@refused("content.EPGChannelIconUpload", 4)
def _(house: House) -> Answer:
    return house.ask(
        "content.EPGChannelIconUpload",
        icon_url="http://10.0.0.1/a",
        epg_channel_id=guide(house).pk,
        extra_sizes="20x20",
        skip_main_size=1,
    )


@refused("content.EPGChannelIconUpload", 404)
def _(house: House) -> Answer:
    return house.ask("content.EPGChannelIconUpload", icon_url="a", epg_channel_id=guide(House()).pk)


def programme(house: House, **fields: Any) -> Any:
    """A programme that began an hour ago and lasts two hours."""
    start = int(time.time()) // 60 * 60 - 3600
    return make_programme(guide_channel=guide(house), **{"start": start, "stop": start + 7200, **fields})


@good("content.EPGProgramTimeSpecify")
def _(house: House) -> Answer:
    shown = programme(house)
    later = make_programme(guide_channel=shown.guide_channel, start=shown.stop, stop=shown.stop + 600)
    start, stop = shown.start + 60, shown.stop + 120
    answer = house.ask("content.EPGProgramTimeSpecify", external_id=shown.pk, start=start, stop=stop)
    for each in (shown, later):
        each.refresh_from_db()
    assert (shown.start, shown.stop, later.start) == (start, stop, stop)
    return answer


@refused("content.EPGProgramTimeSpecify", 20)
def _(house: House) -> Answer:
    return house.ask("content.EPGProgramTimeSpecify", external_id=1, start=5)


@refused("content.EPGProgramTimeSpecify", 21)
def _(house: House) -> Answer:
    shown = programme(house)
    return house.ask("content.EPGProgramTimeSpecify", external_id=shown.pk, start=shown.stop, stop=shown.start)


@refused("content.EPGProgramTimeSpecify", 404)
def _(house: House) -> Answer:
    shown = programme(House())
    return house.ask("content.EPGProgramTimeSpecify", external_id=shown.pk, start=shown.start, stop=shown.stop)


@good("content.ProgramBlockingCreate")
def _(house: House) -> Answer:
    shown = programme(house)
    answer = house.ask(
        "content.ProgramBlockingCreate", prefix="news", time_start=shown.start + 5, end_date="2026-12-31"
    )
    assert ProgrammeBlocking.objects.get(pk=answer["id"]).ends_at.isoformat() == "2027-01-01T00:00:00+00:00"
    assert house.ask("content.ProgramBlockingCreate", pid=shown.pk)["id"] == answer["id"]
    return answer


@refused("content.ProgramBlockingCreate", 1)
def _(house: House) -> Answer:
    return house.ask("content.ProgramBlockingCreate", pid=programme(House()).pk)


@refused("content.ProgramBlockingCreate", 2)
def _(house: House) -> Answer:
    programme(House())
    return house.ask("content.ProgramBlockingCreate", prefix="news", time_start=1)


@refused("content.ProgramBlockingCreate", 3)
def _(house: House) -> Answer:
    programme(house)
    return house.ask("content.ProgramBlockingCreate", prefix="news", time_start=1)


@refused("content.ProgramBlockingCreate", 4)
def _(house: House) -> Answer:
    return house.ask("content.ProgramBlockingCreate", prefix="news")


@refused("content.ProgramBlockingCreate", 21)
def _(house: House) -> Answer:
    return house.ask("content.ProgramBlockingCreate", pid=programme(house).pk, end_date="some day")


# --- what many share ---

DELETED = {
    "SeanceDelete": seance,
    "SeanceTicketDelete": lambda house: make_ticket(seance=seance(house)),
    "ChannelDelete": lambda house: house.channels[0],
    "RadioDelete": lambda house: Radio.objects.create(operator=house.operator, name="A"),
    "CameraDelete": camera,
    "TargetBannerDelete": lambda house: make_banner(operator=house.operator),
    "TargetBannerModify": lambda house: make_banner(operator=house.operator),
    "SelectionModify": lambda house: make_selection(operator=house.operator),
}
"""Calls that name an object of the operator's by its number, and how to make one."""

for _name, _make in DELETED.items():

    @refused(f"content.{_name}", 404)
    def _(house: House, name: str = _name, make: Any = _make) -> Answer:
        more = {"type": 0} if name == "SelectionModify" else {}
        return house.ask(f"content.{name}", id=make(House()).pk, **more)

    never(f"content.{_name}", {22: SAVED})
    if _name.endswith("Delete"):
        never(f"content.{_name}", {21: NO_VALUES})

LISTS = ("ChannelList", "TargetBannerList", "EPGChannelList")
for _name in LISTS:

    @refused(f"content.{_name}", 20)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(f"content.{name}", limit=0)

    never(f"content.{_name}", {21: "what cannot be read is 20", 22: READS, 404: ANY_NUMBER})

UNREADABLE: dict[str, dict[str, Any]] = {
    **{name: {"id": "none"} for name in DELETED},
    "SeanceCreate": {"vid": 1, "date_start": "soon"},
    "SeanceTicketCreate": {"sid": 1, "code": "abc"},
    "ChannelCreate": {"name": "A", "enabled": "perhaps"},
    "RadioCreate": {"name": "A", "enabled": "perhaps"},
    "CameraCreate": {"name": "A", "enabled": "perhaps"},
    "SelectionCreate": {"name": "A"},
    "EPGChannelIconUpload": {"icon_url": "a"},
    "ProgramBlockingCreate": {"pid": "none"},
}
for _name, _sent in UNREADABLE.items():

    @refused(f"content.{_name}", 20)
    def _(house: House, name: str = _name, sent: Any = _sent) -> Answer:
        return house.ask(f"content.{name}", **sent)


NAMED = "what it names and is not there is a value that is not acceptable, 21"
for _name in (
    "SeanceCreate",
    "SeanceTicketCreate",
    "ChannelCreate",
    "CameraCreate",
    "CameraModify",
    "EPGProgramTimeSpecify",
):
    never(f"content.{_name}", {22: SAVED})
for _name in ("RadioCreate", "SelectionCreate", "TargetBannerCreate"):
    never(f"content.{_name}", {22: SAVED, 404: NAMED})
never("content.EPGChannelIconUpload", {21: "each of its values has a number of its own", 22: SAVED})
never("content.ProgramBlockingCreate", {22: SAVED, 404: "what is not there is told by 1, 2 and 3"})
