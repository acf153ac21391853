"""Screens of what portals show: dashboards, selections, applications, home feeds, banners and legal documents."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from headend.advertising.models import AdMovie
from headend.cameras.models import Camera
from headend.catalog.models import Category, Channel, GuideCategory, Radio, Tariff
from headend.delivery.models import StreamingServer
from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.catalog import NAMES, logo
from headend.interfaces.console.fields import PairsField, WordsField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.forms import EXTRA_NAMES, ConsoleForm
from headend.interfaces.console.lists import Counted, list_url
from headend.interfaces.console.portal_banners import (
    AcceptanceScreen,
    LegalDocumentScreen,
    LinesField,
    TargetBannerScreen,
    period_of,
)
from headend.interfaces.console.portal_preview import preview_page
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.translated import Translated
from headend.interfaces.console.typed_fields import (
    ORDERS,
    MenuField,
    NumbersField,
    RecordField,
    RecordsField,
    SlidesField,
    TypedForm,
    number_field,
    switch,
    words,
)
from headend.kernel.errors import Invalid
from headend.portal import rules
from headend.portal.actions import save_selection
from headend.portal.models import (
    Acceptance,
    Application,
    Dashboard,
    HomeFeed,
    ItemKind,
    LegalDocument,
    Origin,
    Ribbon,
    RibbonType,
    Selection,
    TargetBanner,
)
from headend.portal.queries import item_numbers
from headend.portal.rules import (
    ATTRIBUTES,
    RULES,
    check_application,
    check_deep_link,
    plain,
    read_attributes,
    read_rule,
)
from headend.vod.models import Genre, Title, VideoProvider

TEMPLATE = r"[\w.-]{1,60}"
CHANNELS, TITLES = StreamingServer._meta.get_field("channels"), Title._meta.get_field("package_titles")


def words_field(**options: Any) -> WordsField:
    return WordsField(pattern=TEMPLATE, **options)


# --- dashboards and ribbons ------------------------------------------------------------------------------------------


class DashboardScreen(Switchable):
    list_display = ("name", "templates_shown", "ribbon_total", "sort", "state")
    list_filter = (("is_enabled", BooleanRadioFilter), ("device_types", RelatedFilter))
    search_fields = ("name",)
    ordering = ("sort", "name", "id")
    counts = {"ribbon_total": Counted(_("ribbons"), "ribbons", "portal.ribbon", "dashboard__id__exact")}
    field_types = {"templates": words_field}
    fieldsets = ((None, {"fields": ("operator", ("name", "is_enabled"), ("sort", "templates"), "device_types")}),)
    actions_detail = ("preview", "edit_ribbons")

    @display(description=_("portal templates"))
    def templates_shown(self, obj: Dashboard) -> str:
        return ", ".join(obj.templates) or "—"

    @action(description=_("As viewers see it"), permissions=["view"], icon="visibility", url_path="preview")
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that shows a dashboard as a viewer would see it."""
        dashboard = self.get_object(request, object_id)
        if dashboard is None or not self.has_view_permission(request, dashboard):
            raise PermissionDenied
        return preview_page(self, request, dashboard)

    @action(description=_("Ribbons"), permissions=["view"], icon="view_stream", url_path="ribbons")
    def edit_ribbons(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads to the list of the dashboard's ribbons."""
        return HttpResponseRedirect(list_url("portal.ribbon", {"dashboard__id__exact": object_id}))


class RibbonForm(TypedForm):
    typed = tuple(dict.fromkeys(name for names in ATTRIBUTES.values() for name in names))
    shown_by = ATTRIBUTES
    column = "attributes"

    menu = MenuField(label=_("Sections of the menu"), help_text=_("1 for the first; empty: not in the menu."))
    slides = SlidesField(label=_("Pictures"), required=False)
    selection = RecordField(Selection, label=_("Selection"))
    channels = RecordsField(
        Channel, label=_("Channels"), searched_by=CHANNELS, help_text=_("In this order; none: all of the category.")
    )
    channel_category = RecordField(Category, label=_("Category of channels"))
    programmes = NumbersField(
        label=_("Programmes"), help_text=_("By their numbers; none: what is on now and begins within a day.")
    )
    programme_category = RecordField(GuideCategory, label=_("Category of programmes"))
    titles = RecordsField(
        Title, label=_("Titles"), searched_by=TITLES, help_text=_("In this order; none: the newest that fit.")
    )
    genres = RecordsField(Genre, label=_("Genres"))
    all_genres = switch(_("Of every one of these genres"), help_text=_("Otherwise of any of them."))
    provider = RecordField(VideoProvider, label=_("Provider"))
    kinopoisk_from = number_field(_("Kinopoisk rating from"), most=10, is_whole=False)
    imdb_from = number_field(_("IMDb rating from"), most=10, is_whole=False)
    year_from = number_field(_("Years from"), most=2200)
    year_to = number_field(_("Years to"), most=2200)
    display = words(_("Look"), longest=40, help_text=_("A word that the portal knows, such as big or round."))

    def take_own_fields(self) -> None:
        kind = self.cleaned_data.get("kind", self.instance.kind)
        try:
            said = self.typed_values(ATTRIBUTES.get(kind, ()))
            self.instance.attributes = plain(read_attributes(kind, said))
        except Invalid as error:
            self.refuse(error)


class RibbonScreen(Switchable):
    form = RibbonForm
    list_display = ("title", "type_shown", "dashboard", "screens_shown", "period", "sort", "state")
    list_display_links = ("title",)
    list_filter = (
        ("dashboard", RelatedFilter),
        ("kind", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
        ("tariffs", RelatedFilter),
    )
    list_select_related = ("dashboard",)
    list_editable = ("sort",)
    search_fields = ("name", *EXTRA_NAMES, "description")
    ordering = ("dashboard", "sort", "id")
    autocomplete_fields = ("tariffs",)
    field_types = {"screens": words_field, "cities": LinesField}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("dashboard", "kind"),
                    *NAMES,
                    *RibbonForm.typed,
                    ("is_enabled", "sort"),
                )
            },
        ),
        (
            _("For whom"),
            {
                "classes": ["tab"],
                "fields": (("published_from", "published_to"), "tariffs", "cities", "screens"),
            },
        ),
        (_("More"), {"classes": ["tab"], "fields": ("description", "cover_url")}),
    )

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        return hidden if self.has_change_permission(request, obj) else hidden | set(RibbonForm.typed)

    @display(description=_("title"), ordering="name")
    def title(self, obj: Ribbon) -> str:
        return str(obj)

    @display(description=_("type"), ordering="kind", label=True)
    def type_shown(self, obj: Ribbon) -> Any:
        return RibbonType(obj.kind).label

    @display(description=_("screens"))
    def screens_shown(self, obj: Ribbon) -> str:
        return ", ".join(obj.screens) or "—"

    @display(description=_("shown"))
    def period(self, obj: Ribbon) -> str:
        return period_of(obj)


