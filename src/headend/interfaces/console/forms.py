"""The form behind every change screen: it knows who asks, checks what the record needs, and loses no input."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from headend.interfaces.console.checks import problems_of
from headend.interfaces.console.fields import PartsField
from headend.interfaces.console.reach import only_operator, staff_of
from headend.kernel.sealing import seal
from headend.operators.models import Operator

EXTRA_NAMES = ("name_lang1", "name_lang2", "name_lang3", "name_lang4", "name_lang5")


class ConsoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """`request` is set by the screen; `request.refusal` holds what the action said when it refused to save."""

    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "operator" not in self.fields and hasattr(self.instance, "operator_id"):
            self.instance.operator = only_operator(staff_of(self.request))
        if "operator" in self.fields and not staff_of(self.request).is_superuser:
            self.fields["operator"].required = True  # what serves all operators is made by superusers

    def clean(self) -> dict[str, Any] | None:
        refusal = getattr(self.request, "refusal", "")
        if refusal:
            self.add_error(None, refusal)
        for name, field in self.fields.items():
            if isinstance(field, PartsField) and name in self.cleaned_data:
                before = self.get_initial_for_field(field, name)
                self.cleaned_data[name] = field.with_unknown(self.cleaned_data[name], before)
            elif isinstance(field, forms.SplitDateTimeField) and name not in self.changed_data:
                # The record knows microseconds, the form does not: what was not touched stays as it was.
                self.cleaned_data[name] = self.initial.get(name)
        return super().clean()

    def _get_validation_exclusions(self) -> set[str]:
        # The operator is often not in the form, yet names and numbers are unique within it.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"operator"} if getattr(self.instance, "operator_id", None) else excluded

    def _update_errors(self, errors: ValidationError) -> None:
        # A field that is not in the form may be wrong too: the operator, of whom there is a record already.
        found = errors.error_dict if hasattr(errors, "error_dict") else {NON_FIELD_ERRORS: errors.error_list}
        told: dict[str, list[ValidationError]] = {}
        for name, each in found.items():
            told.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(each)
        super()._update_errors(ValidationError(told))  # type: ignore[misc]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.take_own_fields()
        if not self.errors:
            for field, words in problems_of(self.instance, self.links()).items():
                self.add_error(field if field in self.fields else NON_FIELD_ERRORS, words)

    def take_own_fields(self) -> None:
        """Put into the record what was typed into fields that are none of its own, such as secrets."""

    def links(self) -> dict[str, Iterable[Model]]:
        """What the many-to-many fields shall lead to."""
        names = [field.name for field in self._meta.model._meta.many_to_many]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def sealed(secret: str) -> str:
    """A secret as the records keep it."""
    return seal(secret, settings.ENCRYPTION_KEY)


def language_label(code: str) -> str:
    """A language in the staff member's language; its code when nobody knows it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def extra_names(operator: Operator | None) -> dict[str, str]:
    """The extra name fields that an operator uses, each with its label."""
    languages = operator.extra_languages if operator and isinstance(operator.extra_languages, list) else []
    return {
        field: _("Name, %(language)s") % {"language": language_label(str(code))}
        for field, code in zip(EXTRA_NAMES, languages, strict=False)
    }
