"""The guide of one day as a grid: channels down, hours across."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from headend.catalog.models import Category, Channel, Programme
from headend.interfaces.console.reach import reachable, staff_of
from headend.operators.queries import operators_seen_by

CHANNELS_ON_A_PAGE = 40
LONGEST_PROGRAMME = timedelta(hours=24)  # looked back for what began yesterday and still runs
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Block:
    """A programme in its row; `left` and `width` in per cent of the day."""

    id: int
    title: str
    begins: datetime
    ends: datetime
    left: float
    width: float
    is_now: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A channel and its day."""

    channel: Channel
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the staff member's zone, 23 to 25 hours long; `begin` and `end` in seconds since the epoch."""

    date: date
    begin: int
    end: int

    def place(self, moment: float) -> float:
        """Where a moment stands, in per cent of the day."""
        return 100 * (moment - self.begin) / (self.end - self.begin)


def day_of(wanted: date) -> Day:
    """The day `wanted` of the zone that is active now."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(wanted, time(), zone)
    end = datetime.combine(wanted + timedelta(days=1), time(), zone)
    return Day(wanted, int(begin.timestamp()), int(end.timestamp()))


def guide_grid(request: HttpRequest) -> HttpResponse:
    """Show a day of one operator; query: `operator`, `day` (ISO date), `category`, `q` (part of a channel's name or its
    number), `p` (page).
    """
    if not request.user.has_perm("catalog.view_programme"):
        raise PermissionDenied
    now = timezone.now()
    day = day_of(_wanted_day(request))
    operators = list(operators_seen_by(staff_of(request)).values_list("pk", "name"))
    operator = _wanted_operator(request, [number for number, _name in operators])
    channels = _channels(request).filter(operator=operator)
    page = Paginator(channels, CHANNELS_ON_A_PAGE).get_page(request.GET.get("p"))
    context = {
        **admin.site.each_context(request),
        "title": _("Guide for a day"),
        "day": day.date,
        "previous": day.date - timedelta(days=1),
        "next": day.date + timedelta(days=1),
        "today": timezone.localdate(now),
        "page": page,
        "rows": _rows(list(page.object_list), day, now),
        "hours": [(datetime.fromtimestamp(at, UTC), day.place(at)) for at in range(day.begin, day.end, 3600)],
        "now_place": day.place(now.timestamp()) if day.begin <= now.timestamp() < day.end else None,
        "operators": operators,
        "operator": operator,
        "categories": list(Category.objects.filter(operator=operator).values_list("pk", "name")),
        "category": request.GET.get("category", ""),
        "query": request.GET.get("q", ""),
        "is_fullwidth": True,
    }
    return TemplateResponse(request, "console/guide_grid.html", context)


def _wanted_operator(request: HttpRequest, numbers: Sequence[int]) -> int | None:
    """The operator that was asked for; without one, or when it is out of reach, the staff member's own or the first."""
    wanted = request.GET.get("operator", "")
    own = staff_of(request).operator_id
    return next((n for n in (*(n for n in numbers if str(n) == wanted), own, *numbers) if n in numbers), None)


def _wanted_day(request: HttpRequest) -> date:
    try:
        wanted = parse_date(request.GET.get("day", ""))
    except ValueError:
        wanted = None
    return wanted if wanted and FIRST_YEAR <= wanted.year < LAST_YEAR else timezone.localdate()


def _channels(request: HttpRequest) -> Any:
    channels = reachable(Channel, staff_of(request)).filter(is_enabled=True).select_related("guide_channel")
    category, query = request.GET.get("category", ""), request.GET.get("q", "").strip().replace("\0", "")
    if category.isdecimal() and len(category) < 19:
        channels = channels.filter(category=int(category))
    if query.isdecimal() and len(query) < 7:
        channels = channels.filter(lcn=int(query))
    elif query:
        screen = admin.site._registry[Channel]
        channels = screen.get_search_results(request, channels, query)[0]
    return channels.order_by("sort", "lcn", "name", "pk")


def _rows(channels: Sequence[Channel], day: Day, now: datetime) -> list[Row]:
    found = _programmes(channels, day)
    return [Row(channel, _blocks(channel, found[channel.guide_channel_id], day, now)) for channel in channels]


def _programmes(channels: Sequence[Channel], day: Day) -> dict[int | None, list[Programme]]:
    """The programmes of the day and, for guides that are shifted, of what stands beside it: one query."""
    guides = {channel.guide_channel for channel in channels if channel.guide_channel}
    shift = max((abs(channel.guide_shift_minutes) for channel in channels), default=0) * 60
    rows = Programme.objects.filter(
        guide_channel__in=[guide.pk for guide in guides],
        start__gt=day.begin - shift - int(LONGEST_PROGRAMME.total_seconds()),
        start__lt=day.end + shift,
        stop__gt=day.begin - shift,
    )
    found: dict[int | None, list[Programme]] = defaultdict(list)
    for row in rows.only("pk", "guide_channel_id", "start", "stop", "title").order_by("guide_channel_id", "start"):
        found[row.guide_channel_id].append(row)
    return found


def _blocks(channel: Channel, programmes: Iterable[Programme], day: Day, now: datetime) -> list[Block]:
    shift = channel.guide_shift_minutes * 60
    blocks = []
    for programme in programmes:
        start, stop = programme.start + shift, programme.stop + shift
        first, last = max(start, day.begin), min(stop, day.end)
        if first < last:
            left = day.place(first)
            blocks.append(
                Block(
                    id=programme.pk,
                    title=programme.title,
                    begins=datetime.fromtimestamp(start, UTC),
                    ends=datetime.fromtimestamp(stop, UTC),
                    left=round(left, 3),
                    width=round(day.place(last) - left, 3),
                    is_now=start <= now.timestamp() < stop,
                )
            )
    return blocks


def programme_page(request: HttpRequest, number: int) -> HttpResponse:
    """All that the guide says of one programme; the grid shows it in a window."""
    if not request.user.has_perm("catalog.view_programme"):
        raise PermissionDenied
    rows = reachable(Programme, staff_of(request)).select_related("guide_channel__source", "category")
    programme = rows.filter(pk=number).first()
    if programme is None:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": programme.title,
        "programme": programme,
        "begins": datetime.fromtimestamp(programme.start, UTC),
        "ends": datetime.fromtimestamp(programme.stop, UTC),
        "minutes": round((programme.stop - programme.start) / 60),
        "details": details_of(programme),
        "channels": reachable(Channel, staff_of(request)).filter(guide_channel=programme.guide_channel_id)[:10],
    }
    return TemplateResponse(request, "console/programme.html", context)


def details_of(programme: Programme) -> dict[str, Any]:
    """The details of a programme as they were written; empty when they cannot be read."""
    try:
        details = json.loads(programme.details)
    except json.JSONDecodeError:
        return {}
    return details if isinstance(details, dict) else {}