# --- selections ------------------------------------------------------------------------------------------------------


def _rule_of(kind: int) -> Sequence[str]:
    return RULES.get(rules.ItemKind(kind), ())


class SelectionForm(TypedForm):
    typed = tuple(dict.fromkeys(name for names in RULES.values() for name in names))
    column = "rule"
    items_of: Mapping[ItemKind, str] = {
        ItemKind.CHANNEL: "chosen_channels",
        ItemKind.PROGRAMME: "chosen_programmes",
        ItemKind.TITLE: "chosen_titles",
        ItemKind.CAMERA: "chosen_cameras",
        ItemKind.RADIO: "chosen_radio",
        ItemKind.AD: "chosen_ads",
        ItemKind.APPLICATION: "chosen_applications",
    }

    chosen_channels = RecordsField(Channel, label=_("Channels"), searched_by=CHANNELS)
    chosen_programmes = NumbersField(label=_("Programmes"), help_text=_("By their numbers, with commas between."))
    chosen_titles = RecordsField(Title, label=_("Titles"), searched_by=TITLES)
    chosen_cameras = RecordsField(Camera, label=_("Cameras"))
    chosen_radio = RecordsField(Radio, label=_("Radio stations"))
    chosen_ads = RecordsField(AdMovie, label=_("Advertising movies"))
    chosen_applications = RecordsField(Application, label=_("Applications"))

    words = words(_("Words in the name"), longest=100)
    channels = RecordsField(Channel, label=_("On these channels"), searched_by=CHANNELS)
    channel_category = RecordField(Category, label=_("Category of channels"))
    programme_category = RecordField(GuideCategory, label=_("Category of programmes"))
    tariff = RecordField(Tariff, label=_("In the tariff"))
    recorded_only = switch(_("Only what can be watched from the archive"))
    days_back = number_field(_("Days back"), most=31)
    days_ahead = number_field(_("Days ahead"), most=14, initial=7)
    genres = RecordsField(Genre, label=_("Genres"))
    all_genres = switch(_("Of every one of these genres"), help_text=_("Otherwise of any of them."))
    provider = RecordField(VideoProvider, label=_("Provider"))
    kinopoisk_from = number_field(_("Kinopoisk rating from"), most=10, is_whole=False)
    imdb_from = number_field(_("IMDb rating from"), most=10, is_whole=False)
    year_from = number_field(_("Years from"), most=2200)
    year_to = number_field(_("Years to"), most=2200)
    order = forms.ChoiceField(
        label=_("Order"), choices=list(ORDERS.items()), required=False, widget=UnfoldAdminSelectWidget
    )
    most = number_field(_("Items at most"), most=500, initial=50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.items_of.get(ItemKind(self.instance.kind))
        if self.instance.pk and name in self.fields and self.instance.origin == Origin.BY_HAND:
            self.fields[name].initial = item_numbers(self.instance, timezone.now())
        if "origin" in self.fields:
            by_origin = {"0": list(self.items_of.values()), "1": list(self.typed)}
            self.fields["origin"].widget.attrs["data-fields"] = json.dumps(by_origin)

    def fields_by_type(self) -> dict[str, list[str]]:
        return {str(kind.value): [name, *_rule_of(kind)] for kind, name in self.items_of.items()}

    def take_own_fields(self) -> None:
        kind, origin = self.cleaned_data.get("kind"), self.cleaned_data.get("origin")
        if kind is None or origin is None:
            return
        self.instance.rule = {}
        if origin == Origin.BY_RULE:
            said = self.typed_values(_rule_of(kind))
            said["days_ahead"] = self.cleaned_data.get("days_ahead") or 0
            try:
                known = {name: value for name, value in said.items() if name in _rule_of(kind)}
                self.instance.rule = plain(read_rule(kind, known))
            except Invalid as error:
                self.refuse(error)

    def numbers(self) -> list[int]:
        """The items that were chosen."""
        return list(self.cleaned_data.get(self.items_of[ItemKind(self.instance.kind)]) or ())


class SelectionScreen(Translated, BulkActions):
    form = SelectionForm
    translated = ("promo_image",)
    list_display = ("picture", "name", "type_shown", "made", "item_total", "created_at", "state")
    list_display_links = ("picture", "name")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("origin", ChoicesDropdownFilter),
        ("is_hidden", BooleanRadioFilter),
        ("created_at", MomentFilter),
    )
    search_fields = ("name", *EXTRA_NAMES)
    counts = {"chosen_total": Counted(_("items"), "items")}
    actions = ("hide", "reveal")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("kind", "origin"),
                    *SelectionForm.items_of.values(),
                    *SelectionForm.typed,
                    "is_hidden",
                )
            },
        ),
        (
            _("Pictures"),
            {"classes": ["tab"], "fields": ("promo_image", *(f"promo_image_lang{n}" for n in range(1, 6)))},
        ),
    )

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        own = {*SelectionForm.typed, *SelectionForm.items_of.values()}
        return hidden if self.has_change_permission(request, obj) else hidden | own

    def save_model(self, request: HttpRequest, obj: Selection, form: Any, change: bool) -> None:
        numbers = form.numbers() if hasattr(form, "numbers") else None
        save_selection(actor=actor_of(request), selection=obj, numbers=numbers)

    @display(description="")
    def picture(self, obj: Selection) -> SafeString:
        return logo(obj.promo_image, obj.name)

    @display(description=_("of"), ordering="kind", label=True)
    def type_shown(self, obj: Selection) -> Any:
        return ItemKind(obj.kind).label

    def counted_columns(self, shown: Sequence[Any]) -> list[str]:
        return list(self.counts)

    @display(description=_("items"))
    def item_total(self, obj: Selection) -> str:
        # What a rule finds is found when somebody looks, not for a list.
        return "—" if obj.origin == Origin.BY_RULE else str(getattr(obj, "chosen_total_count", 0))

    @display(description=_("state"), label=STATE_COLOURS, ordering="is_hidden")
    def state(self, obj: Selection) -> tuple[str, Any]:
        return ("warn", _("hidden")) if obj.is_hidden else ("on", _("shown"))

    @display(description=_("made"), ordering="origin")
    def made(self, obj: Selection) -> Any:
        return Origin(obj.origin).label

    @action(description=_("Hide"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset, {"is_hidden": True})

    @action(description=_("Show"), permissions=["change"])
    def reveal(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset, {"is_hidden": False})


# --- applications and home feeds -------------------------------------------------------------------------------------


class ApplicationForm(ConsoleForm):
    def take_own_fields(self) -> None:
        try:
            check_application(self.instance.kind, self.instance.url, self.instance.attributes)
        except Invalid as error:
            place = error.place if error.place in self.fields else None
            self.add_error(place, str(error))


class ApplicationScreen(Switchable):
    form = ApplicationForm
    list_display = ("picture", "name", "system_name", "type_shown", "show_in_main_menu", "sort", "state")
    list_display_links = ("picture", "name")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("show_in_main_menu", BooleanRadioFilter),
        ("is_enabled", BooleanRadioFilter),
        ("device_types", RelatedFilter),
    )
    list_editable = ("sort",)
    search_fields = ("name", *EXTRA_NAMES, "system_name", "url")
    ordering = ("sort", "name", "id")
    field_types = {"attributes": PairsField, "templates": words_field}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("system_name", "kind"),
                    "url",
                    "attributes",
                    ("is_enabled", "show_in_main_menu"),
                    "sort",
                )
            },
        ),
        (_("Look"), {"classes": ["tab"], "fields": ("icon_url", "icon_focus_url", "css_style")}),
        (_("For whom"), {"classes": ["tab"], "fields": ("templates", "device_types")}),
    )

    @display(description="")
    def picture(self, obj: Application) -> SafeString:
        return logo(obj.icon_url, obj.name)

    @display(description=_("type"), ordering="kind", label=True)
    def type_shown(self, obj: Application) -> Any:
        return obj.get_kind_display()


