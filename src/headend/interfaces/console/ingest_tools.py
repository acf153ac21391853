"""Tools: finding a title by its asset, name or file, reports of titles, and cleaning shelves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from headend.ingest.models import EdgeFile, Ticket
from headend.interfaces.console.reach import Sight, only_operator, reachable, staff_of
from headend.interfaces.console.screens import actor_of
from headend.operators.models import Operator
from headend.subscribers.queries import accounts_of_devices
from headend.viewing.actions.shelves import clean_shelf
from headend.viewing.queries import Shelf, shelf_of, shelves_with
from headend.vod.models import Title

MOST_FOUND = 20
MOST_SHOWN = 50
CLEANS = ("ingest.change_ticket", "viewing.view_titlepurchase")


class ShelfForm(forms.Form):
    """Whose shelf is cleaned: a device's account's, or everybody's of a title."""

    operator = forms.ModelChoiceField(
        Operator.objects.none(), label=gettext_lazy("Operator"), widget=UnfoldAdminSelectWidget
    )
    device = forms.CharField(
        label=gettext_lazy("Device id (MAC)"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    title = forms.CharField(
        label=gettext_lazy("Asset id or number of a title"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["operator"]
        field.queryset, only = reachable(Operator, staff_of(request)), only_operator(staff_of(request))
        if only is not None:
            field.initial, field.widget = only, forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("device")) == bool(cleaned.get("title")):
            raise forms.ValidationError(_("Name either a device or a title."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Look:
    """What would go: whose, how much, and the first of it."""

    whose: str
    number: int
    purchases: list[Any]
    tickets: list[Any]


def tools_page(request: HttpRequest) -> HttpResponse:
    """Search by `q`; a POST looks at a shelf, and cleans it when that is confirmed."""
    sight = Sight(staff_of(request))
    if not sight.may(Ticket):
        raise PermissionDenied
    may_clean, look = request.user.has_perms(CLEANS), None
    form = ShelfForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_clean:
            raise PermissionDenied
        if form.is_valid():
            look = _cleaned(request, form.cleaned_data)
            if look is None:
                return HttpResponseRedirect(reverse("admin:ingest_tools"))
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    context = {
        **admin.site.each_context(request),
        "title": _("Tools"),
        "text": text,
        "found": _found(sight, text) if text else None,
        "may_report": sight.may(Title),
        "form": form if may_clean else None,
        "look": look,
    }
    return TemplateResponse(request, "console/ingest_tools.html", context)


def _found(sight: Sight, text: str) -> dict[str, Any]:
    """Titles, packages and files on edges with a text in their asset, name or file."""
    in_title = Q(external_id__icontains=text) | Q(name__icontains=text) | Q(assets__file_name__icontains=text)
    in_ticket = Q(asset__icontains=text) | Q(name__icontains=text) | Q(file_name__icontains=text)
    in_file = Q(asset__icontains=text) | Q(remote__icontains=text)
    titles = sight.rows(Title).filter(in_title).distinct().order_by("name", "pk")
    tickets = sight.rows(Ticket).filter(in_ticket).select_related("inbox").order_by("-pk")
    files = sight.rows(EdgeFile).filter(in_file).select_related("edge").order_by("-pk")
    return {"titles": titles[:MOST_FOUND], "tickets": tickets[:MOST_FOUND], "files": files[:MOST_FOUND]}


def _cleaned(request: HttpRequest, asked: Mapping[str, Any]) -> Look | None:
    """What would go, to be looked at; None once it is gone, or when there is no such device or title."""
    now = timezone.now()
    found = _shelf(asked, now)
    if found is None:
        messages.error(request, _("There is no such device or title; nothing was changed."))
        return None
    with transaction.atomic():
        whose, shelf = found
        purchases, tickets = list(shelf.purchases.select_for_update()), list(shelf.tickets.select_for_update())
        number = len(purchases) + len(tickets)
        if request.POST.get("confirmed") != str(number) or not number:
            return _look(whose, shelf, number)
        gone = clean_shelf(actor=actor_of(request), purchases=purchases, tickets=tickets, now=now)
    words = ngettext("%(number)d thing was taken off the shelf.", "%(number)d things were taken off the shelf.", gone)
    messages.success(request, words % {"number": gone})
    return None


def _look(whose: str, shelf: Shelf, number: int) -> Look:
    purchases = shelf.purchases.select_related("account", "title")[:MOST_SHOWN]
    tickets = shelf.tickets.select_related("account", "seance__title")[:MOST_SHOWN]
    return Look(whose, number, list(purchases), list(tickets))


def _shelf(asked: Mapping[str, Any], now: datetime) -> tuple[str, Shelf] | None:
    operator, device, title = asked["operator"].pk, asked["device"].strip(), asked["title"].strip()
    if device:
        spellings = (device, device.upper(), device.lower())
        accounts = {account.pk: account for account in accounts_of_devices(operator, spellings).values()}
        account = accounts.popitem()[1] if len(accounts) == 1 else None
        return (_("account %(number)s") % {"number": account.number}, shelf_of(account, now)) if account else None
    by_number = Q(pk=int(title)) if title.isdecimal() and len(title) < 19 else Q()
    found = Title.objects.of(operator).filter(Q(external_id=title) | by_number if by_number else Q(external_id=title))
    one = found.first() if found.count() == 1 else None
    return (str(one), shelves_with(one, now)) if one else None
