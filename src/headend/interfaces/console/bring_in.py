"""Pages on which staff hand over files: channel lists, looked at first, and guides, which the worker imports."""

import shutil
from contextlib import nullcontext
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from headend.catalog.actions.channel_lists import ChannelListReport, import_channels
from headend.catalog.models import Channel, GuideSource
from headend.interfaces.console.lists import list_url, record_url
from headend.interfaces.console.reach import only_operator, reachable, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.stored import KEPT_SECONDS, store, stored_file, take
from headend.interfaces.console.words import explain
from headend.interfaces.jobs.guide import import_uploaded_guide
from headend.kernel.errors import HeadendError
from headend.operators.actions import record
from headend.operators.models import Operator

LARGEST_LIST = 50_000_000
SALT = "console.channel_list"


class ListForm(forms.Form):
    operator = forms.ModelChoiceField(
        Operator.objects.none(), label=gettext_lazy("Operator"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(label=gettext_lazy("M3U file"), widget=UnfoldAdminFileFieldWidget)
    name = forms.CharField(
        label=gettext_lazy("Name of the list"),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "Tells lists apart: the same name again brings that list up to date. Empty: the file's name."
        ),
    )
    disable_missing = forms.BooleanField(
        label=gettext_lazy("Switch channels off that this list had and has no more"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = staff_of(request)
        self.fields["operator"].queryset = reachable(Operator, staff)  # type: ignore[attr-defined]
        only = only_operator(staff)
        if only is not None:
            self.fields["operator"].initial = only
            self.fields["operator"].widget = forms.HiddenInput()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_LIST:
            raise forms.ValidationError(_("The file is larger than %(number)d MB.") % {"number": LARGEST_LIST // 10**6})
        return file


def import_list_page(request: HttpRequest) -> HttpResponse:
    """Read a channel list, show what it would change, and change it when that is confirmed."""
    if not (request.user.has_perm("catalog.add_channel") and request.user.has_perm("catalog.change_channel")):
        raise PermissionDenied
    if "stored" in request.POST:
        return _import_stored(request)
    form = ListForm(request, request.POST or None, request.FILES or None)
    more: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        more |= _look(request, form)
    context = {**admin.site.each_context(request), "title": _("Import a channel list"), "opts": Channel._meta}
    return TemplateResponse(request, "console/import_list.html", context | more)


def _look(request: HttpRequest, form: ListForm) -> dict[str, Any]:
    file = form.cleaned_data["file"]
    asked = {
        "staff": staff_of(request).pk,
        "operator": form.cleaned_data["operator"].pk,
        "name": form.cleaned_data["name"] or PurePath(file.name or "list").stem,
        "disable_missing": form.cleaned_data["disable_missing"],
        "file": store(file.read()),
    }
    try:
        report = _import(request, asked, only_look=True)
    except HeadendError as error:
        form.add_error("file", explain(error))
        return {}
    return {"report": report, "stored": signing.dumps(asked, salt=SALT), "list_name": asked["name"]}


def _import(request: HttpRequest, asked: dict[str, Any], *, only_look: bool) -> ChannelListReport:
    read = import_string(settings.CHANNEL_LIST_FORMAT)
    operator = reachable(Operator, staff_of(request)).get(pk=asked["operator"])
    # A look is written and taken back in one piece; an import is written in pieces that keep nobody waiting.
    whole = transaction.atomic() if only_look else nullcontext()
    with whole, stored_file(asked["file"]).open("rb") as stream:
        report = import_channels(
            actor=actor_of(request),
            operator=operator,
            source_name=asked["name"],
            entries=read(stream),
            now=timezone.now(),
            disable_missing=asked["disable_missing"],
        )
        if only_look:
            transaction.set_rollback(True)
    return report


def _import_stored(request: HttpRequest) -> HttpResponse:
    """Import what was looked at, if this staff member looked at it."""
    try:
        asked = signing.loads(request.POST["stored"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        asked = {}
    if asked.get("staff") != staff_of(request).pk or take(asked["file"]) is None:
        messages.error(request, _("The file is no longer there; choose it again."))
        return HttpResponseRedirect(request.path)
    try:
        report = _import(request, asked, only_look=False)
    except HeadendError as error:
        messages.error(request, explain(error))
        return HttpResponseRedirect(request.path)
    words = _("Imported: %(created)d new, %(updated)d changed, %(unchanged)d unchanged, %(wrong)d left out.")
    numbers = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
    messages.success(request, words % (numbers | {"wrong": report.skipped}))
    return HttpResponseRedirect(list_url("catalog.channel"))


class GuideFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("XMLTV file"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("As it is, or packed with gzip or xz."),
    )


def upload_guide_page(request: HttpRequest, source: GuideSource) -> HttpResponse:
    """Take a guide file for a source and put its import on the worker's queue."""
    form = GuideFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        place = _keep(file)
        record(actor=actor_of(request), verb="import", obj=source, changes={"file": str(file.name)[:200]})
        import_uploaded_guide(source.pk, str(place))
        messages.success(request, _("The guide is being imported; what it did will be shown below."))
        return HttpResponseRedirect(record_url(source))
    context = {**admin.site.each_context(request), "title": _("Import a guide file"), "opts": GuideSource._meta}
    return TemplateResponse(request, "console/upload_guide.html", context | {"form": form, "original": source})


def _keep(file: Any) -> Path:
    folder: Path = settings.HEADEND.data / "spool" / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    place = folder / uuid4().hex
    with place.open("wb") as target:
        shutil.copyfileobj(file, target)
    return place
