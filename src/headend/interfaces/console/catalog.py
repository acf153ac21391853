"""Screens of channels, categories, channel orders, copyright holders and tariffs."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RangeNumericFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from headend.catalog.actions.channel_orders import arrange_channels
from headend.catalog.models import Category, Channel, ChannelSort, CopyrightHolder, MatchState, Tariff
from headend.catalog.pictures import PictureKind
from headend.catalog.rules import LONGEST_SHIFT, shift_of, with_shift
from headend.interfaces.console.bring_in import import_list_page
from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions
from headend.interfaces.console.catalog_sheets import CategorySheet, ChannelSheet, TariffSheet
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import HoursField, ObjectField, PairsField, WordsField
from headend.interfaces.console.filters import PresenceFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES, ConsoleForm
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.pick import pick_page, picked_numbers
from headend.interfaces.console.picture_fields import picture_fields
from headend.interfaces.console.plan_page import plan_page
from headend.interfaces.console.plans import Changed
from headend.interfaces.console.previews import Previewed, asks_preview, may_preview, preview
from headend.interfaces.console.reach import reachable, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.sheets import Sheet
from headend.operators.actions import save, save_many
from headend.operators.rules import Role

NAMES = ("name", EXTRA_NAMES[:2], EXTRA_NAMES[2:4], EXTRA_NAMES[4])
MATCH_COLOURS = {"none": "danger", "by_id": "success", "by_name": "warning", "by_hand": "success", "refused": "danger"}
PRIVATE_FIELDS = {
    "stream_url",
    "stream_id",
    "url_prefix",
    "multicast_address",
    "recording_multicast_address",
    "http_headers",
    "catchup",
    "option1",
    "option2",
    "option3",
    "telemetry",
    "comment",
    "meta",
}


def logo(address: str, name: str) -> SafeString:
    """A small picture, or the first letter of the name; nothing is told to the server it comes from."""
    if not address.startswith(("http://", "https://", "/")):
        return format_html('<span class="console-logo">{}</span>', name[:1].upper())
    return format_html(
        '<span class="console-logo"><img src="{}" alt="" loading="lazy" referrerpolicy="no-referrer"></span>', address
    )


class CategoryScreen(BulkActions, ExchangeAdmin):
    sheet = CategorySheet
    list_display = ("title", "channel_total", "sort")
    list_display_links = ("title",)
    search_fields = ("name", *EXTRA_NAMES)
    counts = {"channel_total": Counted(_("channels"), "channels", "catalog.channel", "category__id__exact")}
    fieldsets = (
        (None, {"fields": ("operator", *NAMES, ("sort", "colour"), "description")}),
        (_("Icons"), {"classes": ["tab"], "fields": ("icon_url", "icon_tv_url", "icon_dashboard_url")}),
    )

    @display(description=_("name"), ordering="name")
    def title(self, obj: Category) -> SafeString:
        return format_html('<span class="console-dot" style="background:{}"></span>{}', obj.colour or "none", obj.name)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "colour":
            # A browser's colour field cannot be empty, so the choice stays text with a pattern.
            kwargs["widget"] = UnfoldAdminTextInputWidget(attrs={"placeholder": "#1E90FF"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class CopyrightHolderSheet(Sheet):
    model = CopyrightHolder
    columns = ("name",)
    keys = (("name",),)


class CopyrightHolderScreen(ExchangeAdmin):
    sheet = CopyrightHolderSheet
    list_display = ("name", "channel_total")
    search_fields = ("name",)
    autocomplete_fields = ("staff",)
    counts = {"channel_total": Counted(_("channels"), "channel", "catalog.channel", "copyright_holder__id__exact")}
    fieldsets = ((None, {"fields": ("operator", "name", "staff")}),)

    def _choices(self, db_field: Any, request: HttpRequest) -> Any:
        staff = super()._choices(db_field, request)
        return staff.filter(role=Role.COPYRIGHT_HOLDER) if db_field.name == "staff" else staff


# --- channels --------------------------------------------------------------------------------------------------------


class ChannelForm(ConsoleForm):
    guide_shift = forms.IntegerField(
        label=_("Shift of this channel's guide, minutes"),
        required=False,
        min_value=-LONGEST_SHIFT,
        max_value=LONGEST_SHIFT,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("By how much its programmes are later than in the guide; channel lists say it as tvg-shift."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "guide_shift" in self.fields:
            self.fields["guide_shift"].initial = shift_of(self.instance.meta)

    def take_own_fields(self) -> None:
        if "guide_shift" in self.changed_data:
            self.instance.meta = with_shift(self.instance.meta, self.cleaned_data.get("guide_shift") or 0)


class WithoutGuide(PresenceFilter):
    title = _("guide")
    parameter_name = "guide"
    lookup = {"guide_channel__isnull": True}
    having = _("has a guide")
    missing = _("without a guide")


class WithArchive(PresenceFilter):
    title = _("catch-up")
    parameter_name = "archive"
    lookup = {"recording_days": 0}
    having = _("has catch-up")
    missing = _("without catch-up")


class CategoryForm(forms.Form):
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category"),
        required=False,
        empty_label=_("none"),
        widget=UnfoldAdminSelectWidget,
    )


class RenumberForm(forms.Form):
    first = forms.IntegerField(
        label=_("First number"),
        min_value=1,
        max_value=1_000_000,
        initial=1,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The channels are numbered one after the other, in the order of the list."),
    )


class TariffForm(forms.Form):
    tariff = forms.ModelChoiceField(Tariff.objects.none(), label=_("Tariff"), widget=UnfoldAdminSelectWidget)


class ArchiveForm(forms.Form):
    days = forms.IntegerField(label=_("Days kept"), min_value=0, max_value=365, widget=UnfoldAdminTextInputWidget)


class ChannelScreen(Previewed):
    sheet = ChannelSheet
    form = ChannelForm
    list_display = ("picture", "lcn", "name", "category", "guide_state", "archive", "tariff_total", "state")
    list_display_links = ("picture", "name")
    list_filter = (
        ("category", RelatedFilter),
        ("is_enabled", BooleanRadioFilter),
        WithoutGuide,
        ("guide_match", ChoicesDropdownFilter),
        WithArchive,
        ("tariffs", RelatedFilter),
        ("copyright_holder", SearchFilter),
        ("guide_channel", SearchFilter),
        ("lcn", RangeNumericFilter),
    )
    list_select_related = ("category", "guide_channel")
    search_fields = ("name", *EXTRA_NAMES, "lcn__exact", "guide_id", "comment")
    search_help_text = _("Name, number, guide id or comment")
    ordering = ("sort", "lcn", "name", "id")
    autocomplete_fields = ("category", "extra_categories", "copyright_holder", "guide_channel")
    counts = {"tariff_total": Counted(_("tariffs"), "tariffs", "catalog.tariff", "channels__id__exact")}
    readonly_fields = ("guide_match", "created_at", "updated_at", "in_tariffs")
    field_types = {
        "catchup": PairsField,
        "http_headers": PairsField,
        "telemetry": PairsField,
        "meta": ObjectField,
        **picture_fields(icon_url=PictureKind.LOGO),
    }
    previewed = (*Previewed.previewed, "add_to_tariff", "remove_from_tariff")
    actions_list = ("import_list",)
    actions = (
        "switch_on",
        "switch_off",
        "set_category",
        "renumber",
        "add_to_tariff",
        "remove_from_tariff",
        "set_archive",
        "drop_guide",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("lcn", "sort"),
                    "category",
                    "extra_categories",
                    "icon_url",
                    ("is_enabled", "needs_parent_code"),
                    ("show_in_all", "display_on_site"),
                    "in_tariffs",
                )
            },
        ),
        (_("Guide"), {"classes": ["tab"], "fields": (("guide_channel", "guide_shift"), ("guide_id", "guide_match"))}),
        (
            _("Stream"),
            {
                "classes": ["tab"],
                "fields": (
                    "stream_url",
                    ("stream_id", "url_prefix"),
                    ("multicast_address", "recording_multicast_address"),
                    ("recording_days", "pause_live_seconds"),
                    ("is_drm", "aspect_ratio"),
                    "catchup",
                    "http_headers",
                ),
            },
        ),
        (
            _("More"),
            {
                "classes": ["tab"],
                "fields": (
                    "copyright_holder",
                    ("option1", "option2"),
                    "option3",
                    "telemetry",
                    "comment",
                    "meta",
                    ("created_at", "updated_at"),
                ),
            },
        ),
    )

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        is_onlooker = staff_of(request).role in (Role.COPYRIGHT_HOLDER, Role.MONITORING)
        return hidden | PRIVATE_FIELDS | {"in_tariffs"} if is_onlooker else hidden

    @display(description="")
    def picture(self, obj: Channel) -> SafeString:
        return logo(obj.icon_url, obj.name)

    @display(description=_("guide"), label=MATCH_COLOURS, ordering="guide_match")
    def guide_state(self, obj: Channel) -> tuple[str, Any]:
        if obj.guide_channel is None:
            return (obj.guide_match, MatchState(obj.guide_match).label) if obj.guide_match else ("none", "—")
        return (obj.guide_match if obj.guide_match != "none" else "by_hand", str(obj.guide_channel))

    @display(description=_("Shift of this channel's guide, minutes"))
    def guide_shift(self, obj: Channel) -> int:
        """For those who may look and not change."""
        return shift_of(obj.meta)

    @display(description=_("catch-up"), ordering="recording_days")
    def archive(self, obj: Channel) -> str:
        return str(_("%(days)d d") % {"days": obj.recording_days}) if obj.recording_days else "—"

    @display(description=_("tariffs"))
    def in_tariffs(self, obj: Channel) -> str:
        return ", ".join(tariff.name for tariff in obj.tariffs.all()[:20]) if obj.pk else "—"

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        if "guide_channel" in form.changed_data:
            obj.guide_match = MatchState.BY_HAND if obj.guide_channel_id else MatchState.NONE
        super().save_model(request, obj, form, change)

    @action(description=_("Import a channel list"), permissions=["add"], icon="playlist_add", url_path="import-list")
    def import_list(self, request: HttpRequest) -> HttpResponse:
        """The page that takes an M3U file."""
        return import_list_page(request)

    @action(description=_("Set category…"), permissions=["change"])
    def set_category(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Set category"), CategoryForm)
        if not isinstance(form, forms.Form):
            return form
        category = form.cleaned_data["category"]
        rows = queryset if category is None else queryset.filter(operator=category.operator_id)
        return self.change_all(request, rows, {"category": category})

    @action(description=_("Number anew…"), permissions=["change"])
    def renumber(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Number anew"), RenumberForm)
        if not isinstance(form, forms.Form):
            return form
        channels = list(queryset)
        for lcn, channel in enumerate(channels, form.cleaned_data["first"]):
            channel.lcn = channel.sort = lcn
        return self.tell(request, save_many(actor=actor_of(request), objects=channels, fields=["lcn", "sort"]))

    @action(description=_("Add to a tariff…"), permissions=["change"])
    def add_to_tariff(self, request: HttpRequest, queryset: Any) -> Any:
        return self._move(request, queryset, _("Add to a tariff"), add=True)

    @action(description=_("Take out of a tariff…"), permissions=["change"])
    def remove_from_tariff(self, request: HttpRequest, queryset: Any) -> Any:
        return self._move(request, queryset, _("Take out of a tariff"), add=False)

    def _move(self, request: HttpRequest, queryset: Any, title: Any, *, add: bool) -> Any:
        if not request.user.has_perm("catalog.change_tariff"):
            raise PermissionDenied
        form = self.ask(request, queryset, title, TariffForm)
        if not isinstance(form, forms.Form):
            return form
        tariff = form.cleaned_data["tariff"]
        chosen = set(queryset.filter(operator=tariff.operator_id))
        before = set(tariff.channels.all())
        after = before | chosen if add else before - chosen
        if asks_preview(request):
            return preview(request, [tariff.operator], lambda: _give(request, tariff, after))
        _give(request, tariff, after)
        return self.tell(request, len(before ^ after))

    @action(description=_("Set catch-up…"), permissions=["change"])
    def set_archive(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Set catch-up"), ArchiveForm)
        if not isinstance(form, forms.Form):
            return form
        return self.change_all(request, queryset, {"recording_days": form.cleaned_data["days"]})

    @action(description=_("Take the guide away"), permissions=["change"])
    def drop_guide(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset, {"guide_channel": None, "guide_match": MatchState.NONE})


def _give(request: HttpRequest, tariff: Tariff, channels: Collection[Channel]) -> Changed:
    """Let a tariff have these channels and no others."""
    save(actor=actor_of(request), obj=tariff, links={"channels": channels})
    return [(tariff, ["channels"])]


class ChannelSortScreen(BulkActions):
    list_display = ("name", "channel_total")
    search_fields = ("name",)
    counts = {"channel_total": Counted(_("channels"), "entries")}
    fieldsets = ((None, {"fields": ("operator", "name")}),)
    actions_detail = ("arrange",)

    @action(description=_("Arrange the channels"), permissions=["change"], icon="reorder", url_path="arrange")
    def arrange(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page on which channels are put in order."""
        order = self.get_object(request, object_id)
        if order is None or not self.has_change_permission(request, order):
            raise PermissionDenied
        channels = reachable(Channel, staff_of(request)).filter(operator=order.operator_id)
        chosen = list(order.entries.order_by("position").values_list("channel_id", flat=True))
        picked = picked_numbers(request)
        if picked is not None:
            arrange_channels(actor=actor_of(request), order=order, channel_ids=picked)
            messages.success(request, _("The order was saved."))
            return HttpResponseRedirect(request.path)
        return pick_page(self, request, order, channels, chosen, ordered=True)


