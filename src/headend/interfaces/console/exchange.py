"""Export of what a list shows, and import with a look at what would change before anything is written."""

from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from headend.interfaces.console.history import change_lines
from headend.interfaces.console.imports import plan_import, write
from headend.interfaces.console.lists import list_url
from headend.interfaces.console.reach import staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.stored import KEPT_SECONDS, store, take
from headend.interfaces.console.tables import FORMATS, NotATable, as_file, read_table
from headend.operators.rules import Role

MOST_SHOWN = 100
# These see channels as lists of what is shown, not the addresses and settings behind.
_WITHOUT_EXPORT = (Role.COPYRIGHT_HOLDER, Role.MONITORING)


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"), choices=[(f.name, f.title) for f in FORMATS.values()], widget=UnfoldAdminSelectWidget
    )


class ImportForm(forms.Form):
    file = forms.FileField(label=_("CSV or XLSX file"), widget=UnfoldAdminFileFieldWidget)


class ConfirmForm(forms.Form):
    stored = forms.CharField(widget=forms.HiddenInput)
    leave_out = forms.BooleanField(
        label=_("Leave out the rows with errors"), required=False, widget=UnfoldBooleanSwitchWidget
    )


class ExchangeAdmin(ConsoleAdmin):
    """A screen whose list can be exported and imported; `sheet` says how its records stand in a table."""

    sheet: type[Sheet]
    may_import = True
    confirm_form: type[ConfirmForm] = ConfirmForm
    change_list_template = "console/exchange_list.html"

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        own = [path("export/", view(self.export_view), name=f"{name}_export")]
        if self.may_import:
            own.append(path("import/", view(self.import_view), name=f"{name}_import"))
        return own + super().get_urls()

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and staff_of(request).role not in _WITHOUT_EXPORT

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.may_import and self.has_change_permission(request) and self.has_add_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        more = {"may_export": self.has_export_permission(request), "may_import": self.has_import_permission(request)}
        return super().changelist_view(request, (extra_context or {}) | more)

    # --- export ------------------------------------------------------------------------------------------------------

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_export_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None)
        try:
            records = self._listed(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(list_url(self.opts.label_lower))
        if request.method == "POST" and form.is_valid():
            return self._export(request, records, form.cleaned_data["format"])
        sheet = self.sheet(staff_of(request))
        more = {"form": form, "headings": sheet.headings(), "number": records.count(), "title": _("Export")}
        return TemplateResponse(request, "console/export.html", self._context(request) | more)

    def _listed(self, request: HttpRequest) -> Any:
        """The records that the list shows with this search and these filters."""
        return self.get_changelist_instance(request).get_queryset(request)

    def _export(self, request: HttpRequest, records: Any, name: str) -> StreamingHttpResponse:
        chosen = FORMATS[name]
        sheet = self.sheet(staff_of(request))
        rows = chain([sheet.headings()], sheet.rows(records))
        response = StreamingHttpResponse(chosen.write(rows), content_type=chosen.content_type)
        file_name = f"{self.opts.model_name}-{timezone.localdate():%Y-%m-%d}.{chosen.name}"
        response["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return response

    # --- import ------------------------------------------------------------------------------------------------------

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if "stored" in request.POST:
            return self._write_stored(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        more: dict[str, Any] = {"form": form}
        if request.method == "POST" and form.is_valid():
            data = as_file(form.cleaned_data["file"])
            try:
                more |= self._preview(request, data)
            except NotATable as error:
                form.add_error("file", str(error))
        return self._import_page(request, more)

    def _import_page(self, request: HttpRequest, more: dict[str, Any]) -> TemplateResponse:
        sheet = self.sheet(staff_of(request))
        headings = [*sheet.headings(), *sheet.extra]
        context = self._context(request) | {"title": _("Import"), "headings": headings, "keys": sheet.keys}
        return TemplateResponse(request, "console/import.html", context | more)

    def _preview(self, request: HttpRequest, data: bytes) -> dict[str, Any]:
        plan = plan_import(self.sheet(staff_of(request)), *read_table(data))
        token = signing.dumps([staff_of(request).pk, self.opts.label_lower, store(data)], salt="console.import")
        shown = plan.rows[:MOST_SHOWN]
        for planned, lines in zip(shown, change_lines([(r.obj, r.changes) for r in shown]), strict=True):
            planned.obj.lines = lines
        return {
            "plan": plan,
            "shown": shown,
            "problems": plan.problems[:MOST_SHOWN],
            "confirm": self.confirm_form(initial={"stored": token}) if plan.rows else None,
        }

    def _write_stored(self, request: HttpRequest) -> HttpResponse:
        form = self.confirm_form(request.POST)
        data = self._stored(request, form)
        if data is None:
            messages.error(request, _("The file is no longer there; choose it again."))
            return HttpResponseRedirect(request.path)
        sheet = self.sheet_to_import(request, form)
        plan = plan_import(sheet, *read_table(data))
        if plan.problems and not form.cleaned_data["leave_out"]:
            messages.error(request, _("Nothing was written: some rows have errors."))
            return self._import_page(request, {"form": ImportForm()} | self._preview(request, data))
        for problem in write(plan, sheet, actor_of(request)):
            line = _("Line %(line)d was not written: %(text)s")
            messages.error(request, line % {"line": problem.line, "text": problem.message})
        words = _("Imported: %(created)d new, %(updated)d changed, %(unchanged)d unchanged, %(wrong)d left out.")
        numbers = {"created": plan.created, "updated": plan.updated, "unchanged": plan.unchanged}
        messages.success(request, words % (numbers | {"wrong": plan.refused}))
        return self.after_import(request, sheet)

    def sheet_to_import(self, request: HttpRequest, form: ConfirmForm) -> Sheet:
        """By what a confirmed file is written."""
        return self.sheet(staff_of(request))

    def after_import(self, request: HttpRequest, sheet: Sheet) -> HttpResponse:
        """What is shown when a file was written."""
        return self.back_to_list(request)

    def _stored(self, request: HttpRequest, form: ConfirmForm) -> bytes | None:
        """The file that was looked at, if this staff member stored it for this kind of record."""
        if not form.is_valid():
            return None
        try:
            token = signing.loads(form.cleaned_data["stored"], salt="console.import", max_age=KEPT_SECONDS)
            staff, label, name = token
        except (signing.BadSignature, ValueError):
            return None
        return take(name) if (staff, label) == (staff_of(request).pk, self.opts.label_lower) else None

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}
