"""Screens of inboxes: where providers leave packages, and how these are read."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from headend.ingest.actions.provider_keys import issue_provider_key
from headend.ingest.models import Inbox
from headend.ingest.rules.folders import ENCRYPTING, ERRORS, FOLDERS, INBOX, PUBLISHED, TO_PUBLISH
from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.fields import ObjectField, PartsField
from headend.interfaces.console.filters import RelatedFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.ingest_places import check_inbox_path, folder_of_operator
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.reach import may_write, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import APIS, explain
from headend.kernel.errors import Invalid
from headend.operators.rules import Api

MOST = 20  # shown of what waits
FOLDER_WORDS = {
    INBOX: _("packages come into"),
    ENCRYPTING: _("waits for encryption"),
    TO_PUBLISH: _("waits for publication"),
    PUBLISHED: _("published"),
    ERRORS: _("refused"),
}


class InboxForm(ConsoleForm):
    format = forms.ChoiceField(label=_("Format"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "format" in self.fields:
            names = list(import_string(settings.PACKAGE_FORMATS))
            kept = [self.instance.format] if self.instance.format not in ("", *names) else []
            field: Any = self.fields["format"]
            field.choices = [("", _("recognised by its beginning")), *((name, name) for name in (*names, *kept))]
        if "path" in self.fields and self.instance.pk is None and self.instance.operator_id:
            self.fields["path"].initial = f"{folder_of_operator(self.instance.operator_id)}/"

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"]
        operator = self.cleaned_data.get("operator") or self.instance.operator
        if "path" not in self.changed_data and self.instance.pk:
            return path
        return check_inbox_path(path, staff_of(self.request), operator.pk if operator else None)

    def clean_folders(self) -> dict[str, str]:
        # What is not named has its usual name, so that "as it was" and "as always" are the same.
        return dict(FOLDERS) | {name: text for name, text in self.cleaned_data["folders"].items() if text}


class ProviderKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Who or what uses the key, so that you know it again."),
    )
    may_upload = forms.BooleanField(
        label=_("May hand in packages too"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"), required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text=_("Empty: never.")
    )


class InboxScreen(Switchable):
    form = InboxForm
    actions = ("switch_on", "switch_off", "issue_key")
    list_display = ("name", "path", "provider", "encryptor", "ticket_total", "looked_at", "state")
    list_filter = (
        ("provider", RelatedFilter),
        ("encryptor", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
    )
    list_select_related = ("provider",)
    search_fields = ("name", "path")
    ordering = ("name", "id")
    autocomplete_fields = ("provider", "groups", "price_category", "guide_source")
    counts = {"ticket_total": Counted(_("packages"), "tickets", "ingest.ticket", "inbox__id__exact")}
    readonly_fields = ("looked_at", "failure", "keys", "incomplete")
    field_types = {
        "folders": lambda **o: PartsField(parts=FOLDER_WORDS, **o),
        "profile": ObjectField,
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "is_enabled"),
                    "path",
                    ("provider", "price_category"),
                    ("encryptor", "scheme"),
                    ("groups", "guide_source"),
                    "keys",
                    "incomplete",
                    ("looked_at", "failure"),
                )
            },
        ),
        (
            _("How packages are read"),
            {
                "classes": ["tab"],
                "description": _("The profile bends the rules that this provider's files break; {}: none."),
                "fields": ("format", "profile"),
            },
        ),
        (
            _("Folders and times"),
            {
                "classes": ["tab"],
                "description": _("The provider reads the folders as the state of the packages."),
                "fields": ("folders", ("stable_seconds", "poll_seconds"), ("grace_minutes", "patience_hours")),
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:  # nobody has looked into a new one
            first = fieldsets[0][1]
            fieldsets[0] = (None, first | {"fields": first["fields"][:-3]})
        return fieldsets

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may issue keys."""
        return bool(self.has_change_permission(request) and request.user.has_perm("operators.add_apikey"))

    @action(description=_("Issue a key for the provider…"), permissions=["issue"])
    def issue_key(self, request: HttpRequest, queryset: Any) -> Any:
        """Make a key of the REST API that sees the packages of the chosen inboxes alone."""
        asked = self.ask(request, queryset, _("Issue a key for the provider"), ProviderKeyForm)
        if not isinstance(asked, forms.Form):
            return asked
        inboxes = [inbox for inbox in queryset.select_related("operator") if may_write(inbox, staff_of(request))]
        try:
            key, text = issue_provider_key(
                actor=actor_of(request), inboxes=inboxes, sealing_key=settings.ENCRYPTION_KEY, **asked.cleaned_data
            )
        except Invalid as error:
            messages.error(request, explain(error))
            return None
        shown = {"title": _("The new key"), "opts": self.opts, "key": key, "api": APIS[Api.REST], "text": text}
        response = TemplateResponse(
            request, "console/issue_key.html", {**self.admin_site.each_context(request), **shown}
        )
        response["Cache-Control"] = "no-store"
        return response

    @display(description=_("providers' keys"))
    def keys(self, obj: Inbox) -> str:
        held = obj.provider_keys.filter(key__revoked_at=None).select_related("key")
        return ", ".join(f"{each.key.name} …{each.key.hint}" for each in held) or "—"

    @display(description=_("waits for files"))
    def incomplete(self, obj: Inbox) -> str:
        shown = [f"{each.file_name}: {', '.join(each.missing[:MOST])}" for each in obj.incomplete.all()[:MOST]]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in shown)) or "—"

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Inbox) -> tuple[str, Any]:
        if obj.is_enabled and obj.failure:
            return ("warn", obj.failure)
        return ("on", _("enabled")) if obj.is_enabled else ("off", _("disabled"))


SCREENS = {Inbox: InboxScreen}
