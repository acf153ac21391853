"""The page on which a plan of tariffs, channels and prices is looked at, and applied."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget

from headend.billing.rules import ZERO
from headend.catalog.models import Tariff
from headend.interfaces.console.history import change_lines
from headend.interfaces.console.lists import list_url
from headend.interfaces.console.money import money
from headend.interfaces.console.plan_files import MOST_BYTES, read_plan, write_plan
from headend.interfaces.console.plans import Outlook, carry_out
from headend.interfaces.console.reach import on_behalf_of, reachable, staff_of
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.stored import KEPT_SECONDS, store, take
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError, Invalid
from headend.operators.models import Operator

SALT = "console.plan"
SHOWN = 100
NEEDED = tuple(f"catalog.{right}_{kind}" for right in ("add", "change") for kind in ("tariff", "channel", "category"))


class PlanForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Edited plan (YAML)"), widget=UnfoldAdminFileFieldWidget)


def plan_page(request: HttpRequest) -> HttpResponse:
    """Hand a plan out, look at an edited one, or apply what was looked at."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    if "export" in request.GET:
        return _export(request)
    if "stored" in request.POST:
        return _apply(request)
    form = PlanForm(request.POST or None, request.FILES or None)
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read(MOST_BYTES + 1)
        try:
            more = _shown(_carry_out(request, data, keep=False))
            more["stored"] = signing.dumps([staff_of(request).pk, store(data)], salt=SALT)
        except HeadendError as error:
            form.add_error("file", _place_of(error) + explain(error))
        except IntegrityError:
            form.add_error("file", _("Somebody changed these records at the same moment."))
    return _page(request, more | {"form": form})


def _page(request: HttpRequest, more: dict[str, Any]) -> TemplateResponse:
    operators = reachable(Operator, staff_of(request)).order_by("name")[:50]
    context = {**admin.site.each_context(request), "title": _("Plan changes"), "opts": Tariff._meta}
    return TemplateResponse(request, "console/plan.html", context | {"operators": operators} | more)


def _place_of(error: HeadendError) -> str:
    return f"{error.place}: " if isinstance(error, Invalid) and error.place else ""


def _operator(request: HttpRequest, number: str) -> Operator:
    found = reachable(Operator, staff_of(request)).filter(pk=int(number) if number.isdecimal() else None).first()
    if found is None:
        raise Invalid(_("The plan is of no operator that you work for."))
    return found


def _export(request: HttpRequest) -> HttpResponse:
    try:
        operator = _operator(request, request.GET["export"][:18])
    except Invalid as error:
        raise PermissionDenied from error
    response = HttpResponse(write_plan(operator, on_behalf_of(operator)), content_type="application/yaml")
    response["Content-Disposition"] = f'attachment; filename="plan-{timezone.localdate():%Y-%m-%d}.yaml"'
    return response


def _carry_out(request: HttpRequest, data: bytes, *, keep: bool) -> Outlook:
    file = read_plan(data)
    operator = _operator(request, file.operator[:18])
    staff = on_behalf_of(operator)
    return carry_out(file=file, operator=operator, staff=staff, actor=actor_of(request), now=timezone.now(), keep=keep)


def _apply(request: HttpRequest) -> HttpResponse:
    """Apply what was looked at, if this staff member looked at it."""
    try:
        staff, name = signing.loads(request.POST["stored"], salt=SALT, max_age=KEPT_SECONDS)
    except (signing.BadSignature, ValueError):
        staff, name = None, ""
    data = take(name) if staff == staff_of(request).pk else None
    if data is None:
        messages.error(request, _("The file is no longer there; choose it again."))
        return HttpResponseRedirect(request.path)
    try:
        is_applied = _carry_out(request, data, keep=True).is_applied
    except (HeadendError, IntegrityError):
        is_applied = False
    if not is_applied:
        messages.error(request, _("Nothing was written: the records have changed meanwhile. Export the plan anew."))
        return HttpResponseRedirect(request.path)
    messages.success(request, _("The plan was applied."))
    return HttpResponseRedirect(list_url("catalog.tariff"))


def _shown(outlook: Outlook) -> dict[str, Any]:
    rows = [row for plan in outlook.plans.values() for row in plan.rows][:SHOWN]
    for row, lines in zip(rows, change_lines([(each.obj, each.changes) for each in rows]), strict=True):
        row.obj.lines = lines
    return consequences(outlook) | {
        "problems": [problem for _kind, problem in outlook.problems],
        "rows": rows,
        "may_apply": outlook.changes_anything and not outlook.problems and not outlook.is_stale,
    }


def consequences(outlook: Outlook) -> dict[str, Any]:
    """Who gains and loses what, and what is charged, for `console/consequences_….html`."""
    return {"outlook": outlook, "effects": list(_effects(outlook))[:SHOWN], "sums": list(_sums(outlook))}


def _effects(outlook: Outlook) -> Iterator[tuple[Any, str, Any]]:
    """What is gained and lost: (kind, name, effect)."""
    if outlook.effects:
        for number, effect in outlook.effects.tariffs.items():
            yield _("tariff"), outlook.names["tariffs"].get(number, f"#{number}"), effect
        for number, effect in outlook.effects.channels.items():
            yield _("channel"), outlook.names["channels"].get(number, f"#{number}"), effect


def _sums(outlook: Outlook) -> Iterator[tuple[str, str, str]]:
    """What is charged before and after: (what, old, new)."""
    if outlook.before and outlook.after and outlook.run_before and outlook.run_after:
        for what, old, new in (
            (_("All next periods"), outlook.before.renewals, outlook.after.renewals),
            (_("Tomorrow's billing run"), outlook.run_before.tally.charged, outlook.run_after.tally.charged),
        ):
            for currency in sorted({*old, *new}):
                yield what, money(old.get(currency, ZERO), currency), money(new.get(currency, ZERO), currency)
