"""Channels and radio stations."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from headend.catalog.actions.hbb import set_hbb_channels
from headend.catalog.actions.places import save_in_place
from headend.catalog.models import (
    AspectRatio,
    Category,
    Channel,
    CopyrightHolder,
    HbbProvider,
    MatchState,
    Radio,
    Tariff,
)
from headend.catalog.queries import guide_channels_for
from headend.delivery.models import StreamingServer
from headend.interfaces.content_api import asks, writes
from headend.interfaces.content_api.forms import (
    LANGUAGES,
    LONG_TEXT,
    Form,
    bad,
    find,
    find_behind,
    link,
    links,
    object_in,
    own,
    text,
    texts,
    value,
)
from headend.interfaces.content_api.pages import USUAL, page_of
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.parameters import Sent, loose
from headend.kernel.formats import Fields
from headend.operators.actions import delete, save
from headend.vod.models import PriceCategory

CHANNELS, RADIOS, TARIFFS, SERVERS, PRICES = (
    own(Channel),
    own(Radio),
    own(Tariff),
    own(StreamingServer),
    own(PriceCategory),
)
STREAM = (
    text("uri", "stream_url", longest=2000),
    text("url_prefix"),
    text("multicast_address"),
    text("secondary_multicast_address", "recording_multicast_address"),
    text("id_for_stream_service", "stream_id"),
    text("comment", longest=LONG_TEXT),
    text("option1"),
    text("option2"),
    text("option3"),
)
ASPECTS = {0: AspectRatio.AS_IS, 1: AspectRatio.WIDE, 2: AspectRatio.STANDARD, 3: AspectRatio.FULL}
"""The wire's numbers, which are not those that devices are told."""

TELEMETRY = {
    "telemeter": "telemeter",
    "telemeter_account_name": "account_name",
    "telemeter_tmsec_name": "tmsec_name",
    "telemeter_cat_id": "cat_id",
    "telemeter_vc_id": "vc_id",
    "telemeter_vc_version": "vc_version",
    "mediahills_id": "mediahills_id",
}
KEPT = ("version", "rating")
"""Texts that are kept with the extra data, because the platform does nothing with them."""

FORM = Form(
    (
        *texts("name"),
        *STREAM,
        value("pause_live_tv_shift", int, "pause_live_seconds"),
        value("lcn_number", int, "lcn"),
        value("recording_days", int),
        value("show_in_all", bool),
        value("parent_control", bool, "needs_parent_code"),
        value("enabled", bool, "is_enabled"),
        value("display_on_site", bool),
        link("category", "category", own(Category)),
        link("epg_channel", "guide_channel", guide_channels_for),
        link("copyright_holder", "copyright_holder", own(CopyrightHolder)),
        links("additional_categories", "extra_categories", own(Category)),
        links("tariffs", "tariffs", TARIFFS),
        links("stream_services", "streaming_servers", SERVERS),
    ),
    (
        *(loose(name, str) for name in (*TELEMETRY, *KEPT)),
        loose("aspect_ratio", int),
        loose("price_category", int),
        loose("meta", str, longest=LONG_TEXT),
    ),
)


@writes("ChannelCreate", "/channel/create/", takes=FORM.parameters, for_gate=True)
def create_channel(
    guest: Guest,
    sent: Sent,
    sort_after_cid: int | None = None,
    hbb_providers: list[int] | None = None,
    hbb_channel_pid: str = "",
) -> Fields:
    """Create a channel, behind all others or behind the one that is named.

    Choice: `lcn_number` 0 is no number. `price_category`, `version` and `rating` are kept and told, but sell and change
    nothing: channels are sold by tariffs. `hbb_channel_pid` is the channel's id at each of the `hbb_providers`.
    """
    channel = Channel(operator=guest.operator)
    found = _fill(guest, channel, sent)
    providers = [find(guest, number, own(HbbProvider), "HbbTV provider") for number in hbb_providers or ()]
    if providers and not hbb_channel_pid:
        raise bad("hbb_channel_pid", "providers know a channel by an id")
    behind = find_behind(guest, sort_after_cid, CHANNELS(guest.operator), "sort_after_cid")
    siblings = CHANNELS(guest.operator)
    with transaction.atomic():
        save_in_place(actor=guest.actor, obj=channel, siblings=siblings, after=behind, links=found)
        set_hbb_channels(actor=guest.actor, channel=channel, providers=providers, channel_pid=hbb_channel_pid)
    return {"id": channel.pk}


def _fill(guest: Guest, channel: Channel, sent: Sent) -> dict[str, list[Any]]:
    channel.meta = _meta(guest, sent)
    channel.telemetry = {key: sent[name] for name, key in TELEMETRY.items() if sent.get(name)}
    if sent.get("aspect_ratio", 0) not in ASPECTS:
        raise bad("aspect_ratio", "0 as it comes, 1 16:9, 2 4:3, 3 full")
    channel.aspect_ratio = ASPECTS[sent.get("aspect_ratio", 0)]
    found: dict[str, list[Any]] = FORM.fill(guest, channel, sent)
    channel.lcn = channel.lcn or None
    if channel.guide_channel_id is not None:
        channel.guide_match = MatchState.BY_HAND
    return found