# --- tariffs ---------------------------------------------------------------------------------------------------------


class TariffScreen(Previewed):
    sheet = TariffSheet
    list_display = ("name", "cost", "kind", "sessions", "channel_total", "holders", "state")
    list_filter = (
        ("is_enabled", BooleanRadioFilter),
        ("is_archived", BooleanRadioFilter),
        ("basic_priority", RangeNumericFilter),
        ("channels", SearchFilter),
    )
    search_fields = ("name", *EXTRA_NAMES, "external_id")
    counts = {
        "channel_total": Counted(_("channels"), "channels", "catalog.channel", "tariffs__id__exact"),
        "holders": Counted(_("subscriptions"), "subscriptions", "subscribers.tariffsubscription", "tariff__id__exact"),
    }
    actions = ("switch_on", "switch_off", "archive")
    previewed = actions
    actions_list = ("plan_changes",)
    actions_detail = ("choose_channels",)
    field_types = {
        "countries": lambda **o: WordsField(pattern=r"[A-Z]{2}", upper=True, **o),
        "viewing_hours": HoursField,
        "meta": ObjectField,
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    "description",
                    ("price", "activation_price"),
                    ("currency", "period_months"),
                    ("is_enabled", "is_archived"),
                    ("is_hidden", "all_channels"),
                )
            },
        ),
        (
            _("Devices and limits"),
            {
                "classes": ["tab"],
                "fields": (("basic_sessions", "additional_sessions"), "one_address", "countries", "viewing_hours"),
            },
        ),
        (
            _("Giving and leaving"),
            {
                "classes": ["tab"],
                "fields": (
                    "basic_priority",
                    ("assigned_by_default", "is_required"),
                    ("may_unsubscribe", "for_inactive_accounts"),
                    ("used_for_channels", "used_for_videos"),
                    ("used_for_radio", "display_on_site"),
                ),
            },
        ),
        (_("More"), {"classes": ["tab"], "fields": (("icon_url", "icon_tv_url"), "external_id", "meta")}),
    )

    @display(description=_("price"), ordering="price")
    def cost(self, obj: Tariff) -> str:
        return f"{number_format(obj.price, 2)} {obj.currency or obj.operator.currency}"

    @display(description=_("kind"), ordering="basic_priority", label={"basic": "primary", "additional": "default"})
    def kind(self, obj: Tariff) -> tuple[str, Any]:
        return ("basic", _("basic")) if obj.basic_priority else ("additional", _("additional"))

    @display(description=_("devices"))
    def sessions(self, obj: Tariff) -> str:
        return f"{obj.basic_sessions} + {obj.additional_sessions}"

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Tariff) -> tuple[str, Any]:
        return ("warn", _("archived")) if obj.is_archived else super().state(obj)

    @action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: Any) -> Any:
        return self.switch(request, queryset, _("Archive"), {"is_archived": True})

    @action(description=_("Plan changes"), permissions=["change"], icon="difference", url_path="plan")
    def plan_changes(self, request: HttpRequest) -> HttpResponse:
        """The page that says what other tariffs and prices would do."""
        return plan_page(request)

    @action(description=_("Choose the channels"), permissions=["change"], icon="checklist", url_path="channels")
    def choose_channels(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page on which a tariff's channels are ticked."""
        tariff = self.get_object(request, object_id)
        if tariff is None or not self.has_change_permission(request, tariff):
            raise PermissionDenied
        channels = reachable(Channel, staff_of(request)).filter(operator=tariff.operator_id)
        picked = picked_numbers(request)
        if picked is not None:
            chosen = [channel for channel in channels if channel.pk in set(picked)]
            if asks_preview(request):
                return preview(request, [tariff.operator], lambda: _give(request, tariff, chosen))
            _give(request, tariff, chosen)
            messages.success(request, _("The tariff has %(number)d channels now.") % {"number": len(chosen)})
            return HttpResponseRedirect(request.path)
        chosen_ids = list(tariff.channels.values_list("pk", flat=True))
        return pick_page(self, request, tariff, channels, chosen_ids, has_preview=may_preview(request))


SCREENS = {
    Category: CategoryScreen,
    CopyrightHolder: CopyrightHolderScreen,
    Channel: ChannelScreen,
    ChannelSort: ChannelSortScreen,
    Tariff: TariffScreen,
}
