"""Screens of packages on their way: the list of tickets, and the page of one with what may be done to it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from headend.ingest.actions.deeds import do
from headend.ingest.models import Ticket
from headend.ingest.queries import LARGE
from headend.ingest.rules.deeds import WANT_REASON, Deed
from headend.ingest.rules.states import State
from headend.interfaces.console.bulk import BulkActions
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.ingest_ticket_page import DEEDS, LONGEST_REASON, STATE_COLOURS, ticket_page
from headend.interfaces.console.lists import record_url
from headend.interfaces.console.reach import may_write, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError


class TicketSheet(Sheet):
    model = Ticket
    columns = (
        "name", "asset", "kind", "load_mode", "state", "is_held", "reason", "inbox", "file_name", "attempts",
        "arrived_at", "changed_at", "closed_at", "title",
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=UnfoldAdminTextInputWidget)


class OptionalReasonForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


def _in_bulk(deed: Deed) -> Callable[..., Any]:
    """The action of a list that does a deed to all chosen tickets that take it."""
    form = ReasonForm if deed in WANT_REASON else OptionalReasonForm

    def run(self: "TicketScreen", request: HttpRequest, queryset: Any) -> Any:
        return self.do_to_all(request, queryset, deed, form)

    run.__name__ = deed.value
    return action(description=DEEDS[deed][0], permissions=["handle"])(run)


class TicketScreen(BulkActions, ExchangeAdmin):
    """Packages, each with its state. They come by themselves; staff only steer them."""

    is_read_only = True
    may_import = False
    sheet = TicketSheet
    list_display = (
        "title_cell",
        "asset",
        "state_label",
        "load_mode",
        "kind",
        "inbox",
        "marks",
        "arrived_at",
        "changed_at",
    )
    list_display_links = None
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("load_mode", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("inbox", RelatedFilter),
        ("is_held", BooleanRadioFilter),
        ("is_open", BooleanRadioFilter),
        ("arrived_at", MomentFilter),
    )
    list_select_related = ("inbox",)
    search_fields = ("asset", "name", "file_name")
    search_help_text = _("Asset id, title or file")
    ordering = ("-id",)
    hold = _in_bulk(Deed.HOLD)
    release = _in_bulk(Deed.RELEASE)
    retry = _in_bulk(Deed.RETRY)
    reject = _in_bulk(Deed.REJECT)
    reopen = _in_bulk(Deed.REOPEN)
    actions = ("hold", "release", "retry", "reject", "reopen")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer(*LARGE)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may steer tickets."""
        return request.user.has_perm("ingest.change_ticket")

    @display(description=_("package"), ordering="name")
    def title_cell(self, obj: Ticket) -> SafeString:
        words = obj.name or obj.file_name
        return format_html('<a class="console-link" href="{}">{} {}</a>', record_url(obj), obj.pk, words)

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def state_label(self, obj: Ticket) -> tuple[str, Any]:
        return (obj.state, obj.get_state_display())

    @display(description=_("marks"))
    def marks(self, obj: Ticket) -> SafeString:
        found = [words for is_so, words in _marks(obj) if is_so]
        return format_html_join(", ", "{}", ((words,) for words in found))

    # --- one ticket --------------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of a ticket; a POST does a deed to it."""
        found: Ticket | None = self.get_object(request, object_id)
        if found is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return gone
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        ticket = Ticket.objects.select_related("inbox", "title").get(pk=found.pk)
        if request.method == "POST":
            return self._do(request, ticket)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": ticket}
        return ticket_page(context, request, ticket, may_handle=self.has_handle_permission(request))

    def _do(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        if not self.has_handle_permission(request):
            raise PermissionDenied
        deed, state = request.POST.get("deed", ""), request.POST.get("state", "")
        try:
            do(
                actor=actor_of(request),
                ticket=ticket,
                deed=Deed(deed),
                now=timezone.now(),
                reason=request.POST.get("reason", "").strip()[:LONGEST_REASON],
                state=State(state) if state and deed == Deed.SET_STATE else None,
            )
            messages.success(request, DEEDS[Deed(deed)][2])
        except HeadendError as error:
            messages.error(request, explain(error))
        except ValueError:
            messages.error(request, _("There is no such state or deed."))
        return HttpResponseRedirect(record_url(ticket))

    # --- many --------------------------------------------------------------------------------------------------------

    def do_to_all(self, request: HttpRequest, queryset: Any, deed: Deed, form: type[forms.Form]) -> Any:
        """Ask for a reason and do a deed to the chosen tickets; those that do not take it stay as they are."""
        asked = self.ask(request, queryset, DEEDS[deed][0], form)
        if not isinstance(asked, forms.Form):
            return asked
        done = refused = 0
        for ticket in queryset.select_related("inbox").defer(None):
            if not may_write(ticket, staff_of(request)):
                continue
            try:
                reason = asked.cleaned_data["reason"]
                do(actor=actor_of(request), ticket=ticket, deed=deed, now=timezone.now(), reason=reason)
                done += 1
            except HeadendError:
                refused += 1
        self.tell(request, done)
        if refused:
            words = ngettext(
                "%(number)d ticket is not in a state in which this can be done.",
                "%(number)d tickets are not in a state in which this can be done.",
                refused,
            )
            messages.warning(request, words % {"number": refused})
        return None


def _marks(ticket: Ticket) -> tuple[tuple[bool, Any], ...]:
    return (
        (ticket.is_held, _("held")),
        (ticket.awaits_insert, _("waits for its insert")),
        (ticket.is_open and ticket.attempts > 0, _("failed %(number)d times") % {"number": ticket.attempts}),
    )


SCREENS = {Ticket: TicketScreen}
