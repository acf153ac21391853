"""Queues and statistics of ingest: how long they are, what came through a day, how long it took, why not."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median, quantiles
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from headend.ingest.models import STATES, Inbox, Ticket
from headend.ingest.queries import IS_OPEN
from headend.ingest.rules.states import FINAL, State
from headend.interfaces.console.charts import Bar, bar_chart
from headend.interfaces.console.ingest_words import main_sentence
from headend.interfaces.console.reach import Sight, staff_of

DAYS = 14
MOST_READ = 100_000
MOST_REASONS = 15
_PLACE = re.compile(r" \([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Durations:
    """How long packages took from their arrival to their publication."""

    number: int
    median: str = ""
    most: str = ""  # that 95 % do not pass


def ingest_figures(request: HttpRequest) -> HttpResponse:
    """The page of the last two weeks."""
    sight, now = Sight(staff_of(request)), timezone.now()
    if not sight.may(Ticket):
        raise PermissionDenied
    days = [timezone.localdate(now) - timedelta(days=back) for back in reversed(range(DAYS))]
    through = _through(sight, days[0])
    context = {
        **admin.site.each_context(request),
        "title": _("Queues and statistics"),
        "states": [words for state, words in STATES.items() if state not in FINAL],
        "queues": _queues(sight),
        "bars": _bars(days, through),
        "durations": _durations(through),
        "reasons": _reasons(sight, days[0]),
        "days": DAYS,
    }
    return TemplateResponse(request, "console/ingest_figures.html", context)


def _queues(sight: Sight) -> list[tuple[str, list[int], int]]:
    """For each inbox how many packages are in each state; the last row is all of them."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    found = sight.rows(Ticket).filter(IS_OPEN).values_list("inbox", "state").annotate(number=Count("pk"))
    for inbox, state, number in found:
        counted[inbox][state] = number
    names = dict(sight.rows(Inbox).values_list("pk", "name"))
    rows = [_queue(names.get(inbox, f"#{inbox}"), counts) for inbox, counts in counted.items()]
    total: Counter[str] = sum((Counter(counts) for counts in counted.values()), Counter())
    return [*sorted(rows), _queue(_("Total"), total)]


def _queue(name: str, counts: Any) -> tuple[str, list[int], int]:
    numbers = [counts.get(state.value, 0) for state in STATES if state not in FINAL]
    return name, numbers, sum(numbers)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _through(sight: Sight, since: date) -> list[tuple[str, datetime, datetime]]:
    """State, arrival and end of what was published or rejected since a day, the newest ones where there are many."""
    rows = sight.rows(Ticket).filter(is_open=False, closed_at__gte=_midnight(since)).order_by("-closed_at")
    return list(rows.values_list("state", "arrived_at", "closed_at")[:MOST_READ])


def _bars(days: Sequence[date], through: Sequence[tuple[str, datetime, datetime]]) -> list[Bar]:
    """Published and rejected, a day; nothing where there was none of either."""
    counts = Counter((state, timezone.localdate(ended)) for state, _arrived, ended in through)
    published, rejected = ([counts[state, day] for day in days] for state in (State.CLOSED, State.REJECTED))
    return bar_chart([date_format(day, "D j") for day in days], published, rejected) if through else []


def _durations(through: Sequence[tuple[str, datetime, datetime]]) -> Durations:
    seconds = [(ended - arrived).total_seconds() for state, arrived, ended in through if state == State.CLOSED]
    if not seconds:
        return Durations(0)
    most = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Durations(len(seconds), _words(median(seconds)), _words(most))


def _words(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _reasons(sight: Sight, since: date) -> list[tuple[str, int]]:
    """Why packages were rejected, the most frequent first; place and details make no reason of their own."""
    rejected = sight.rows(Ticket).filter(state=State.REJECTED, is_open=False, closed_at__gte=_midnight(since))
    found = rejected.order_by("-closed_at").values_list("reason", flat=True)[:MOST_READ]
    counts = Counter(main_sentence(_PLACE.sub("", reason)) or _("no reason was given") for reason in found)
    return counts.most_common(MOST_REASONS)
