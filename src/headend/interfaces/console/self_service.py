"""Screens of what households do by themselves: registering, being sent texts, choosing profiles and templates."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import PairsField, SecretField
from headend.interfaces.console.forms import EXTRA_NAMES, ConsoleForm, sealed
from headend.interfaces.console.reach import reachable, staff_of
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.texts import sender_of
from headend.kernel.errors import HeadendError
from headend.subscribers.models import PortalTemplate, Profile, RegistrationRules, TextGateway, TextGatewayKind
from headend.subscribers.ports import Text

# --- registration ----------------------------------------------------------------------------------------------------


class RegistrationRulesScreen(Switchable):
    list_display = ("operator", "needs_captcha", "confirms_phone", "accounts_per_hour", "trial_days", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("operator__name",)
    fieldsets = (
        (
            None,
            {
                "description": _(
                    "Whether and how households make an account for themselves, on a television or phone."
                ),
                "fields": (
                    "operator",
                    "is_enabled",
                    ("needs_captcha", "confirms_phone"),
                    "accounts_per_hour",
                    ("trial_days", "starts_in_service"),
                ),
            },
        ),
    )

    @display(description=_("registration"), label=STATE_COLOURS, ordering="is_enabled")
    def state(self, obj: RegistrationRules) -> tuple[str, Any]:
        return ("on", _("open")) if obj.is_enabled else ("off", _("closed"))


# --- texts -----------------------------------------------------------------------------------------------------------


class TextGatewayForm(ConsoleForm):
    new_secret = SecretField(
        label=_("New password or key"), help_text=_("It is never shown; empty: it stays as it is.")
    )

    def take_own_fields(self) -> None:
        if self.cleaned_data.get("new_secret"):
            self.instance.sealed_secret = sealed(self.cleaned_data["new_secret"])


class Recipient(forms.Form):
    to = forms.CharField(
        label=_("Phone or mail address"), max_length=254, widget=UnfoldAdminTextInputWidget, help_text=_("Of your own.")
    )


class TextGatewayScreen(Switchable):
    form = TextGatewayForm
    list_display = ("medium", "kind", "leads_to", "sender", "state")
    list_filter = (
        ("medium", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("is_enabled", BooleanRadioFilter),
    )
    search_fields = ("host", "url", "sender")
    actions = ("switch_on", "switch_off", "try_out")
    field_types = {"fields": PairsField, "headers": PairsField}
    fieldsets = (
        (
            None,
            {
                "description": _("One for SMS and one for email. Without them no codes and no passwords are sent."),
                "fields": ("operator", ("medium", "kind"), "is_enabled", "sender", ("username", "new_secret")),
            },
        ),
        (_("Mail server"), {"classes": ["tab"], "fields": (("host", "port"), "security")}),
        (
            _("SMS gateway"),
            {
                "classes": ["tab"],
                "description": _(
                    "Lines “name: value”. In values, $to is the phone, $digits the phone without +, $text the text, "
                    "$sender, $user and $secret what is given above, and $$ a dollar sign."
                ),
                "fields": ("url", "sends_as", "fields", "headers", "expects"),
            },
        ),
    )

    @display(description=_("leads to"))
    def leads_to(self, obj: TextGateway) -> str:
        if obj.kind == TextGatewayKind.SMTP:
            return f"{obj.host}:{obj.port}"
        return obj.url if obj.kind == TextGatewayKind.HTTP else "—"

    @action(description=_("Send a text to try it out…"), permissions=["change"])
    def try_out(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Send a text to try it out"), Recipient)
        if not isinstance(form, forms.Form):
            return form
        for gateway in queryset.filter(pk__in=reachable(TextGateway, staff_of(request)).values("pk")):
            self._try(request, gateway, form.cleaned_data["to"])
        return None

    def _try(self, request: HttpRequest, gateway: TextGateway, to: str) -> None:
        words = str(_("This is a trial of the text gateway."))
        try:
            sender_of(gateway).send(Text(to, words, words))
        except HeadendError as error:
            messages.error(
                request, _("%(gateway)s: it was not sent. %(reason)s") % {"gateway": gateway, "reason": error}
            )
        else:
            messages.success(request, _("%(gateway)s: it was handed over.") % {"gateway": gateway})


# --- profiles and templates ------------------------------------------------------------------------------------------


class ProfileSheet(Sheet):
    model = Profile
    columns = ("name", *EXTRA_NAMES, "description", "is_default", "shows_adult_content", "sort")
    keys = (("name",),)


class ProfileScreen(ExchangeAdmin):
    sheet = ProfileSheet
    list_display = ("name", "is_default", "shows_adult_content", "sort", "description")
    list_filter = (("is_default", BooleanRadioFilter), ("shows_adult_content", BooleanRadioFilter))
    search_fields = ("name", "description")
    ordering = ("operator_id", "sort", "id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    "name",
                    *EXTRA_NAMES,
                    "description",
                    ("is_default", "shows_adult_content"),
                    "sort",
                )
            },
        ),
    )


class PortalTemplateSheet(Sheet):
    model = PortalTemplate
    columns = ("name", "system_name")
    keys = (("system_name",),)


class PortalTemplateScreen(ExchangeAdmin):
    sheet = PortalTemplateSheet
    list_display = ("name", "system_name")
    search_fields = ("name", "system_name")
    fieldsets = ((None, {"fields": ("operator", ("name", "system_name"))}),)


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    RegistrationRules: RegistrationRulesScreen,
    TextGateway: TextGatewayScreen,
    Profile: ProfileScreen,
    PortalTemplate: PortalTemplateScreen,
}