class HomeFeedForm(ConsoleForm):
    def take_own_fields(self) -> None:
        try:
            check_deep_link(self.instance.deep_link)
        except Invalid:
            self.add_error("deep_link", _("Only $kind, $id and $channel are known."))
        if not self.instance.is_continue_watching and self.instance.selection_id is None:
            self.add_error("selection", _("Choose a selection, or show what was being watched."))


class HomeFeedScreen(Switchable):
    form = HomeFeedForm
    list_display = ("name", "shows", "needs_sign_in", "most", "sort", "state")
    list_filter = (("is_enabled", BooleanRadioFilter), ("device_types", RelatedFilter))
    list_select_related = ("selection",)
    search_fields = ("name", *EXTRA_NAMES)
    ordering = ("sort", "name", "id")
    autocomplete_fields = ("selection",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("selection", "is_continue_watching"),
                    ("needs_sign_in", "is_enabled"),
                    ("most", "aspect_ratio"),
                    ("deep_link", "sort"),
                    "device_types",
                )
            },
        ),
    )

    @display(description=_("shows"))
    def shows(self, obj: HomeFeed) -> str:
        return str(_("what was being watched")) if obj.is_continue_watching else str(obj.selection or "—")


SCREENS = {
    Dashboard: DashboardScreen,
    Ribbon: RibbonScreen,
    Selection: SelectionScreen,
    Application: ApplicationScreen,
    HomeFeed: HomeFeedScreen,
    TargetBanner: TargetBannerScreen,
    LegalDocument: LegalDocumentScreen,
    Acceptance: AcceptanceScreen,
}
