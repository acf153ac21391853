"""Screens of the guide: its sources, channels, categories and programmes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter
from unfold.decorators import action, display

from headend.catalog.models import (
    GuideCategory,
    GuideCategoryMapping,
    GuideChannel,
    GuideSource,
    Programme,
    ProgrammeBlocking,
)
from headend.interfaces.console.bring_in import upload_guide_page
from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.catalog import NAMES, logo
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import SharedChoiceField, ZoneField
from headend.interfaces.console.filters import MomentFilter, PresenceFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES
from headend.interfaces.console.lists import Counted, record_url
from headend.interfaces.console.reach import may_write, staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.jobs.guide import import_guide_source
from headend.operators.actions import record

OUTCOME_COLOURS = {"good": "success", "partly": "warning", "failed": "danger", "": "default"}
DAYS_AROUND = 8


class GuideSourceSheet(Sheet):
    model = GuideSource
    columns = ("name", "url", "time_zone", "is_enabled", "interval_minutes")
    keys = (("name",),)


class GuideSourceScreen(Switchable, ExchangeAdmin):
    sheet = GuideSourceSheet
    list_display = ("name", "owner", "interval", "last_run_at", "outcome", "channel_total", "next_run_at", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name",)
    counts = {"channel_total": Counted(_("channels"), "channels", "catalog.guidechannel", "source__id__exact")}
    field_types = {"time_zone": ZoneField}
    readonly_fields = ("last_run_at", "outcome_words")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "is_enabled"),
                    "url",
                    ("time_zone", "interval_minutes"),
                    "next_run_at",
                    ("last_run_at", "outcome_words"),
                )
            },
        ),
    )
    change_form_after_template = "console/guide_report.html"
    actions_detail = ("import_now", "upload")

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        # The address of a source that serves all operators may hold the platform's own credentials.
        return hidden if obj is None or may_write(obj, staff_of(request)) else hidden | {"url"}

    @action(
        description=_("Import now"),
        permissions=["change"],
        icon="sync",
        url_path="import-now",
        dialog={
            "title": _("Import this guide now?"),
            "description": _("The worker fetches it, whether or not it has changed."),
            "form_submit_text": _("Import now"),
        },
    )
    def import_now(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Put the import of a source on the worker's queue."""
        source = self._mine(request, object_id)
        if source.url:
            record(actor=actor_of(request), verb="import", obj=source, changes={})
            import_guide_source(source.pk, is_forced=True)
            messages.success(request, _("The guide is being imported; what it did will be shown below."))
        else:
            messages.error(request, _("This source has no address; import a file instead."))
        return self.leave_dialog(request, record_url(source))

    @action(description=_("Import a file"), permissions=["change"], icon="upload_file", url_path="upload")
    def upload(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that takes an XMLTV file for this source."""
        return upload_guide_page(request, self._mine(request, object_id))

    def _mine(self, request: HttpRequest, object_id: str) -> GuideSource:
        source: GuideSource | None = self.get_object(request, object_id)
        if source is None or not self.has_change_permission(request, source):
            raise PermissionDenied
        return source

    @display(description=_("serves"))
    def owner(self, obj: GuideSource) -> str:
        return str(obj.operator) if obj.operator else str(_("all operators"))

    @display(description=_("every"), ordering="interval_minutes")
    def interval(self, obj: GuideSource) -> str:
        if not obj.interval_minutes:
            return str(_("by hand"))
        hours = obj.interval_minutes / 60
        return str(_("%(hours)g h") % {"hours": round(hours, 1)})

    @display(description=_("outcome"), ordering="last_outcome", label=OUTCOME_COLOURS)
    def outcome(self, obj: GuideSource) -> tuple[str, Any]:
        return (obj.last_outcome, self.outcome_words(obj))

    @display(description=_("outcome"))
    def outcome_words(self, obj: GuideSource) -> Any:
        words = {"good": _("good"), "partly": _("with errors"), "failed": _("failed")}
        return words.get(obj.last_outcome, obj.last_outcome or "—")


class UsedFilter(PresenceFilter):
    title = _("use")
    parameter_name = "used"
    lookup = {"channels__isnull": True}
    having = _("has a channel")
    missing = _("without a channel")


class GuideChannelScreen(BulkActions):
    list_display = ("picture", "name", "guide_id", "source", "shift_minutes", "channel_total", "programme_total")
    list_display_links = ("picture", "name")
    list_filter = (("source", RelatedFilter), UsedFilter)
    list_select_related = ("source",)
    search_fields = ("name", "guide_id")
    ordering = ("source_id", "name", "id")
    counts = {
        "channel_total": Counted(_("channels"), "channels", "catalog.channel", "guide_channel__id__exact"),
        "programme_total": Counted(_("programmes"), "programmes", "catalog.programme", "guide_channel__id__exact"),
    }
    readonly_fields = ("source", "guide_id", "name", "other_names", "picture")
    fieldsets = ((None, {"fields": (("picture", "source"), ("name", "guide_id"), "other_names", "shift_minutes")}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @display(description="")
    def picture(self, obj: GuideChannel) -> SafeString:
        return logo(obj.icon_url, str(obj))

    @display(description=_("all names"))
    def other_names(self, obj: GuideChannel) -> str:
        return ", ".join(map(str, obj.names)) or "—"


class GuideCategorySheet(Sheet):
    model = GuideCategory
    columns = ("name", *EXTRA_NAMES, "sort")
    keys = (("name",),)


class GuideCategoryScreen(ExchangeAdmin):
    sheet = GuideCategorySheet
    list_display = ("name", "sort", "mapping_total")
    search_fields = ("name", *EXTRA_NAMES)
    counts = {
        "mapping_total": Counted(
            _("source's words"), "guidecategorymapping", "catalog.guidecategorymapping", "category__id__exact"
        )
    }
    fieldsets = ((None, {"fields": (*NAMES, "sort")}),)

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        # These serve all operators, whose languages differ: the columns are shown by their numbers.
        return super().hidden_fields(request, obj) - set(EXTRA_NAMES)


class ReviewedFilter(PresenceFilter):
    title = _("review")
    parameter_name = "reviewed"
    lookup = {"category__isnull": True}
    having = _("mapped")
    missing = _("to be reviewed")


class GuideCategoryMappingSheet(Sheet):
    model = GuideCategoryMapping
    columns = ("source", "source_category", "category")
    keys = (("source", "source_category"),)


class GuideCategoryMappingScreen(ExchangeAdmin):
    sheet = GuideCategoryMappingSheet
    list_display = ("source_category", "source", "category")
    list_editable = ("category",)
    list_filter = (("source", RelatedFilter), ReviewedFilter, ("category", RelatedFilter))
    list_select_related = ("source", "category")
    search_fields = ("source_category",)
    ordering = ("source_id", "source_category")
    readonly_fields = ("source", "source_category")
    fieldsets = ((None, {"fields": ("source", "source_category", "category")}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "category":
            kwargs["form_class"] = SharedChoiceField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)


class DayFilter(DropdownFilter):
    """Days in the staff member's zone; today when nothing is chosen, for a guide has hundreds of thousands of rows."""

    title = _("day")
    parameter_name = "day"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        today = timezone.localdate()
        days = [today + timedelta(days=number) for number in range(-DAYS_AROUND, DAYS_AROUND + 1)]
        return [(str(day), date_format(day, "D j M")) for day in days] + [("all", _("all days"))]

    def value(self) -> str:
        return str(super().value() or timezone.localdate())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        try:
            day = datetime.fromisoformat(self.value()).date()
        except ValueError:
            return queryset
        begin = datetime.combine(day, time(), timezone.get_current_timezone())
        end = datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
        return queryset.filter(start__gte=int(begin.timestamp()), start__lt=int(end.timestamp()))


class ProgrammeSheet(Sheet):
    model = Programme
    columns = ("guide_channel", "start", "stop", "title", "category", "age", "details")


class ProgrammeScreen(ExchangeAdmin):
    is_read_only = True
    may_import = False
    sheet = ProgrammeSheet
    list_display = ("begins", "title", "guide_channel", "length", "category", "age")
    list_display_links = ("begins", "title")
    list_filter = (DayFilter, ("guide_channel", SearchFilter), ("category", RelatedFilter))
    list_select_related = ("guide_channel", "category")
    search_fields = ("title",)
    ordering = ("guide_channel_id", "start")
    fieldsets = ((None, {"fields": ("guide_channel", "title", ("begins", "ends"), ("category", "age"), "described")}),)
    readonly_fields = ("begins", "ends", "described")

    @display(description=_("start"), ordering="start")
    def begins(self, obj: Programme) -> datetime:
        return datetime.fromtimestamp(obj.start, UTC)

    @display(description=_("stop"), ordering="stop")
    def ends(self, obj: Programme) -> datetime:
        return datetime.fromtimestamp(obj.stop, UTC)

    @display(description=_("minutes"))
    def length(self, obj: Programme) -> int:
        return round((obj.stop - obj.start) / 60)

    @display(description=_("details"))
    def described(self, obj: Programme) -> SafeString:
        return format_html('<pre class="console-code">{}</pre>', obj.details)


class ProgrammeBlockingScreen(ConsoleAdmin):
    """What content systems and devices' calls have blocked; deleting one gives the recording back."""

    list_display = ("title", "starts_at", "ends_at", "created_at", "state")
    list_filter = (("starts_at", MomentFilter),)
    search_fields = ("title",)
    ordering = ("-starts_at", "-id")
    list_display_links = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: ProgrammeBlocking) -> tuple[str, Any]:
        is_over = obj.ends_at is not None and obj.ends_at <= timezone.now()
        return ("away", _("over")) if is_over else ("off", _("blocked"))


SCREENS: dict[Any, type[ConsoleAdmin]] = {
    GuideSource: GuideSourceScreen,
    GuideChannel: GuideChannelScreen,
    GuideCategory: GuideCategoryScreen,
    GuideCategoryMapping: GuideCategoryMappingScreen,
    Programme: ProgrammeScreen,
    ProgrammeBlocking: ProgrammeBlockingScreen,
}