def _meta(guest: Guest, sent: Sent) -> dict[str, Any]:
    meta = object_in(sent, "meta") if "meta" in sent else {}
    if sent.get("price_category") is not None:
        meta["price_category"] = find(guest, sent["price_category"], PRICES, "price category").pk
    return meta | {name: sent[name] for name in KEPT if sent.get(name)}


@writes("ChannelDelete", "/channel/delete/", for_gate=True)
def delete_channel(guest: Guest, id: int) -> Fields:
    """Delete a channel."""
    delete(actor=guest.actor, obj=find(guest, id, CHANNELS, "channel"))
    return {}


@asks("ChannelList", "/channel/list/")
def list_channels(  # noqa: PLR0913 - the wire's own parameters
    guest: Guest,
    limit: int = USUAL,
    page: int = 1,
    search: str = "",
    search_tariff: str = "",
    tariffs: list[int] | None = None,
    search_stream_service: str = "",
    stream_services: list[int] | None = None,
) -> Fields:
    """List channels in their order; by words in a name, and by tariffs and streaming servers or words in theirs.

    Choice: all that is asked for must hold; of several numbers one. Names of a category, price category or guide are
    texts, though the documentation calls them numbers.
    """
    channels = CHANNELS(guest.operator)
    given = {
        "tariffs__name__icontains": search_tariff,
        "tariffs__in": tariffs,
        "streaming_servers__name__icontains": search_stream_service,
        "streaming_servers__in": stream_services,
    }
    conditions = [Q(**{name: said}) for name, said in given.items() if said]
    if search:
        conditions.append(Q(*(Q(**{f"name{each}__icontains": search}) for each in LANGUAGES), _connector=Q.OR))
    for condition in conditions:
        channels = channels.filter(pk__in=CHANNELS(guest.operator).filter(condition).values("pk"))
    read = channels.select_related("category", "guide_channel")
    read = read.prefetch_related("extra_categories", "tariffs", "streaming_servers")
    shown = page_of(read, limit, page)
    prices = PRICES(guest.operator).in_bulk([number for each in shown if (number := _price(each))])
    return {"channels": [_row(channel, prices) for channel in shown], "count": channels.count()}


def _price(channel: Channel) -> int:
    kept = channel.meta.get("price_category") if isinstance(channel.meta, dict) else None
    return kept if isinstance(kept, int) else 0


def _row(channel: Channel, prices: Mapping[int, PriceCategory]) -> Fields:
    price = prices.get(_price(channel))
    plain = {each.parameter.name: getattr(channel, each.column) for each in STREAM}
    return {
        "id": channel.pk,
        **{f"name{each}": getattr(channel, f"name{each}") for each in LANGUAGES},
        **plain,
        "category_id": channel.category_id or 0,
        "category_name": channel.category.name if channel.category else "",
        "price_category_id": price.pk if price else 0,
        "price_category_name": price.name if price else "",
        "epg_channel_id": channel.guide_channel_id or 0,
        "epg_channel_name": str(channel.guide_channel) if channel.guide_channel else "",
        "enabled": int(channel.is_enabled),
        "additional_categories": _named(channel.extra_categories),
        "tariffs": _named(channel.tariffs),
        "stream_services": _named(channel.streaming_servers),
    }


def _named(records: Any) -> list[Fields]:
    return [{"id": each.pk, "name": each.name} for each in sorted(records.all(), key=lambda each: each.pk)]


# --- radio -----------------------------------------------------------------------------------------------------------

RADIO = Form(
    (
        *texts("name"),
        *texts("description", longest=LONG_TEXT),
        text("uri", "stream_url", longest=2000),
        value("enabled", bool, "is_enabled"),
        link("radio_channel", "channel", CHANNELS),
        links("tariffs", "tariffs", TARIFFS),
    )
)


@writes("RadioCreate", "/radio/create/", takes=RADIO.parameters, for_gate=True)
def create_radio(guest: Guest, sent: Sent) -> Fields:
    """Create a radio station, switched off unless `enabled` says otherwise.

    Choice: `radio_channel` is a channel, whose logo it has.
    """
    radio = Radio(operator=guest.operator, is_enabled=False)
    found = RADIO.fill(guest, radio, sent)
    save(actor=guest.actor, obj=radio, links=found)
    return {"id": radio.pk}


@writes("RadioDelete", "/radio/delete/", for_gate=True)
def delete_radio(guest: Guest, id: int) -> Fields:
    """Delete a radio station."""
    delete(actor=guest.actor, obj=find(guest, id, RADIOS, "radio station"))
    return {}
