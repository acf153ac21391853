"""The live board: packages by state, what goes to the edges now, who works, and the switches of the work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from headend.ingest.actions.lease import the_lease
from headend.ingest.actions.work import MOST_AT_ONCE, set_work
from headend.ingest.models import STATES, Inbox, Incomplete, Lease, Mode, Ticket, Transfer, TransferState
from headend.ingest.queries import IS_OPEN, LARGE, count_by_state
from headend.ingest.rules.states import FINAL, RUNNING, State
from headend.interfaces.console.ingest_ticket_page import STATE_COLOURS, transfer_rows
from headend.interfaces.console.ingest_words import in_words
from headend.interfaces.console.lists import list_url
from headend.interfaces.console.reach import Sight, reachable, staff_of
from headend.interfaces.console.screens import actor_of

SHOWN = 8
MOST_TRANSFERS = 30
MOST_INCOMPLETE = 10
DAY = timedelta(days=1)
SWITCHES = (
    (Mode.WORK, "play_arrow", _("Go on")),
    (Mode.DRAIN, "pause", _("Pause: end what runs")),
    (Mode.STOP, "stop", _("Stop now")),
)


@dataclass(frozen=True, slots=True)
class Lane:
    """A state with how many packages are in it, and the first of them; `held` and `failing` count among those."""

    words: Any
    colour: str
    count: int
    tickets: list[Ticket]
    url: str
    held: int = 0
    failing: int = 0


class WorkForm(forms.Form):
    transfers = forms.IntegerField(
        label=_("Transfers at once"), min_value=1, max_value=MOST_AT_ONCE, widget=UnfoldAdminIntegerFieldWidget
    )
    encryptions = forms.IntegerField(
        label=_("Encryptions at once"), min_value=1, max_value=MOST_AT_ONCE, widget=UnfoldAdminIntegerFieldWidget
    )


def ingest_board(request: HttpRequest) -> HttpResponse:
    """The board. htmx asks for its live part again and again, and says how often the holder had beaten before."""
    sight = Sight(staff_of(request))
    if not sight.may(Ticket):
        raise PermissionDenied
    lease, form = the_lease(), WorkForm(request.POST if "transfers" in request.POST else None)
    may_steer = sight.may(Lease, "change")
    if request.method == "POST":
        if not may_steer:
            raise PermissionDenied
        if answer := _steered(request, form):
            return answer
    elif not form.is_bound:
        form = WorkForm(initial={"transfers": lease.transfers, "encryptions": lease.encryptions})
    live = _live(request, sight, lease, timezone.now())
    if request.headers.get("HX-Request"):
        return TemplateResponse(request, "console/ingest_live.html", live)
    more = {"title": _("Board"), "switches": SWITCHES if may_steer else (), "form": form}
    return TemplateResponse(request, "console/ingest_board.html", {**admin.site.each_context(request), **more, **live})


def _steered(request: HttpRequest, form: WorkForm) -> HttpResponse | None:
    """What became of a switch or of the settings; None where the form has to be shown again."""
    if form.is_bound:
        if not form.is_valid():
            return None
        set_work(actor=actor_of(request), **form.cleaned_data)
    elif request.POST.get("mode") in Mode.values:
        set_work(actor=actor_of(request), mode=request.POST["mode"])
    else:
        raise PermissionDenied
    messages.success(request, _("Whoever works has been told."))
    return HttpResponseRedirect(reverse("admin:ingest_board"))


def _live(request: HttpRequest, sight: Sight, lease: Lease, now: datetime) -> dict[str, Any]:
    # Who may see packages may see them going out.
    transfers = reachable(Transfer, staff_of(request)).filter(state=TransferState.RUNNING)
    return {
        "lanes": list(_lanes(sight, now)),
        "transfers": transfer_rows(transfers.select_related("ticket").order_by("started_at", "pk")[:MOST_TRANSFERS]),
        "incomplete": _incomplete(sight),
        "lease": lease,
        "is_silent": bool(lease.holder) and request.GET.get("beats") == str(lease.beats),
        "waits": sight.rows(Ticket).filter(IS_OPEN).exists(),
        "now": now,
    }


def _incomplete(sight: Sight) -> list[Incomplete]:
    """Those that wait longest for their files."""
    if not sight.may(Inbox):
        return []
    watched = sight.rows(Inbox).filter(is_enabled=True).order_by().values("pk")
    return list(Incomplete.objects.filter(inbox__in=watched).select_related("inbox")[:MOST_INCOMPLETE])


def _lanes(sight: Sight, now: datetime) -> Iterator[Lane]:
    tickets = sight.rows(Ticket)
    counts = count_by_state(tickets.filter(IS_OPEN))
    held = count_by_state(tickets.filter(IS_OPEN, is_held=True))
    failing = count_by_state(tickets.filter(IS_OPEN, attempts__gt=0))
    for state, words in STATES.items():
        if state in FINAL:
            rows = tickets.filter(state=state, closed_at__gte=now - DAY)
            yield _lane(state, words, rows.count(), rows.order_by("-closed_at", "-pk"))
        else:
            # What is running in the order of its beginning, what waits in that of its turn.
            order = ("changed_at", "pk") if state in RUNNING else ("length", "arrived_at", "pk")
            rows = tickets.filter(IS_OPEN, state=state).order_by(*order)
            yield _lane(state, words, counts.get(state, 0), rows, held.get(state, 0), failing.get(state, 0))


def _lane(state: State, words: Any, count: int, rows: Any, held: int = 0, failing: int = 0) -> Lane:
    shown = list(rows.select_related("inbox").defer(*LARGE)[:SHOWN]) if count else []
    for ticket in shown:
        ticket.reason = in_words(ticket.reason)
    url = list_url("ingest.ticket", {"state__exact": state.value})
    return Lane(words, STATE_COLOURS[state.value], count, shown, url, held, failing)
