"""The first page: how large the service is, what needs attention, how far the guide reaches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from headend.catalog.models import Channel, GuideChannel, GuideSource, MatchState, Programme, Tariff
from headend.delivery.models import Maintenance, StreamingServer
from headend.ingest.models import Edge, EncryptorKind, Inbox, Ticket
from headend.ingest.queries import IS_OPEN
from headend.ingest.rules.states import State
from headend.interfaces.console.lists import list_url, record_url
from headend.interfaces.console.reach import Sight, staff_of
from headend.subscribers.models import Account, Customer, Device, Session
from headend.subscribers.queries import online_since
from headend.webhooks.models import Endpoint

GUIDE_ENDS_SOON = timedelta(hours=24)
DAYS = 7
FAILS_OFTEN = 3


@dataclass(frozen=True, slots=True)
class Card:
    """A number with a name; `part` is how many of them are live."""

    label: str
    number: int
    url: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to look at; `level` is "danger", "warning" or "info"."""

    level: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the plot: how many channels have a guide until its end, in words, numbers and pixels."""

    label: str
    number: int
    percent: int
    x: int
    y: int
    height: int


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Put what the dashboard shows into its context (Unfold's DASHBOARD_CALLBACK)."""
    sight, now = Sight(staff_of(request)), timezone.now()
    bars = _coverage(sight, now)
    return context | {
        "cards": list(_cards(sight, now)),
        "tasks": [task for find in _TASKS for task in find(sight, now)],
        "bars": bars,
        "coverage_total": max((bar.number for bar in bars), default=0),
    }


# --- numbers ---------------------------------------------------------------------------------------------------------


def _cards(sight: Sight, now: datetime) -> Iterator[Card]:
    if sight.may(Channel):
        rows = sight.rows(Channel)
        part = _("%(number)d on air") % {"number": rows.filter(is_enabled=True).count()}
        yield Card(_("Channels"), rows.count(), list_url("catalog.channel"), part)
    if sight.may(Customer):
        yield Card(_("Customers"), sight.rows(Customer).count(), list_url("subscribers.customer"))
    if sight.may(Account):
        rows = sight.rows(Account)
        part = _("%(number)d active") % {"number": rows.filter(is_active=True).count()}
        yield Card(_("Accounts"), rows.count(), list_url("subscribers.account"), part)
    if sight.may(Device):
        yield Card(_("Devices"), sight.rows(Device).count(), list_url("subscribers.device"))
    if sight.may(Session):
        rows = sight.rows(Session)
        part = _("%(number)d online") % {"number": rows.filter(last_seen_at__gt=online_since(now)).count()}
        yield Card(_("Sessions"), rows.count(), list_url("subscribers.session"), part)


# --- what needs attention --------------------------------------------------------------------------------------------


def _sources(sight: Sight, now: datetime) -> Iterator[Task]:
    for source in sight.rows(GuideSource).filter(is_enabled=True, last_outcome="failed")[:5]:
        url = reverse("admin:catalog_guidesource_change", args=(source.pk,))
        yield Task("danger", _("Guide source “%(name)s” failed.") % {"name": source.name}, url)


def _servers(sight: Sight, now: datetime) -> Iterator[Task]:
    if not sight.may(StreamingServer) or sight.rows(StreamingServer).filter(is_enabled=True).exists():
        return
    if sight.rows(Channel).filter(is_enabled=True, stream_url="").exists():
        words = _("There are channels but no streaming server that is switched on.")
        yield Task("danger", words, list_url("delivery.streamingserver"))


def _webhooks(sight: Sight, now: datetime) -> Iterator[Task]:
    for endpoint in sight.rows(Endpoint).filter(is_enabled=False).exclude(off_because="")[:5]:
        url = reverse("admin:webhooks_endpoint_change", args=(endpoint.pk,))
        words = _("The webhook “%(name)s” does not work and is switched off.")
        yield Task("danger", words % {"name": endpoint.name}, url)


def _without_guide(sight: Sight, now: datetime) -> Iterator[Task]:
    number = sight.rows(Channel).filter(is_enabled=True, guide_channel=None).count()
    if number:
        words = ngettext("%(number)d channel has no guide.", "%(number)d channels have no guide.", number)
        params = {"guide": "no", "is_enabled__exact": 1}
        yield Task("warning", words % {"number": number}, list_url("catalog.channel", params))


def _guide_ends(sight: Sight, now: datetime) -> Iterator[Task]:
    limit = int((now + GUIDE_ENDS_SOON).timestamp())
    ends = _with_end(sight.rows(GuideChannel).filter(Exists(Channel.objects.filter(guide_channel=OuterRef("pk")))))
    number = ends.filter(Q(end=None) | Q(end__lt=limit)).count()
    if number:
        words = ngettext(
            "The guide of %(number)d channel ends within a day.",
            "The guides of %(number)d channels end within a day.",
            number,
        )
        yield Task("warning", words % {"number": number}, reverse("admin:guide_grid"))


