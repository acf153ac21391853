"""Fields of channels, programmes and applications on the wire, as several groups of calls answer them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings

from headend.catalog.models import Channel, Tariff
from headend.catalog.ports import ProgrammeDetails
from headend.catalog.queries import blocked_programmes
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.kernel.formats import Fields
from headend.playback.wire import programme_meta
from headend.portal.models import Application
from headend.portal.queries import Showing
from headend.viewing.queries import programme_positions

_details = msgspec.json.Decoder(ProgrammeDetails)


# --- channels --------------------------------------------------------------------------------------------------------


def channel_row(caller: Guest, channel: Channel) -> Fields:
    """A channel in a ribbon."""
    return {"id": channel.pk, "name": caller.name_of(channel), "icon": whole(channel.icon_url)}


def channel_actions(caller: Guest, channels: Collection[Channel], given: Collection[int]) -> dict[int, list[Fields]]:
    """What can be done with channels: play those that are `given`, take one of their tariffs for the others."""
    play: list[Fields] = [_action("get_channel_url")]
    others = [channel.pk for channel in channels if channel.pk not in given]
    offers = _offers(caller, others) if others else {}
    return {channel.pk: play if channel.pk in given else offers.get(channel.pk, []) for channel in channels}


def _offers(caller: Guest, channels: Collection[int]) -> Mapping[int, list[Fields]]:
    sold = Tariff.objects.of(caller.operator.pk).filter(is_enabled=True, is_archived=False, is_hidden=False)
    links = Tariff.channels.through._default_manager.filter(channel__in=channels, tariff__in=sold.values("pk"))
    of_channel: dict[int, set[int]] = defaultdict(set)
    for tariff, channel in links.values_list("tariff_id", "channel_id"):
        of_channel[channel].add(tariff)
    tariffs = [tariff for tariff in sold.order_by("-basic_priority", "name", "pk") if tariff.used_for_channels]
    return {
        number: [_offer(caller, tariff) for tariff in tariffs if tariff.all_channels or tariff.pk in of_channel[number]]
        for number in channels
    }


def _offer(caller: Guest, tariff: Tariff) -> Fields:
    return _action("subscribe") | {
        "tariff_id": tariff.pk,
        "caption": caller.name_of(tariff),
        "price": float(tariff.price),
        "periodical": int(tariff.period_months > 0),
        "activation_price": float(tariff.activation_price),
    }


def _action(name: str) -> dict[str, Any]:
    return {"action": name, "tariff_id": 0, "caption": "", "price": 0, "periodical": 0, "activation_price": 0}


# --- programmes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgrammeRows:
    """Makes the rows of some programmes for one caller; `positions` are seconds by the programme's number, `blocked` is
    until when their recordings may not be watched (epoch seconds).
    """

    caller: Guest
    positions: Mapping[int, int] = field(default_factory=dict)
    blocked: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, caller: Guest, numbers: Collection[int]) -> "ProgrammeRows":
        """With the positions at which a signed-in caller stopped, and what is blocked; two queries."""
        blocked = blocked_programmes(caller.operator.pk, caller.now)
        if not isinstance(caller, Viewer):
            return cls(caller, blocked=blocked)
        stopped = programme_positions(caller.account, numbers, caller.now)
        return cls(caller, {number: position.seconds for number, position in stopped.items()}, blocked)

    def brief(self, showing: Showing) -> dict[str, Any]:
        """A programme in a ribbon."""
        details, channel = _details.decode(showing.programme.details), showing.channel
        language = self.caller.language_code
        return {
            "id": showing.programme.pk,
            "name": details.titles.get(language) or showing.programme.title,
            "preview": whole(details.icons[0]) if details.icons else "",
            "begin_time": showing.starts,
            "end_time": showing.stops,
            "description": details.descriptions.get(language) or details.description,
            "rating": showing.programme.age,
            "has_record": int(showing.has_record(self._now)),
            "meta": meta_of(details, language),
            "channel_id": channel.pk,
            "channel_name": self.caller.name_of(channel),
            "channel_icon_url": whole(channel.icon_url),
        }

    def full(self, showing: Showing, *, is_given: bool) -> dict[str, Any]:
        """A programme with its address; `is_given` says whether the caller may watch its channel."""
        details = _details.decode(showing.programme.details)
        has_record = is_given and showing.has_record(self._now)
        return self.brief(showing) | {
            "short_name": details.subtitles.get(self.caller.language_code) or details.subtitle,
            "category": self.caller.name_of(showing.programme.category),
            "url": self._address(showing) if is_given else "",
            "has_record": int(has_record),
            "has_subscription": int(is_given),
            "ads_available": 0,
            "position": self.positions.get(showing.programme.pk, 0),
            "blocked": int(self._now < self.blocked.get(showing.programme.pk, 0)),
        }

    @property
    def _now(self) -> int:
        return int(self.caller.now.timestamp())

    def _address(self, showing: Showing) -> str:
        return address(self.caller, "program", cid=showing.channel.pk, pid=showing.programme.pk)


def address(caller: Guest, noun: str, **numbers: int) -> str:
    """Where a device gets the address of something that plays; "" before signing in."""
    if not isinstance(caller, Viewer):
        return ""
    token = caller.asked.text("authkey") or caller.asked.cookies.get("authkey", "")
    query = urlencode({**numbers, "client_id": caller.operator.pk, "authkey": token})
    return f"{settings.HEADEND.base_url}{DEVICE_API.base}/{noun}/url/?{query}"


def meta_of(details: ProgrammeDetails, language: str) -> str:
    """The `meta` of a programme in a language."""
    return programme_meta(details, details.subtitles.get(language) or details.subtitle, whole)


# --- applications ----------------------------------------------------------------------------------------------------


def application_row(caller: Guest, application: Application) -> dict[str, Any]:
    """An application as lists have it."""
    return {
        "id": application.pk,
        "name": caller.name_of(application),
        "system_name": application.system_name,
        "type": application.kind,
        "url": whole(application.url) if application.url.startswith("/") else application.url,
        "show_in_main_menu": int(application.show_in_main_menu),
        "css_style": application.css_style,
        "icon": whole(application.icon_url),
        "icon_focus": whole(application.icon_focus_url),
        "attrs": application.attributes,
    }
