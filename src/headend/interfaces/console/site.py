"""The console's site: Unfold's, with our pages beside the lists and with autocompletion that names the operator."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import PasswordChangeView
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from headend.catalog.models import Channel, Tariff
from headend.interfaces.console.customer_card import card_url
from headend.interfaces.console.guide_grid import guide_grid, programme_page
from headend.interfaces.console.ingest_board import ingest_board
from headend.interfaces.console.ingest_figures import ingest_figures
from headend.interfaces.console.ingest_tools import tools_page
from headend.interfaces.console.ingest_upload import upload_page
from headend.interfaces.console.lists import record_url
from headend.interfaces.console.matches import guide_matches
from headend.interfaces.console.menu import Menu
from headend.interfaces.console.preferences import OwnPasswordForm, preferences, switch_language
from headend.interfaces.console.reach import only_operator, staff_of
from headend.interfaces.console.reports import reports_page
from headend.interfaces.console.why import why_page
from headend.operators.models import OperatorOwned
from headend.subscribers.models import Account, Customer, Device

SEARCHED = ((Account, "badge"), (Customer, "home"), (Channel, "live_tv"), (Device, "settings_remote"), (Tariff, "sell"))
MOST_FOUND = 6


class ConsoleSite(UnfoldAdminSite):
    index_title = _("Dashboard")
    index_template = "console/dashboard.html"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """All lists that one may see, looked up where they are shown: every page is given them, our menu needs none."""
        return SimpleLazyObject(lambda: super(ConsoleSite, self).get_app_list(request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> Any:
        return Menu(request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        return NamedAutocomplete.as_view(admin_site=self)(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        request.current_app = self.name
        return PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)

    def extra_urls(self) -> list[Any]:
        """Pages that are no lists; Unfold puts them before its own."""
        return [
            path("guide/", self.admin_view(guide_grid), name="guide_grid"),
            path("guide/<int:number>/", self.admin_view(programme_page), name="programme"),
            path("guide-matches/", self.admin_view(guide_matches), name="guide_matches"),
            path("ingest/board/", self.admin_view(ingest_board), name="ingest_board"),
            path("ingest/figures/", self.admin_view(ingest_figures), name="ingest_figures"),
            path("ingest/upload/", self.admin_view(upload_page), name="ingest_upload"),
            path("ingest/tools/", self.admin_view(tools_page), name="ingest_tools"),
            path("why/", self.admin_view(why_page), name="why"),
            path("reports/<slug:name>/", self.admin_view(reports_page), name="reports"),
            path("preferences/", self.admin_view(preferences), name="preferences"),
            path("language/", switch_language, name="switch_language"),
        ]


class NamedAutocomplete(AutocompleteJsonView):
    """Offers what the screen with the field offers; says whose a choice is when the staff member works for several."""

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        asking: Any = admin.site._registry[self.source_field.model]
        return rows.filter(asking.offered.get(self.source_field.name, Q()))

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result: dict[str, str] = super().serialize_result(obj, to_field_name)
        if isinstance(obj, OperatorOwned) and only_operator(staff_of(self.request)) is None:
            result["text"] = f"{obj} · {obj.operator}"
        return result


def search_records(request: HttpRequest, term: str) -> list[SearchResult]:
    """What the command search (Ctrl+K) finds beside lists and pages: the first few records of each kind."""
    found: list[SearchResult] = []
    for model, icon in SEARCHED:
        screen = admin.site._registry[model]
        if not screen.has_view_permission(request):
            continue
        rows, _duplicates = screen.get_search_results(request, screen.get_queryset(request), term)
        label = str(model._meta.verbose_name)
        found += [SearchResult(str(row), label, _shown_at(row), icon) for row in rows[:MOST_FOUND]]
    return found


def _shown_at(row: Any) -> str:
    return card_url(row) if isinstance(row, Customer) else record_url(row)
