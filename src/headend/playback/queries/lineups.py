"""One operator's catalogue and delivery as the gate knows them."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from headend.advertising.queries import channels_with_ads
from headend.catalog.models import Category, Channel, ChannelSort, ChannelSortEntry, HbbChannel, Tariff
from headend.catalog.queries import blocked_programmes
from headend.delivery.models import ContentKind, Maintenance, StreamingServer
from headend.delivery.ports import ServerConfig, StreamingServerFactory
from headend.delivery.ports import StreamingServer as StreamingServerPort
from headend.delivery.rules import TokenKey
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.sealing import unseal
from headend.operators.models import Localized, Operator
from headend.playback.ports import CategoryView, ChannelView, HbbView, Lineup, ServerView, TariffOffer
from headend.playback.queries.operators import languages_of
from headend.playback.rules import ChannelTerms, TariffTerms, parse_countries, parse_hours

DAY = 86_400

Windows = dict[int, list[tuple[int, int | None]]]
"""Maintenance by number of the record it is about: from when until before when (epoch seconds, None: open)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServerTools:
    """What streaming servers are made with: their makers by kind, the key that opens their secrets, and the address
    under which devices reach us, without a last slash, for servers whose address begins with `/`.
    """

    factories: Mapping[str, StreamingServerFactory]
    sealing_key: str
    public_url: str = ""


def lineup_of(operator: Operator, tools: ServerTools, now: datetime) -> Lineup:
    """Build an operator's lineup. A tariff or server that cannot be read is left out, with a line in the log."""
    languages = len(languages_of(operator))
    extra = _links(Channel.extra_categories.through, "channel", "category", operator)
    of_channels, of_servers = maintenance_of(operator, now)
    hbb, with_ads = _hbb_of(operator), channels_with_ads(operator.pk)
    return Lineup(
        operator_id=operator.pk,
        channels=tuple(
            replace(
                _channel(c, languages, tuple(extra[c.pk]), of_channels[c.pk]),
                hbb=tuple(hbb[c.pk]),
                has_ads=with_ads is None or c.pk in with_ads,
            )
            for c in channels_of(operator)
        ),
        categories=tuple(
            _category(c, languages)
            for c in sorted(Category.objects.of(operator.pk), key=lambda c: (c.sort, c.name, c.pk))
        ),
        servers=tuple(servers_of(operator, of_servers, tools, now)),
        tariffs=tariff_terms(operator),
        channel_sorts=_channel_sorts(operator),
        channel_sort_names=dict(ChannelSort.objects.of(operator.pk).order_by("pk").values_list("pk", "name")),
        offers=tuple(_offer(tariff, languages) for tariff in _offered(operator)),
        blocked=blocked_programmes(operator.pk, now),
    )


def channels_of(operator: Operator) -> list[Channel]:
    """An operator's channels in the order of the channel list, which is the same on every engine."""
    channels = Channel.objects.of(operator.pk).select_related("guide_channel")
    return sorted(channels, key=lambda c: (c.sort, c.lcn is None, c.lcn or 0, c.name, c.pk))


def maintenance_of(operator: Operator, now: datetime) -> tuple[Windows, Windows]:
    """The interruptions, running or to come, of channels and of streaming servers."""
    channels: Windows = defaultdict(list)
    servers: Windows = defaultdict(list)
    planned = Maintenance.objects.of(operator.pk).filter(
        Q(ends_at=None) | Q(ends_at__gt=now), is_unavailable=True, is_finished=False
    )
    for maintenance in planned.prefetch_related("channels", "servers").order_by("begins_at", "pk"):
        ends = maintenance.ends_at
        window = int(maintenance.begins_at.timestamp()), None if ends is None else int(ends.timestamp())
        for channel in maintenance.channels.all():
            channels[channel.pk].append(window)
        for server in maintenance.servers.all():
            servers[server.pk].append(window)
    return channels, servers


def next_turn(operator: Operator, now: datetime) -> int | None:
    """When the next streaming server goes into maintenance or comes out of it (epoch seconds)."""
    planned = Maintenance.objects.of(operator.pk).filter(is_unavailable=True, is_finished=False)
    moments = planned.exclude(servers=None).values_list("begins_at", "ends_at")
    turns = [moment for pair in moments for moment in pair if moment is not None and moment > now]
    return min((int(moment.timestamp()) for moment in turns), default=None)


