"""Why was this refused? The gate's own decision, explained to staff."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from headend.catalog.models import Channel
from headend.delivery.models import StreamingServer
from headend.interfaces.console.fields import SearchSelect
from headend.interfaces.console.lists import list_url, record_url
from headend.interfaces.console.reach import reachable, staff_of
from headend.interfaces.console.reasons import REASONS, facts_of
from headend.playback.queries import Attempt, Explanation, explain
from headend.playback.rules import Play, Reason
from headend.subscribers.models import Account, Device, TariffSubscription


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a date and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%dT%H:%M")


class WhyForm(forms.Form):
    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=gettext_lazy("Account"),
        widget=SearchSelect(TariffSubscription._meta.get_field("account"), admin.site),
    )
    channel = forms.ModelChoiceField(
        Channel.objects.none(),
        label=gettext_lazy("Channel"),
        widget=SearchSelect(StreamingServer._meta.get_field("channels"), admin.site),
    )
    device = forms.ModelChoiceField(
        Device.objects.none(),
        label=gettext_lazy("Device"),
        required=False,
        empty_label=gettext_lazy("any"),
        widget=UnfoldAdminSelectWidget,
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Moment of the attempt"),
        required=False,
        widget=MomentInput,
        help_text=gettext_lazy("Empty: now."),
    )
    since = forms.DateTimeField(
        label=gettext_lazy("Watched from the archive at"),
        required=False,
        widget=MomentInput,
        help_text=gettext_lazy("Empty: live."),
    )
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=gettext_lazy("Country of the device"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Two letters; empty: that of the account."),
    )
    others = forms.IntegerField(
        label=gettext_lazy("Other devices that watch"),
        required=False,
        min_value=0,
        max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Who is watching at this moment is known to the gate alone."),
    )
    without_code = forms.BooleanField(
        label=gettext_lazy("The parental code was not given"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = staff_of(request)
        self._limit("account", reachable(Account, staff).select_related("operator", "customer"))
        self._limit("channel", reachable(Channel, staff))
        number = self.data.get("account", "") if self.is_bound else ""
        devices = reachable(Device, staff).filter(account=number if number.isdecimal() and len(number) < 19 else None)
        self._limit("device", devices)

    def _limit(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


def why_page(request: HttpRequest) -> HttpResponse:
    """Ask who wanted what when; answer with the decision and all its checks. A plain GET: it can be sent on."""
    if not request.user.has_perm("subscribers.view_account"):
        raise PermissionDenied
    form = WhyForm(request, request.GET if "account" in request.GET else None)
    context = {**admin.site.each_context(request), "title": _("Why was this refused?"), "form": form}
    if form.is_bound and form.is_valid():
        context |= _answer(form.cleaned_data)
    return TemplateResponse(request, "console/why.html", context)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    account, channel, device = asked["account"], asked["channel"], asked["device"]
    moment: datetime = asked["at"] or timezone.now()
    second = int(moment.timestamp())
    others = {f"other {n}": Play(0, second, second) for n in range(asked["others"] or 0)}
    attempt = Attempt(
        device_uid=device.uid if device else "",
        since=asked["since"],
        country=asked["country"],
        parent_code_given=not asked["without_code"],
        plays=others,
    )
    explanation = explain(account=account, channel=channel, moment=moment, attempt=attempt)
    reason = explanation.decision.reason
    return {
        "decision": explanation.decision,
        "words": REASONS[reason],
        "checks": _checks(explanation),
        "tariffs": explanation.tariffs,
        "links": _links(reason, account, channel, device),
        "account": account,
        "channel": channel,
        "moment": moment,
    }


def _checks(explanation: Explanation) -> list[dict[str, Any]]:
    return [
        {"words": REASONS[check.reason].check, "passed": check.passed, "facts": facts_of(check)}
        for check in explanation.checks
    ]


def _links(reason: Reason, account: Account, channel: Channel, device: Device | None) -> list[tuple[str, str]]:
    """Where staff can change the answer."""
    links = {
        Reason.OPERATOR_CLOSED: (_("To the operator"), record_url(account.operator)),
        Reason.ACCOUNT_INACTIVE: (_("To the account"), record_url(account)),
        Reason.ACCOUNT_EXPIRED: (_("To the account"), record_url(account)),
        Reason.DEVICE_DISABLED: (_("To the device"), record_url(device) if device else ""),
        Reason.CHANNEL_DISABLED: (_("To the channel"), record_url(channel)),
        Reason.MAINTENANCE: (_("To the maintenance"), list_url("delivery.maintenance", {"when": "now"})),
        Reason.NO_ARCHIVE: (_("To the channel"), record_url(channel)),
        Reason.TOO_OLD: (_("To the channel"), record_url(channel)),
        Reason.PARENT_CODE: (_("To the account"), record_url(account)),
    }
    subscriptions = list_url("subscribers.tariffsubscription", {"customer__id__exact": account.customer_id})
    of_tariffs = {
        Reason.NO_TARIFF,
        Reason.NOT_IN_TARIFF,
        Reason.WRONG_COUNTRY,
        Reason.OUTSIDE_HOURS,
        Reason.TOO_MANY_STREAMS,
    }
    if reason in of_tariffs:
        return [
            (_("The customer's subscriptions"), subscriptions),
            (_("Tariffs with this channel"), list_url("catalog.tariff", {"channels__id__exact": channel.pk})),
        ]
    return [links[reason]] if reason in links and links[reason][1] else []
