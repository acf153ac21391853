"""What changes of tariffs and channels would do, shown before they are written: those typed into a form, and those
that an action makes to many."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from headend.interfaces.console.bulk import Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.plan_page import NEEDED, consequences
from headend.interfaces.console.plans import Changed, Write, foresee
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError
from headend.operators.models import Operator


def asks_preview(request: HttpRequest) -> bool:
    """Whether only the consequences are asked for; those who may not plan may not."""
    if "_preview" not in request.POST:
        return False
    if not may_preview(request):
        raise PermissionDenied
    return True


def may_preview(request: HttpRequest) -> bool:
    """Only those who may plan: what comes of a change tells of all customers."""
    return request.user.has_perms(NEEDED)


class Sure(forms.Form):
    """Asks nothing but whether it is meant."""


class Previewed(Switchable, ExchangeAdmin):
    """A screen whose form, and whose actions in `previewed`, have a button that does what they would do, looks at it
    and takes it back."""

    change_form_after_template = "console/preview_in_form.html"
    previewed: Collection[str] = ("switch_on", "switch_off")

    # --- of a form ---

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [path("<path:object_id>/preview/", view, name=name), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_preview"] = may_preview(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = self.get_object(request, object_id)
        if record is None or not self.has_change_permission(request, record) or not may_preview(request):
            raise PermissionDenied
        form = self.get_form(request, record, change=True)(request.POST, instance=record)
        if not form.is_valid():
            return _refused(request, _told(form))
        typed: Any = self.save_form(request, form, change=True)

        def write() -> Changed:
            self.save_model(request, typed, form, change=True)
            return [(typed, form.changed_data)]

        return preview(request, [typed.operator], write)

    # --- of an action ---

    def switch(self, request: HttpRequest, rows: Any, title: Any, values: Mapping[str, Any]) -> Any:
        """Set these fields of the chosen records once that was confirmed, or say what it would change."""
        asked = self.ask(request, rows, title, Sure)
        if not isinstance(asked, forms.Form):
            return asked
        if not asks_preview(request):
            return self.change_all(request, rows, values)
        operators = {row.operator for row in rows}
        return preview(request, operators, lambda: [(row, values) for row in self.set_all(request, rows, values)[0]])

    def ask(self, request: HttpRequest, rows: Any, title: Any, form: type[forms.Form]) -> Any:
        asked = super().ask(request, rows, title, form)
        if isinstance(asked, forms.Form):
            return asked
        if asks_preview(request):
            return _refused(request, _told(asked.context_data["form"]))
        asked.context_data["may_preview"] = request.POST.get("action") in self.previewed and may_preview(request)
        return asked


def preview(request: HttpRequest, operators: Collection[Operator], write: Write) -> TemplateResponse:
    """What `write` would do to the customers of its operator, as a part of a page; it is taken back."""
    if len(operators) != 1:
        return _refused(request, [_("Choose records of one operator to see what would change.")])
    try:
        outlook = foresee(operator=next(iter(operators)), actor=actor_of(request), now=timezone.now(), write=write)
    except HeadendError as error:
        return _refused(request, [explain(error)])
    except IntegrityError:
        return _refused(request, [_("Somebody saved something of the same name or number at this moment.")])
    return TemplateResponse(request, "console/preview.html", consequences(outlook))


def _refused(request: HttpRequest, refusals: Iterable[str]) -> TemplateResponse:
    return TemplateResponse(request, "console/preview.html", {"refusals": list(refusals)})


def _told(form: Any) -> Iterator[str]:
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        yield from (f"{label}{error}" for error in errors)
