"""The console's site: Unfold's, with our pages beside the lists and with autocompletion that names the operator."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from headend.interfaces.console.reach import only_operator, staff_of
from headend.operators.models import OperatorOwned


class ConsoleSite(UnfoldAdminSite):
    index_title = _("Dashboard")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return NamedAutocomplete.as_view(admin_site=self)(request)


class NamedAutocomplete(AutocompleteJsonView):
    """Says which operator a choice belongs to when the staff member works for several."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result: dict[str, str] = super().serialize_result(obj, to_field_name)
        if isinstance(obj, OperatorOwned) and only_operator(staff_of(self.request)) is None:
            result["text"] = f"{obj} · {obj.operator}"
        return result
