"""Channels as HbbTV providers know them, and what devices tell of the providers' pages."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from headend.catalog.models import Channel, HbbChannel, HbbProvider, HbbReport, HbbReportKind
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import forget, save

MOST_ENTRIES = 100
MOST_BYTES = 16_384
MOST_REPORTS = 10_000
"""For each provider; the oldest make room."""
_SWEEP_EVERY = 100


@transaction.atomic
def set_hbb_channels(
    *, actor: Actor, channel: Channel, providers: Sequence[HbbProvider], channel_pid: str
) -> list[HbbChannel]:
    """Say under which id some providers know a channel. Raises Invalid without one."""
    if providers and not channel_pid:
        raise Invalid("providers know a channel by an id", "hbb_channel_pid")
    known = {each.provider_id: each for each in HbbChannel.objects.filter(channel=channel)}
    entries = []
    for provider in providers:
        entry = known.get(provider.pk) or HbbChannel(
            operator_id=channel.operator_id, provider=provider, channel=channel
        )
        entry.channel_pid = channel_pid[:100]
        save(actor=actor, obj=entry)
        entries.append(entry)
    return entries


@transaction.atomic
def keep_report(  # noqa: PLR0913 - a report's parts
    *,
    provider: HbbProvider,
    kind: HbbReportKind,
    entries: Sequence[Mapping[str, Any]],
    event_ref: str = "",
    device_uid: str = "",
    message: str = "",
) -> HbbReport:
    """Keep what a device told of a provider's pages. Raises Invalid for no entries, too many or too large ones.

    No audit entry: devices tell a lot.
    """
    if not entries or any(not entry for entry in entries):
        raise Invalid("there is nothing in the list of events", "log_events")
    if len(entries) > MOST_ENTRIES or len(json.dumps(entries)) > MOST_BYTES:
        raise Invalid(f"more than {MOST_ENTRIES} events, or more than {MOST_BYTES} bytes", "log_events")
    report = HbbReport.objects.create(
        operator_id=provider.operator_id,
        provider=provider,
        kind=kind,
        event_ref=event_ref[:60],
        device_uid=device_uid[:100],
        message=message[:200],
        entries=list(entries),
    )
    if report.pk % _SWEEP_EVERY == 0:
        _make_room(provider)
    return report


def _make_room(provider: HbbProvider) -> None:
    newest = HbbReport.objects.filter(provider=provider).order_by("-pk")
    border = list(newest.values_list("pk", flat=True)[MOST_REPORTS : MOST_REPORTS + 1])
    if border:
        HbbReport.objects.filter(provider=provider, pk__lte=border[0]).delete()


def forget_reports(*, before: datetime) -> int:
    """Delete reports older than a moment, some at a time; says how many."""
    return forget(HbbReport.objects.filter(at__lt=before).order_by("pk"))
