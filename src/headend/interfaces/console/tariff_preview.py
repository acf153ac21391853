"""What the changes typed into a tariff's form would do, shown beside them before they are saved."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from headend.catalog.models import Tariff
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.plan_page import consequences
from headend.interfaces.console.plans import foresee
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError


class PreviewedTariff(ExchangeAdmin):
    """The screen of tariffs with a button that does what saving would, looks at it and takes it back."""

    change_form_after_template = "console/tariff_preview_button.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [path("<path:object_id>/preview/", view, name="catalog_tariff_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        tariff = self.get_object(request, object_id)
        if tariff is None or not self.has_change_permission(request, tariff):
            raise PermissionDenied
        form = self.get_form(request, tariff, change=True)(request.POST, instance=tariff)
        return TemplateResponse(request, "console/tariff_preview.html", self._consequences(request, form))

    def _consequences(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        if not form.is_valid():
            return {"refusals": list(_told(form))}
        tariff: Tariff = self.save_form(request, form, change=True)
        try:
            outlook = foresee(
                operator=tariff.operator,
                actor=actor_of(request),
                now=timezone.now(),
                tariff=tariff,
                fields=form.changed_data,
                write=lambda: self.save_model(request, tariff, form, change=True),
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
