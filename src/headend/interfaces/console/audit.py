"""The audit log: who did what, when, from where, and what it was before."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, FieldTextFilter
from unfold.decorators import display

from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, WordsFilter
from headend.interfaces.console.history import VERB_COLOURS, VERBS, describe, entity_label, model_of
from headend.interfaces.console.lists import ConsoleChangeList, record_url
from headend.interfaces.console.permissions import ENTITIES
from headend.interfaces.console.reach import staff_of
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.words import ACTORS, word_for
from headend.operators.models import AuditEntry


class AuditEntrySheet(Sheet):
    model = AuditEntry
    columns = ("at", "actor_kind", "actor_name", "address", "verb", "entity", "object_id", "object_name", "changes")


class EntityFilter(DropdownFilter):
    title = _("entity")
    parameter_name = "entity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        models = (apps.get_model(app, name) for app, names in ENTITIES.items() for name in names)
        return sorted(((m._meta.label_lower, str(m._meta.verbose_name)) for m in models), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(entity=self.value()) if self.value() else queryset


class VerbFilter(DropdownFilter):
    title = _("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(VERBS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class ActorFilter(WordsFilter):
    words = ACTORS


class AuditChangeList(ConsoleChangeList):
    """Puts the words of each change beside it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        describe(self.result_list, staff_of(request))


class AuditEntryScreen(ExchangeAdmin):
    is_read_only = True
    may_import = False
    sheet = AuditEntrySheet
    list_display = ("at", "who", "what", "entity_words", "record", "difference")
    list_display_links = ("at",)
    list_filter = (
        VerbFilter,
        EntityFilter,
        ("actor_kind", ActorFilter),
        ("actor_name", FieldTextFilter),
        ("address", FieldTextFilter),
        ("at", MomentFilter),
    )
    search_fields = ("actor_name", "object_name", "address", "object_id__exact")
    search_help_text = _("Who, name or number of the record, or address")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("at", "actor_words"),
                    ("actor_name", "address"),
                    ("what_words", "entity_words"),
                    "record",
                    "difference",
                )
            },
        ),
    )
    readonly_fields = (
        "at",
        "actor_words",
        "actor_name",
        "address",
        "what_words",
        "entity_words",
        "record",
        "difference",
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return AuditChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            describe([entry], staff_of(request))
        return entry

    @display(description=_("who"), ordering="actor_name")
    def who(self, obj: AuditEntry) -> SafeString:
        return format_html('{}<br><span class="console-muted">{}</span>', obj.actor_name, obj.address)

    @display(description=_("by"))
    def actor_words(self, obj: AuditEntry) -> str:
        return word_for(ACTORS, obj.actor_kind)

    @display(description=_("what"), ordering="verb", label=VERB_COLOURS)
    def what(self, obj: AuditEntry) -> tuple[str, Any]:
        return (obj.verb, self.what_words(obj)) if obj.verb in VERB_COLOURS else ("other", obj.verb)

    @display(description=_("what"))
    def what_words(self, obj: AuditEntry) -> Any:
        return VERBS.get(obj.verb, obj.verb)

    @display(description=_("entity"), ordering="entity")
    def entity_words(self, obj: AuditEntry) -> str:
        return entity_label(obj)

    @display(description=_("record"), ordering="object_name")
    def record(self, obj: AuditEntry) -> SafeString | str:
        model = model_of(obj)
        name = obj.object_name or f"#{obj.object_id}"
        if model is None or obj.object_id is None or obj.verb == "delete":
            return name
        try:
            return format_html('<a class="console-link" href="{}">{}</a>', record_url(model(pk=obj.object_id)), name)
        except NoReverseMatch:
            return name

    @display(description=_("change"))
    def difference(self, obj: AuditEntry) -> SafeString:
        return mark_safe(render_to_string("console/diff.html", {"lines": vars(obj).get("lines", [])}))  # noqa: S308 - a template's


SCREENS: dict[Any, type[ConsoleAdmin]] = {AuditEntry: AuditEntryScreen}
