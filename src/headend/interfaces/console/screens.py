"""What all screens share: whose records they show, and that every write is an action."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, router
from django.db.models.deletion import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from headend.interfaces.console.fields import SearchSelect, SearchSelectMultiple
from headend.interfaces.console.filters import RelatedFilter
from headend.interfaces.console.forms import EXTRA_NAMES, ConsoleForm, extra_names
from headend.interfaces.console.history import history_of
from headend.interfaces.console.lists import CappedPaginator, ConsoleChangeList, Counted, count_column
from headend.interfaces.console.reach import may_write, only_operator, operator_id_of, reachable, staff_of
from headend.interfaces.console.words import explain
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import HeadendError
from headend.operators.actions import SECRET_FIELDS, delete, delete_many, save
from headend.operators.models import Operator, OperatorOwned

SHOWN_BEFORE_DELETE = 20
FieldMaker = Callable[..., forms.Field]


def actor_of(request: HttpRequest) -> Actor:
    """The staff member who asks, as the actions and the audit log name them."""
    staff = staff_of(request)
    return Actor(ActorKind.STAFF, staff.get_username(), staff.pk, request.META.get("REMOTE_ADDR", ""))


class ConsoleAdmin(ModelAdmin):
    """A screen for one kind of record.

    `counts` are columns with links to what hangs on a record; `field_types` gives list and object fields a form
    field that people can fill in; `offered` says which records a searched reference offers, all if not named;
    `is_read_only` screens have neither forms nor deletion; `delete_action` deletes where deleting the row is not
    enough.
    """

    form = ConsoleForm
    formfield_overrides = {
        models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})},
        models.URLField: {"assume_scheme": "https"},
    }
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    list_fullwidth = True
    list_filter_submit = True
    warn_unsaved_form = True
    actions_on_top = True
    change_form_show_cancel_button = True
    object_history_template = "console/history.html"
    delete_confirmation_template = "console/delete.html"
    delete_selected_confirmation_template = "console/delete_selected.html"

    counts: Mapping[str, Counted] = {}
    field_types: Mapping[str, FieldMaker] = {}
    offered: Mapping[str, models.Q] = {}
    is_read_only = False
    delete_action: Callable[[Actor, Any], Any] | None = None
    request: HttpRequest

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, counted in cls.__dict__.get("counts", {}).items():
            setattr(cls, name, count_column(name, counted))

    # --- who sees what -----------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = reachable(self.model, staff_of(request)).order_by(*(self.get_ordering(request) or self._order()))
        # Here and not by the list alone: Django's list joins nothing more once something is joined.
        joined = [*(["operator"] if self._has_operator() else []), *(self.list_select_related or ())]
        return rows.select_related(*joined) if joined else rows

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Positions and names mean something within one operator only; what is newest comes first for all."""
        ordering = [str(name) for name in super().get_ordering(request) or ()]
        apart = bool(ordering) and not ordering[0].startswith("-") and self._has_operator()
        return ["operator_id", *ordering] if apart and only_operator(staff_of(request)) is None else ordering

    def _order(self) -> Sequence[str]:
        # By number, not by the operator's own order, which would join and sort the whole table.
        ordering = [str(name) for name in self.model._meta.ordering]
        return ["operator_id" if name == "operator" else name for name in ordering]

    def _has_operator(self) -> bool:
        return any(field.name == "operator" for field in self.model._meta.concrete_fields)

    def _asks_operator(self, request: HttpRequest) -> bool:
        """Whether the operator has to be shown and chosen at all."""
        if not self._has_operator():
            return False
        may_serve_all = self.model._meta.get_field("operator").null and staff_of(request).is_superuser
        return bool(may_serve_all) or only_operator(staff_of(request)) is None

    def _is_theirs(self, request: HttpRequest, obj: Any) -> bool:
        if isinstance(obj, str | int):  # Unfold asks with the number from the address
            obj = self.get_object(request, str(obj))
        return obj is None or may_write(obj, staff_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        allowed = not self.is_read_only and super().has_add_permission(request)
        return allowed and (self._has_operator() or staff_of(request).is_superuser or self.is_added_by_others)

    is_added_by_others = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.is_read_only and super().has_change_permission(request) and self._is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.is_read_only and super().has_delete_permission(request) and self._is_theirs(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        parts = set(lookup.split("__"))
        if parts & SECRET_FIELDS or any(part.startswith("sealed") for part in parts):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    # --- lists -------------------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return ConsoleChangeList

    def counted_columns(self, shown: Sequence[Any]) -> list[str]:
        """Which of the counts the columns of a list need."""
        return [name for name in self.counts if name in shown]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        return [*columns, "operator"] if self._asks_operator(request) and "operator" not in columns else columns

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = list(super().get_list_filter(request))
        return [("operator", RelatedFilter), *filters] if self._asks_operator(request) else filters

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        rows, duplicates = super().get_search_results(request, queryset, search_term)
        # SQLite folds the case of ASCII letters only, so other scripts are asked for in the usual spellings too.
        for variant in {search_term.lower(), search_term.capitalize(), search_term.upper(), search_term.title()}:
            if not search_term.isascii() and variant != search_term:
                rows = rows | super().get_search_results(request, queryset, variant)[0]
        return rows, duplicates

    # --- forms -------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        names = extra_names(self._operator_for(request, obj))
        for field, label in names.items():
            if field in form.base_fields:
                form.base_fields[field].label = label
        form.request = request  # the class was made for this request alone
        return form

    def _operator_for(self, request: HttpRequest, obj: Any) -> Operator | None:
        number = operator_id_of(obj) if obj else None
        return obj.operator if number and isinstance(obj, OperatorOwned) else only_operator(staff_of(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        hidden = self.hidden_fields(request, obj)
        return [
            (title, options | {"fields": kept})
            for title, options in super().get_fieldsets(request, obj)
            if (kept := _without(options["fields"], hidden))
        ]

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        """The fields that would only be in this staff member's way, or are not theirs to see."""
        hidden = set() if self._asks_operator(request) else {"operator"}
        if any(field.name == "name_lang1" for field in self.model._meta.concrete_fields):
            hidden |= set(EXTRA_NAMES) - set(extra_names(self._operator_for(request, obj)))
        return hidden

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "operator"] if obj and self._has_operator() and "operator" not in fixed else fixed

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Only those whose screen the staff member may see; the others are short lists of what they reach."""
        names = super().get_autocomplete_fields(request)
        return [name for name in names if self._may_search(request, self.model._meta.get_field(name))]

    def _may_search(self, request: HttpRequest, field: Any) -> bool:
        screen = self.admin_site._registry.get(field.remote_field.model)
        return screen is not None and screen.has_view_permission(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        make = self.field_types.get(db_field.name)
        if make is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        label = str(db_field.verbose_name)
        label = label[:1].upper() + label[1:]
        initial = db_field.get_default()
        return make(label=label, help_text=db_field.help_text, required=not db_field.blank, initial=initial)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchSelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _choices(self, db_field: Any, request: HttpRequest) -> Any:
        return reachable(db_field.remote_field.model, staff_of(request))

    # --- writes ------------------------------------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except HeadendError as error:
            refusal = explain(error)
        except IntegrityError:
            refusal = str(_("Somebody saved something of the same name or number at this moment."))
        # Shown again as a form error, with everything that was typed.
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        form: Any = super().get_changelist_form(request, form=ConsoleForm, **kwargs)
        form.request = request
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and not may_write(obj, staff_of(request)):  # a row that was edited in its list
            messages.error(request, _("“%(name)s” serves all operators; you cannot change it.") % {"name": obj})
            return
        save(actor=actor_of(request), obj=obj, links=form.links())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Many-to-many fields were saved with the record, in one audit entry."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        if self.delete_action:
            self.delete_action(actor_of(request), obj)
        else:
            delete(actor=actor_of(request), obj=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        if self.delete_action:
            for obj in queryset:
                self.delete_action(actor_of(request), obj)
        else:
            delete_many(actor=actor_of(request), objects=queryset)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().delete_view(request, *args, **kwargs)
        except ProtectedError:
            messages.error(request, _("Something else still needs this; it was not deleted."))
            return HttpResponseRedirect(request.path)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Counts of all that would vanish; the first names only, for a customer base has no end.

        What has a screen that never deletes (programmes) goes with what it hangs on.
        """
        collector: Any = NestedObjects(using=router.db_for_write(self.model))
        collector.collect(objs)
        counts = {
            model._meta.verbose_name_plural: len(found)
            for model, found in collector.model_objs.items()
            if not model._meta.auto_created
        }
        names = [str(obj) for obj in objs[:SHOWN_BEFORE_DELETE]]
        if len(objs) > SHOWN_BEFORE_DELETE:
            names.append("…")
        forbidden = {
            model._meta.verbose_name
            for model in collector.model_objs
            if (screen := self.admin_site._registry.get(model))
            and not screen.is_read_only
            and not screen.has_delete_permission(request)
        }
        if not all(may_write(obj, staff_of(request)) for obj in objs):
            forbidden.add(self.opts.verbose_name)
        return names, counts, forbidden, [str(obj) for obj in collector.protected][:SHOWN_BEFORE_DELETE]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The action has written the audit entry; Django's own log is not kept."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """As log_addition."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """As log_addition."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            redirect: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return redirect
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        page = history_of(obj, staff_of(request), request.GET.get("p", "1"))
        title = _("History: %(name)s") % {"name": obj}
        context = {**self.admin_site.each_context(request), "title": title, "page": page, "opts": self.opts}
        return TemplateResponse(request, self.object_history_template, context | {"original": obj})

    def leave_dialog(self, request: HttpRequest, address: str = "") -> HttpResponse:
        """From a dialog, which htmx sent, back to the page it stood on (or to `address`)."""
        address = address or request.headers.get("HX-Current-URL", "") or self.back_to_list(request)["Location"]
        return HttpResponse(headers={"HX-Redirect": address})

    def back_to_list(self, request: HttpRequest) -> HttpResponse:
        """To the list as it was filtered."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{reverse(name)}?{query}" if query else reverse(name))


def _without(fields: Iterable[Any], hidden: Collection[str]) -> list[Any]:
    """Fields and rows of fields, less the hidden ones; a row that is empty then goes too."""
    kept = []
    for field in fields:
        if isinstance(field, list | tuple):
            row = [name for name in field if name not in hidden]
            kept += [row] if row else []
        elif field not in hidden:
            kept.append(field)
    return kept
