"""What is done to many records at once: each of them gets its audit entry, the gate its news."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from headend.interfaces.console.reach import may_write, reachable, staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.operators.actions import save_many

STATE_COLOURS = {"on": "success", "off": "danger", "warn": "warning", "info": "info", "away": "default"}


class BulkActions(ConsoleAdmin):
    """A screen with actions on the chosen rows of its list."""

    def change_all(self, request: HttpRequest, rows: Iterable[Any], values: Mapping[str, Any]) -> None:
        """Set these fields of all chosen records and say how many changed; not those that are not theirs."""
        self.tell(request, self.set_all(request, rows, values)[1])

    def set_all(self, request: HttpRequest, rows: Iterable[Any], values: Mapping[str, Any]) -> tuple[list[Any], int]:
        """Set these fields of all chosen records that are theirs; gives those, and how many changed."""
        staff = staff_of(request)
        chosen = [row for row in rows if may_write(row, staff)]
        for row in chosen:
            for name, value in values.items():
                setattr(row, name, value)
        return chosen, save_many(actor=actor_of(request), objects=chosen, fields=list(values))

    def tell(self, request: HttpRequest, number: int) -> None:
        """Say how many records a bulk action changed."""
        words = ngettext("%(number)d record was changed.", "%(number)d records were changed.", number)
        messages.success(request, words % {"number": number})

    def ask(self, request: HttpRequest, rows: Any, title: Any, form: type[forms.Form]) -> Any:
        """Ask what a bulk action needs to know: the valid form, or the page that asks (again).

        The page sends the same action with the same selection back, and `_asked` beside it.
        """
        filled = form(request.POST if "_asked" in request.POST else None)
        self.limit_choices(request, filled)
        if filled.is_bound and filled.is_valid():
            return filled
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": filled,
            "opts": self.opts,
            "number": rows.count(),
            "action": request.POST.get("action"),
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
            "media": self.media + filled.media,
        }
        return TemplateResponse(request, "console/ask.html", context)

    def limit_choices(self, request: HttpRequest, form: forms.Form) -> None:
        """Keep the choices of an asking form to what the staff member reaches."""
        for field in form.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = reachable(field.queryset.model, staff_of(request))  # type: ignore[union-attr]


class Switchable(BulkActions):
    """Records that are switched on and off by one of their fields."""

    switch_field = "is_enabled"
    actions: Sequence[str] = ("switch_on", "switch_off")

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: Any) -> tuple[str, Any]:
        return ("on", _("enabled")) if getattr(obj, self.switch_field) else ("off", _("disabled"))

    @action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> Any:
        return self.switch(request, queryset, _("Switch on"), {self.switch_field: True})

    @action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> Any:
        return self.switch(request, queryset, _("Switch off"), {self.switch_field: False})

    def switch(self, request: HttpRequest, rows: Any, title: Any, values: Mapping[str, Any]) -> Any:  # noqa: ARG002
        """Set these fields of the chosen records, at once; `title` names the action where somebody asks first."""
        self.change_all(request, rows, values)