def tariff_terms(operator: Operator) -> dict[int, TariffTerms]:
    """What an operator's tariffs give, without those that are disabled; archived ones are still held by some."""
    channels = _links(Tariff.channels.through, "tariff", "channel", operator)
    terms = {}
    for tariff in Tariff.objects.of(operator.pk).filter(is_enabled=True):
        try:
            terms[tariff.pk] = terms_of(tariff, frozenset(channels[tariff.pk]))
        except Invalid as error:
            log.error("tariff %s (%s) gives nothing: %s: %s", tariff.pk, tariff, error.place, error)
    return terms


def terms_of(tariff: Tariff, channels: frozenset[int]) -> TariffTerms:
    """What one tariff gives; raises Invalid when its countries or viewing hours cannot be read."""
    gives_all = tariff.all_channels and tariff.used_for_channels
    return TariffTerms(
        id=tariff.pk,
        channels=None if gives_all else channels if tariff.used_for_channels else frozenset(),
        is_basic=tariff.basic_priority > 0,
        countries=parse_countries(tariff.countries),
        hours=parse_hours(tariff.viewing_hours),
        basic_sessions=tariff.basic_sessions,
        additional_sessions=tariff.additional_sessions,
        one_address=tariff.one_address,
        for_inactive_accounts=tariff.for_inactive_accounts,
    )


def terms_of_channel(channel: Channel, windows: Iterable[tuple[int, int | None]]) -> ChannelTerms:
    """What a channel asks for. Where live can be paused, the archive reaches at least as far back as a pause."""
    return ChannelTerms(
        id=channel.pk,
        is_enabled=channel.is_enabled,
        archive_seconds=max(channel.recording_days * DAY, channel.pause_live_seconds),
        needs_parent_code=channel.needs_parent_code,
        maintenance=tuple(windows),
    )


def names_of(record: Localized, languages: int) -> tuple[str, ...]:
    """A record's names in so many of the operator's languages, the default first."""
    names = (
        record.name,
        record.name_lang1,
        record.name_lang2,
        record.name_lang3,
        record.name_lang4,
        record.name_lang5,
    )
    return names[:languages]


def _links(through: type[Model], key: str, value: str, operator: Operator) -> dict[int, list[int]]:
    """The pairs of a many-to-many table that start at an operator's records."""
    links: dict[int, list[int]] = defaultdict(list)
    pairs = through._default_manager.filter(**{f"{key}__operator": operator}).order_by("pk")
    for one, other in pairs.values_list(f"{key}_id", f"{value}_id"):
        links[one].append(other)
    return links


def _channel(
    channel: Channel, languages: int, extra_categories: tuple[int, ...], windows: list[tuple[int, int | None]]
) -> ChannelView:
    guide = channel.guide_channel
    return ChannelView(
        id=channel.pk,
        names=names_of(channel, languages),
        terms=terms_of_channel(channel, windows),
        sort=channel.sort,
        lcn=channel.lcn or 0,
        category_id=channel.category_id,
        extra_category_ids=extra_categories,
        icon_url=channel.icon_url,
        show_in_all=channel.show_in_all,
        guide_channel_id=channel.guide_channel_id,
        guide_shift_minutes=channel.guide_shift_minutes,
        guide_id=channel.guide_id or (guide.guide_id if guide else ""),
        stream_url=channel.stream_url,
        stream_id=channel.stream_id or str(channel.pk),
        url_prefix=channel.url_prefix,
        multicast_address=channel.multicast_address,
        recording_days=channel.recording_days,
        pause_live_seconds=channel.pause_live_seconds,
        catchup=_texts(channel.catchup),
        http_headers=_texts(channel.http_headers),
        is_drm=channel.is_drm,
        aspect_ratio=channel.aspect_ratio,
        options=(channel.option1, channel.option2, channel.option3),
        telemetry=_texts(channel.telemetry),
        meta=channel.meta if isinstance(channel.meta, dict) else {},
        display_on_site=channel.display_on_site,
    )


def _hbb_of(operator: Operator) -> dict[int, list[HbbView]]:
    """The HbbTV providers of each channel."""
    found: dict[int, list[HbbView]] = defaultdict(list)
    entries = HbbChannel.objects.of(operator.pk).filter(provider__is_enabled=True).select_related("provider")
    for entry in entries.order_by("provider__name", "pk"):
        provider = entry.provider
        found[entry.channel_id].append(HbbView(provider.kind, provider.pk, provider.api_key, entry.channel_pid))
    return found


def _texts(value: Any) -> dict[str, str]:
    """A JSON object as texts by name; what is none of these is left out."""
    if not isinstance(value, dict):
        return {}
    return {str(k): str(v) for k, v in value.items() if isinstance(v, str | int | float) and not isinstance(v, bool)}


