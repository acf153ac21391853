"""Screens of what is shown to some people: target banners, legal documents and who accepted them."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from headend.interfaces.console.bulk import Switchable
from headend.interfaces.console.catalog import NAMES, logo
from headend.interfaces.console.fields import ObjectField, PairsField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import EXTRA_NAMES
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.translated import Translated
from headend.portal.models import (
    LegalDocument,
    TargetBanner,
)


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **options)
        self.widget = PairsField().widget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys(filter(None, (line.strip()[:100] for line in str(value or "").splitlines()))))


def period_of(obj: Any) -> str:
    """From when until when something is shown, as short as it can be said."""
    if obj.published_from is None and obj.published_to is None:
        return str(_("always"))
    return f"{obj.published_from or '…'} – {obj.published_to or '…'}"


# --- banners and documents -------------------------------------------------------------------------------------------


class TargetBannerScreen(Switchable):
    list_display = ("picture", "name", "period", "account_total", "tariff_total", "addressed", "sort", "state")
    list_display_links = ("picture", "name")
    list_filter = (
        ("is_enabled", BooleanRadioFilter),
        ("for_birthday", BooleanRadioFilter),
        ("tariffs", RelatedFilter),
        ("published_to", RangeDateFilter),
    )
    list_editable = ("sort",)
    search_fields = ("name", "message", "deep_link")
    ordering = ("sort", "id")
    autocomplete_fields = ("accounts", "tariffs")
    counts = {
        "account_total": Counted(_("accounts"), "accounts"),
        "tariff_total": Counted(_("tariffs"), "tariffs"),
    }
    field_types = {"cities": LinesField, "meta": ObjectField}
    fieldsets = (
        (None, {"fields": ("operator", ("name", "is_enabled"), "image_url", "message", "deep_link", "sort")}),
        (
            _("For whom"),
            {
                "classes": ["tab"],
                "fields": (("published_from", "published_to"), "accounts", "tariffs", "cities", "for_birthday"),
            },
        ),
        (_("More"), {"classes": ["tab"], "fields": ("meta",)}),
    )

    @display(description="")
    def picture(self, obj: TargetBanner) -> SafeString:
        return logo(obj.image_url, obj.name)

    @display(description=_("shown"))
    def period(self, obj: TargetBanner) -> str:
        return period_of(obj)

    @display(description=_("narrowed to"))
    def addressed(self, obj: TargetBanner) -> str:
        birthday = [str(_("birthday"))] if obj.for_birthday else []
        return ", ".join([*birthday, *obj.cities][:4]) or "—"


class LegalDocumentScreen(Translated, Switchable):
    translated = ("text",)
    list_display = ("name", "type_shown", "version", "needs_acceptance", "acceptance_total", "updated_at", "state")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("needs_acceptance", BooleanRadioFilter),
        ("is_enabled", BooleanRadioFilter),
        ("tariffs", RelatedFilter),
    )
    search_fields = ("name", *EXTRA_NAMES, "text")
    ordering = ("kind", "sort", "id")
    autocomplete_fields = ("tariffs",)
    counts = {"acceptance_total": Counted(_("acceptances"), "acceptances", "portal.acceptance", "document__id__exact")}
    readonly_fields = ("reading",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    *NAMES,
                    ("kind", "version"),
                    ("needs_acceptance", "is_enabled"),
                    ("tariffs", "sort"),
                )
            },
        ),
        (_("Text"), {"classes": ["tab"], "fields": ("text", *(f"text_lang{n}" for n in range(1, 6)))}),
        (_("As viewers see it"), {"classes": ["tab"], "fields": ("reading",)}),
    )

    @display(description=_("shown"), ordering="kind", label=True)
    def type_shown(self, obj: LegalDocument) -> Any:
        return obj.get_kind_display()

    @display(description=_("text"))
    def reading(self, obj: LegalDocument) -> SafeString:
        # In a frame without scripts and origin: the text is the operator's own HTML.
        return format_html(
            '<iframe class="console-reading" sandbox srcdoc="{}" title="{}"></iframe>', obj.text, obj.name
        )


class AcceptanceScreen(ConsoleAdmin):
    is_read_only = True
    list_display = ("accepted_at", "document", "version", "account_number", "device_uid", "device_model", "address")
    list_filter = (("document", RelatedFilter), ("accepted_at", MomentFilter), ("account", SearchFilter))
    list_select_related = ("document",)
    search_fields = ("account_number__exact", "device_uid")
    ordering = ("-accepted_at", "-id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("document", "version"),
                    ("account", "account_number"),
                    ("device_uid", "device_model"),
                    ("address", "accepted_at"),
                    "text_digest",
                )
            },
        ),
    )
