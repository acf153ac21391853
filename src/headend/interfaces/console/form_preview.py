"""What the changes typed into the form of a tariff or channel would do, shown beside them before they are saved."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.plan_page import NEEDED, consequences
from headend.interfaces.console.plans import foresee
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError


class Previewed(ExchangeAdmin):
    """A screen whose form has a button that does what saving would, looks at it and takes it back.

    It is for those who may plan: what comes of a change tells of all customers.
    """

    change_form_after_template = "console/form_preview_button.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [path("<path:object_id>/preview/", view, name=name), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_preview"] = request.user.has_perms(NEEDED)
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = self.get_object(request, object_id)
        if record is None or not self.has_change_permission(request, record) or not request.user.has_perms(NEEDED):
            raise PermissionDenied
        form = self.get_form(request, record, change=True)(request.POST, instance=record)
        return TemplateResponse(request, "console/form_preview.html", self._consequences(request, form))

    def _consequences(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        if not form.is_valid():
            return {"refusals": list(_told(form))}
        record: Any = self.save_form(request, form, change=True)
        try:
            outlook = foresee(
                operator=record.operator,
                actor=actor_of(request),
                now=timezone.now(),
                record=record,
                fields=form.changed_data,
                write=lambda: self.save_model(request, record, form, change=True),
            )
        except HeadendError as error:
            return {"refusals": [explain(error)]}
        except IntegrityError:
            return {"refusals": [_("Somebody saved something of the same name or number at this moment.")]}
        return consequences(outlook)


def _told(form: Any) -> Any:
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        yield from (f"{label}{error}" for error in errors)
