"""The page on which staff hand in a package: its files are streamed to disk and put into an inbox, description last."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from headend.ingest.actions.arrivals import is_description
from headend.ingest.actions.uploads import Received, check_name, deliver, discard, receive, receive_spooled
from headend.ingest.models import Inbox
from headend.interfaces.console.reach import may_write, reachable, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError, Invalid

NEEDED = "ingest.change_ticket"
MOST_FILES = 50
CHUNK = 1 << 20


_TELL = "document.getElementById('chosen').textContent = [...this.files].map(file => file.name).join(', ')"


class ManyFilesWidget(UnfoldAdminFileFieldWidget):
    """Unfold's field says the name of one file; the page lists all that were chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, all of which have names that packages can have; one of them is a description."""

    widget = ManyFilesWidget(attrs={"multiple": True, "onchange": _TELL})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(FilesField, self).clean(each, initial) for each in data or [None]]
        names = [str(file.name) for file in files]
        if len(files) > MOST_FILES or len(set(names)) < len(names):
            raise forms.ValidationError(
                _("There may be %(most)d files at most, each with a name of its own."), params={"most": MOST_FILES}
            )
        for name in names:
            try:
                check_name(name)
            except Invalid as error:
                raise forms.ValidationError(f"{name[:100]}: {error}") from error
        if not any(map(is_description, names)):
            raise forms.ValidationError(_("The description (XML) is missing."))
        return files


class UploadForm(forms.Form):
    inbox = forms.ModelChoiceField(Inbox.objects.none(), label=_("Inbox"), widget=UnfoldAdminSelectWidget)
    package = FilesField(
        label=_("Files of the package"), help_text=_("The description and all files that it names, chosen together.")
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["inbox"]
        field.queryset = reachable(Inbox, staff_of(request)).filter(is_enabled=True).order_by("name")


def upload_page(request: HttpRequest) -> HttpResponse:
    """Take a package for an inbox."""
    if not request.user.has_perm(NEEDED):
        raise PermissionDenied
    form = UploadForm(request, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        inbox, files = form.cleaned_data["inbox"], form.cleaned_data["package"]
        if not may_write(inbox, staff_of(request)):
            raise PermissionDenied
        try:
            _take(request, inbox, files)
        except HeadendError as error:
            place = f"{error.place}: " if isinstance(error, Invalid) else ""
            form.add_error("package", place + explain(error))
        else:
            words = ngettext("%(number)d file lies in the inbox.", "%(number)d files lie in the inbox.", len(files))
            messages.success(request, words % {"number": len(files)})
            return HttpResponseRedirect(reverse("admin:ingest_board"))
    context = {**admin.site.each_context(request), "title": _("Hand in a package"), "form": form}
    most = {"most": settings.HEADEND.upload_megabytes * 10**6}
    return TemplateResponse(request, "console/ingest_upload.html", context | most)


def _take(request: HttpRequest, inbox: Inbox, files: list[Any]) -> None:
    data, most = settings.HEADEND.data, settings.HEADEND.upload_megabytes * 10**6
    received: dict[str, Received] = {}
    try:
        for file in files:
            if isinstance(file, TemporaryUploadedFile):
                received[str(file.name)] = receive_spooled(inbox, data, Path(file.temporary_file_path()), most)
            else:
                received[str(file.name)] = receive(inbox, data, file.chunks(CHUNK), most)
        deliver(actor=actor_of(request), inbox=inbox, data=data, files=received)
    finally:
        discard(received.values())