def _category(category: Category, languages: int) -> CategoryView:
    return CategoryView(
        id=category.pk,
        names=names_of(category, languages),
        sort=category.sort,
        colour=category.colour,
        description=category.description,
        icon_url=category.icon_url,
        icon_tv_url=category.icon_tv_url,
        icon_dashboard_url=category.icon_dashboard_url,
    )


def _channel_sorts(operator: Operator) -> dict[int, tuple[int, ...]]:
    sorts: dict[int, list[int]] = defaultdict(list)
    entries = ChannelSortEntry.objects.filter(channel_sort__operator=operator).order_by("position", "pk")
    for sort_id, channel_id in entries.values_list("channel_sort_id", "channel_id"):
        sorts[sort_id].append(channel_id)
    return {number: tuple(channels) for number, channels in sorts.items()}


def _offered(operator: Operator) -> Iterable[Tariff]:
    """The tariffs that the operator's site shows."""
    shown = Tariff.objects.of(operator.pk).filter(
        is_enabled=True, is_archived=False, is_hidden=False, display_on_site=True
    )
    return sorted(shown, key=lambda tariff: (tariff.name, tariff.pk))


def _offer(tariff: Tariff, languages: int) -> TariffOffer:
    return TariffOffer(
        id=tariff.pk,
        names=names_of(tariff, languages),
        description=tariff.description,
        period_months=tariff.period_months,
        price=str(tariff.price),
        icon_url=tariff.icon_url,
        meta=tariff.meta if isinstance(tariff.meta, dict) else {},
    )


def servers_of(operator: Operator, interrupted: Windows, tools: ServerTools, now: datetime) -> Iterable[ServerView]:
    channels = _links(StreamingServer.channels.through, "streamingserver", "channel", operator)
    tariffs = _links(StreamingServer.tariffs.through, "streamingserver", "tariff", operator)
    enabled = StreamingServer.objects.of(operator.pk).filter(is_enabled=True).select_related("data_centre")
    for record in enabled.exclude(content=ContentKind.VOD).order_by("priority", "pk"):
        try:
            server = make_server(record, tools)
        except HeadendError as error:
            log.error("streaming server %s (%s) gives nothing: %s", record.pk, record, error)
            continue
        yield ServerView(
            id=record.pk,
            server=server,
            gives_live=record.content in (ContentKind.LIVE, ContentKind.BOTH),
            gives_archive=record.content in (ContentKind.ARCHIVE, ContentKind.BOTH),
            channels=frozenset(channels[record.pk]) if record.pk in channels else None,
            tariffs=frozenset(tariffs[record.pk]) if record.pk in tariffs else None,
            data_centre_id=record.data_centre_id,
            timeshift_minutes=record.timeshift_minutes,
            archive_seconds=record.recording_days * DAY,
            bind_token_to_address=record.bind_token_to_address,
            is_available=_is_available(record, interrupted[record.pk], int(now.timestamp())),
            token_key=_token_key(record, tools),
        )


def make_server(record: StreamingServer, tools: ServerTools) -> StreamingServerPort:
    """The server that a record describes; raises Invalid, ServerConfigRefused, MaskRefused and BadSeal."""
    if record.kind not in tools.factories:
        raise Invalid(f"there is no kind of streaming server called {record.kind!r}", "kind")
    return tools.factories[record.kind](server_config(record, tools))


def _token_key(record: StreamingServer, tools: ServerTools) -> TokenKey | None:
    secret = unseal(record.sealed_secret, tools.sealing_key)
    return TokenKey(secret) if secret else None


def _is_available(record: StreamingServer, windows: list[tuple[int, int | None]], now: int) -> bool:
    centre_is_up = record.data_centre is None or record.data_centre.is_enabled
    return centre_is_up and not any(begins <= now for begins, _ in windows)


def server_config(record: StreamingServer, tools: ServerTools) -> ServerConfig:
    """What an adapter is made from; raises BadSeal when the secret was sealed with another key."""
    return ServerConfig(
        base_url=_absolute(record.base_url, tools.public_url),
        mask=_absolute(record.mask, tools.public_url),
        archive_mask=_absolute(record.archive_mask, tools.public_url),
        vod_mask=_absolute(record.vod_mask, tools.public_url),
        secret=unseal(record.sealed_secret, tools.sealing_key),
        ttl_seconds=record.token_ttl_seconds,
        bind_to_address=record.bind_token_to_address,
        shift_seconds=record.timeshift_minutes * 60,
    )


def _absolute(address: str, public_url: str) -> str:
    """Devices and players get whole addresses: many read them on another host, or without one."""
    return public_url + address if address.startswith("/") else address
