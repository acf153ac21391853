"""What screens of records share that have texts, not only names, in several languages, and a folded search text."""

from typing import Any

from django.db import models
from django.http import HttpRequest

from headend.interfaces.console.forms import extra_names, language_label
from headend.interfaces.console.screens import ConsoleAdmin
from headend.kernel.names import fold

NAMES = (("name", "name_lang1"), ("name_lang2", "name_lang3"), ("name_lang4", "name_lang5"))
LANGUAGES = range(1, 6)


def in_languages(field: str) -> tuple[str, ...]:
    """The columns of a text in all languages."""
    return (field, *(f"{field}_lang{number}" for number in LANGUAGES))


class Translated(ConsoleAdmin):
    """Records with more than names in several languages: columns of languages that an operator has not are hidden."""

    translated: tuple[str, ...] = ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        operator = self._operator_for(request, obj)
        codes = operator.extra_languages if operator and isinstance(operator.extra_languages, list) else []
        for name, field in form.base_fields.items():
            text, _lang, number = name.rpartition("_lang")
            if text in self.translated and int(number) <= len(codes):
                label = self.model._meta.get_field(text).verbose_name
                field.label = f"{str(label).capitalize()}, {language_label(str(codes[int(number) - 1]))}"
        return form

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        used = len(extra_names(self._operator_for(request, obj)))
        unused = {f"{field}_lang{number}" for field in self.translated for number in LANGUAGES if number > used}
        return super().hidden_fields(request, obj) | unused


class Searched(ConsoleAdmin):
    """Records that are searched in their folded search text: in any case and script, with accents or without."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if search_term.isdigit():
            return queryset.filter(models.Q(search__contains=search_term) | models.Q(pk=int(search_term[:18]))), False
        for word in fold(search_term).split():
            queryset = queryset.filter(search__contains=word)
        return queryset, False
