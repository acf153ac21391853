"""Screens of edges, of the groups they stand in, and of what lies on them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display

from headend.ingest.actions.edges import check_edge
from headend.ingest.models import Edge, EdgeFile, ServiceGroup, TransportKind
from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.fields import PairsField, SecretField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.forms import ConsoleForm, sealed
from headend.interfaces.console.lists import Counted, record_url
from headend.interfaces.console.reach import staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of


class EdgeForm(ConsoleForm):
    new_password = SecretField(label=_("New password"), help_text=_("It is never shown; empty: it stays as it is."))

    def take_own_fields(self) -> None:
        if self.cleaned_data.get("new_password"):
            self.instance.sealed_password = sealed(self.cleaned_data["new_password"])

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_folder = self.cleaned_data.get("transport") == TransportKind.FOLDER
        touched = {"transport", "path"} & set(self.changed_data)
        if is_folder and touched and not staff_of(self.request).is_superuser:
            self.add_error("transport", ValidationError(_("Folders of this machine are named by superusers.")))
        return cleaned


class EdgeScreen(Switchable):
    form = EdgeForm
    list_display = ("name", "transport", "host", "path", "group_total", "file_total", "checked_at", "state")
    list_filter = (("transport", ChoicesDropdownFilter), ("is_enabled", BooleanRadioFilter))
    search_fields = ("name", "host", "path")
    ordering = ("name", "id")
    autocomplete_fields = ("server",)
    counts = {
        "group_total": Counted(_("service groups"), "groups"),
        "file_total": Counted(_("files"), "files", "ingest.edgefile", "edge__id__exact"),
    }
    readonly_fields = ("checked_at", "failure")
    field_types = {"options": PairsField}
    actions_detail = ("check_now",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "is_enabled"),
                    "transport",
                    ("host", "port"),
                    ("username", "new_password"),
                    ("path", "bytes_per_second"),
                    "server",
                    ("checked_at", "failure"),
                )
            },
        ),
        (_("Options"), {"classes": ["tab"], "fields": ("options",)}),
    )

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Edge) -> tuple[str, Any]:
        if not obj.is_enabled:
            return ("off", _("disabled"))
        if obj.failure:
            return ("warn", _("failing"))
        return ("on", _("answers")) if obj.checked_at else ("info", _("not looked at"))

    @action(
        description=_("Look at it now"),
        permissions=["change"],
        icon="network_check",
        url_path="check",
        dialog={
            "title": _("Look at this edge now?"),
            "description": _("It is reached as for a transfer, and something small is written and taken away again."),
            "form_submit_text": _("Look"),
        },
    )
    def check_now(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Make sure that the edge is there and lets us in."""
        edge: Edge | None = self.get_object(request, object_id)
        if edge is None or not self.has_change_permission(request, edge):
            raise PermissionDenied
        failure = check_edge(
            actor=actor_of(request),
            edge=edge,
            transports=import_string(settings.EDGE_TRANSPORTS),
            sealing_key=settings.ENCRYPTION_KEY,
            now=timezone.now(),
        )
        if failure:
            messages.error(request, failure)
        else:
            messages.success(request, _("The edge answers and can be written to."))
        return self.leave_dialog(request, record_url(edge))


class ServiceGroupScreen(Switchable):
    list_display = ("name", "also", "has_all_edges", "edge_total", "inbox_total", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "also")
    ordering = ("name", "id")
    autocomplete_fields = ("edges",)
    counts = {
        "edge_total": Counted(_("edges"), "edges", "ingest.edge", "groups__id__exact"),
        "inbox_total": Counted(_("inboxes"), "inboxes", "ingest.inbox", "groups__id__exact"),
    }
    field_types = {"multicast": PairsField}
    fieldsets = (
        (None, {"fields": ("operator", ("name", "is_enabled"), "also", "has_all_edges", "edges", "multicast")}),
    )


class EdgeFileScreen(ConsoleAdmin):
    """What lies on edges; ingest alone brings it there and takes it away."""

    is_read_only = True
    list_display = ("remote", "edge", "asset", "size_words", "at", "remove_after")
    list_filter = (("edge", RelatedFilter), ("at", MomentFilter))
    list_select_related = ("edge",)
    search_fields = ("asset", "remote")
    search_help_text = _("Asset id or name on the edge")
    ordering = ("-id",)
    readonly_fields = ("edge", "asset", "remote", "size_words", "sha256", "at", "remove_after")
    fieldsets = ((None, {"fields": readonly_fields}),)

    @display(description=_("size"), ordering="size")
    def size_words(self, obj: EdgeFile) -> str:
        return filesizeformat(obj.size)


SCREENS = {Edge: EdgeScreen, ServiceGroup: ServiceGroupScreen, EdgeFile: EdgeFileScreen}