def _matches(sight: Sight, now: datetime) -> Iterator[Task]:
    number = sight.rows(Channel).filter(guide_match=MatchState.BY_NAME).count()
    if number:
        words = ngettext(
            "%(number)d guide match waits for a look.", "%(number)d guide matches wait for a look.", number
        )
        yield Task("info", words % {"number": number}, reverse("admin:guide_matches"))


def _maintenance(sight: Sight, now: datetime) -> Iterator[Task]:
    running = Q(begins_at__lte=now, is_finished=False) & (Q(ends_at=None) | Q(ends_at__gt=now))
    for each in sight.rows(Maintenance).filter(running)[:5]:
        url = reverse("admin:delivery_maintenance_change", args=(each.pk,))
        yield Task("warning", _("Maintenance now: %(name)s") % {"name": each}, url)


def _expiring(sight: Sight, now: datetime) -> Iterator[Task]:
    today = timezone.localdate(now)
    soon = (today, today + timedelta(days=3))
    number = sight.rows(Account).filter(is_active=True, deactivates_on__range=soon).count()
    if number:
        words = ngettext(
            "%(number)d account ends within three days.", "%(number)d accounts end within three days.", number
        )
        params = {"deactivates_on_from": soon[0], "deactivates_on_to": soon[1]}
        yield Task("info", words % {"number": number}, list_url("subscribers.account", params))


def _tariffs(sight: Sight, now: datetime) -> Iterator[Task]:
    if not sight.may(Tariff):
        return
    empty = sight.rows(Tariff).filter(is_enabled=True, is_archived=False, all_channels=False, channels=None)
    for tariff in empty.filter(used_for_channels=True)[:3]:
        url = reverse("admin:catalog_tariff_change", args=(tariff.pk,))
        yield Task("info", _("Tariff “%(name)s” has no channels.") % {"name": tariff.name}, url)


def _ingest(sight: Sight, now: datetime) -> Iterator[Task]:
    for inbox in sight.rows(Inbox).filter(is_enabled=True).exclude(failure="")[:3]:
        words = _("Inbox “%(name)s”: %(text)s") % {"name": inbox.name, "text": inbox.failure}
        yield Task("danger", words, record_url(inbox))
    for edge in sight.rows(Edge).filter(is_enabled=True).exclude(failure="")[:3]:
        words = _("Edge “%(name)s”: %(text)s") % {"name": edge.name, "text": edge.failure}
        yield Task("danger", words, record_url(edge))
    yield from _packages(sight)


def _packages(sight: Sight) -> Iterator[Task]:
    waiting = sight.rows(Ticket).filter(IS_OPEN)
    by_hand = {"state": State.WAIT_ENCRYPTING, "inbox__encryptor": EncryptorKind.MANUAL}
    number = waiting.filter(attempts__gte=FAILS_OFTEN).count()
    if number:
        words = ngettext(
            "%(number)d package fails again and again.", "%(number)d packages fail again and again.", number
        )
        yield Task("warning", words % {"number": number}, reverse("admin:ingest_board"))
    number = waiting.filter(is_held=False, **by_hand).count()
    if number:
        words = ngettext(
            "%(number)d package waits for somebody who encrypts it.",
            "%(number)d packages wait for somebody who encrypts them.",
            number,
        )
        params = {"state__exact": State.WAIT_ENCRYPTING.value}
        yield Task("info", words % {"number": number}, list_url("ingest.ticket", params))


_TASKS: tuple[Callable[[Sight, datetime], Iterator[Task]], ...] = (
    _sources,
    _servers,
    _webhooks,
    _ingest,
    _maintenance,
    _without_guide,
    _guide_ends,
    _matches,
    _expiring,
    _tariffs,
)


# --- how far the guide reaches ---------------------------------------------------------------------------------------


def _with_end(guide_channels: QuerySet[Any]) -> QuerySet[Any]:
    """Guide channels with `end`, the stop of their last programme, found through the (channel, start) index."""
    last = Programme.objects.filter(guide_channel=OuterRef("pk")).order_by("-start").values("stop")[:1]
    return guide_channels.annotate(end=Subquery(last))


def _coverage(sight: Sight, now: datetime) -> list[Bar]:
    used = sight.rows(Channel).filter(is_enabled=True).values("guide_channel")
    ends = list(_with_end(sight.rows(GuideChannel).filter(pk__in=used)).values_list("end", flat=True))
    total = len(ends)
    bars = []
    for number in range(DAYS):
        moment = now + timedelta(days=number)
        covered = sum(1 for end in ends if end is not None and end > moment.timestamp())
        height = round(120 * covered / total) if total else 0
        percent = round(100 * covered / total) if total else 0
        label = date_format(timezone.localdate(moment), "D j")
        bars.append(Bar(label, covered, percent, number * 60 + 8, 130 - height, height))
    return bars if total else []
