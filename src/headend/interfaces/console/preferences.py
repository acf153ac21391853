"""A staff member's own settings: language and time zone. And the language switch, which remembers."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.i18n import set_language
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.widgets import UnfoldAdminSelectWidget

from headend.interfaces.console.fields import ZoneField
from headend.interfaces.console.reach import staff_of
from headend.interfaces.console.screens import actor_of
from headend.kernel.actor import Actor, ActorKind
from headend.operators.actions import save
from headend.operators.models import Staff


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("as the browser asks")), *settings.LANGUAGES],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    time_zone = ZoneField(label=gettext_lazy("Time zone"), blank=True, required=False)


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """Unfold's form; the new password is written by an action, so that the audit log knows of it."""

    def save(self, commit: bool = True) -> Any:
        staff = Staff.objects.get(pk=self.user.pk)
        staff.set_password(self.cleaned_data["new_password1"])
        save(actor=Actor(ActorKind.STAFF, staff.get_username(), staff.pk), obj=staff)
        self.user.password = staff.password  # the view keeps this session alive by it
        return self.user


def preferences(request: HttpRequest) -> HttpResponse:
    """Show and change the settings of whoever asks."""
    staff = staff_of(request)
    initial = {"language": staff.language, "time_zone": staff.time_zone}
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        response = HttpResponseRedirect(request.path)
        _remember(request, **form.cleaned_data)
        # The cookie of the language switch would win over the choice that was made here.
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        messages.success(request, _("Your settings were saved."))
        return response
    context: dict[str, Any] = {**admin.site.each_context(request), "title": _("My settings"), "form": form}
    return TemplateResponse(request, "console/preferences.html", context)


def switch_language(request: HttpRequest) -> HttpResponse:
    """Django's language switch; for signed-in staff the choice is theirs in every browser."""
    language = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and language in dict(settings.LANGUAGES):
        _remember(request, language=language)
    return set_language(request)


def _remember(request: HttpRequest, **values: str) -> None:
    staff = Staff.objects.get(pk=staff_of(request).pk)
    for name, value in values.items():
        setattr(staff, name, value)
    save(actor=actor_of(request), obj=staff)
