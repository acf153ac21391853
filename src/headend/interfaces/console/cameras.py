"""Screens of cameras, the cities they stand in, and whose they are."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from headend.cameras.models import AccountCamera, Camera, City
from headend.interfaces.console.bulk import BulkActions, Switchable
from headend.interfaces.console.catalog import NAMES, logo
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import PresenceFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.sheets import Sheet


class CitySheet(Sheet):
    model = City
    columns = ("name", *EXTRA_NAMES, "sort")
    keys = (("name",),)


class CityScreen(BulkActions, ExchangeAdmin):
    sheet = CitySheet
    list_display = ("name", "camera_total", "sort")
    search_fields = ("name", *EXTRA_NAMES)
    counts = {"camera_total": Counted(_("cameras"), "cameras", "cameras.camera", "city__id__exact")}
    fieldsets = ((None, {"fields": ("operator", *NAMES, "sort")}),)


class CameraSheet(Sheet):
    model = Camera
    columns = (
        "name",
        *EXTRA_NAMES,
        "category",
        "extra_categories",
        "city",
        "tariffs",
        "is_enabled",
        "sort",
        "icon_url",
        "preview_url",
        "guide_channel",
        "stream_url",
        "stream_id",
        "url_prefix",
        "multicast_address",
        "recording_multicast_address",
        "streaming_servers",
        "recording_days",
        "option1",
        "option2",
        "option3",
        "comment",
    )
    keys = (("name",),)


class WithoutTariff(PresenceFilter):
    title = _("tariffs")
    parameter_name = "sold"
    lookup = {"tariffs__isnull": True}
    having = _("in a tariff")
    missing = _("only for accounts it is bound to")


class CameraScreen(Switchable, ExchangeAdmin):
    sheet = CameraSheet
    list_display = ("picture", "name", "city", "category", "tariff_total", "account_total", "archive", "state")
    list_display_links = ("picture", "name")
    list_filter = (
        ("city", RelatedFilter),
        ("category", RelatedFilter),
        ("is_enabled", BooleanRadioFilter),
        WithoutTariff,
        ("tariffs", RelatedFilter),
        ("accounts", SearchFilter),
    )
    list_select_related = ("city", "category")
    search_fields = ("name", *EXTRA_NAMES, "comment", "stream_id")
    ordering = ("sort", "name", "id")
    autocomplete_fields = ("category", "extra_categories", "city", "tariffs", "guide_channel", "streaming_servers")
    counts = {
        "tariff_total": Counted(_("tariffs"), "tariffs", "catalog.tariff", "cameras__id__exact"),
        "account_total": Counted(_("accounts"), "account_cameras", "cameras.accountcamera", "camera__id__exact"),
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    "city",
                    "category",
                    "extra_categories",
                    ("is_enabled", "sort"),
                    ("icon_url", "preview_url"),
                    "tariffs",
                )
            },
        ),
        (
            _("Stream"),
            {
                "classes": ["tab"],
                "fields": (
                    "stream_url",
                    ("stream_id", "url_prefix"),
                    "streaming_servers",
                    ("multicast_address", "recording_multicast_address"),
                    "recording_days",
                    "guide_channel",
                ),
            },
        ),
        (_("More"), {"classes": ["tab"], "fields": (("option1", "option2"), "option3", "comment")}),
    )

    @display(description="")
    def picture(self, obj: Camera) -> SafeString:
        return logo(obj.preview_url or obj.icon_url, obj.name)

    @display(description=_("catch-up"), ordering="recording_days")
    def archive(self, obj: Camera) -> str:
        return str(_("%(days)d d") % {"days": obj.recording_days}) if obj.recording_days else "—"


class AccountCameraScreen(BulkActions):
    """Binding cameras to accounts. Favourites are the households' own."""

    list_display = ("camera", "account", "is_bound", "is_favourite")
    list_filter = (("is_bound", BooleanRadioFilter), ("camera", SearchFilter), ("account", SearchFilter))
    list_select_related = ("camera", "account")
    search_fields = ("camera__name", "account__number__exact")
    search_help_text = _("Name of the camera or number of the account")
    autocomplete_fields = ("camera", "account")
    is_added_by_others = True
    fieldsets = ((None, {"fields": ("account", "camera", "is_bound", "is_favourite")}),)

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        return {"is_bound": True, **super().get_changeform_initial_data(request)}


SCREENS: dict[Any, Any] = {Camera: CameraScreen, City: CityScreen, AccountCamera: AccountCameraScreen}
