"""Form fields for values that are lists and objects in the records: people type words, lines and ticks, not JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

_BETWEEN_WORDS = re.compile(r"[\s,;]+")
_LINE = re.compile(r"\s*([^:=\s][^:=]*?)\s*[:=]\s*(.*?)\s*")
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


class _OnlyNumbers:
    """Django looks up whatever was sent to show it again; what is no number is not looked up."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        numbers = [each for each in value if str(each).isdecimal() and len(str(each)) < 19]
        return super().optgroups(name, numbers, attrs)  # type: ignore[misc]


class SearchSelect(_OnlyNumbers, AutocompleteSelect):
    """A choice that is searched while one types."""


class SearchSelectMultiple(_OnlyNumbers, AutocompleteSelectMultiple):
    """Several choices that are searched while one types."""


class _SharedIterator(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        shared: list[Any] = self.field.shared  # type: ignore[attr-defined]
        if not shared:
            shared.extend(super().__iter__())
        return iter(shared)


class SharedChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice that stands in every row of a list: its copies read the choices once."""

    iterator = _SharedIterator

    def __init__(self, queryset: Any, **options: Any) -> None:
        self.shared: list[Any] = []  # Django copies fields by copy.copy, so all copies fill and read this one
        super().__init__(queryset, **options)


class WordsField(forms.Field):
    """A list of words, typed with commas between; `pattern` says what a word may look like."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, *, pattern: str = r"[\w.-]{1,60}", most: int = 300, upper: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._pattern, self._most, self._upper = re.compile(pattern), most, upper

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:
        text = str(value or "").upper() if self._upper else str(value or "")
        words = [word for word in _BETWEEN_WORDS.split(text) if word]
        for word in words:
            if not self._pattern.fullmatch(word):
                raise ValidationError(_("“%(word)s” is not such a code."), params={"word": word})
        if len(words) > self._most:
            raise ValidationError(_("There may be %(most)d at most."), params={"most": self._most})
        return list(dict.fromkeys(words))


class PairsField(forms.Field):
    """A JSON object of texts, typed as lines `name: value`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 4}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, str]:
        pairs = {}
        for number, line in enumerate(str(value or "").splitlines(), 1):
            if not line.strip():
                continue
            found = _LINE.fullmatch(line)
            if not found:
                raise ValidationError(_("Line %(number)d is not of the form “name: value”."), params={"number": number})
            pairs[found[1]] = found[2]
        return pairs


class ObjectField(forms.Field):
    """Free JSON, an object, with an error that says where it breaks."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 4, "class": "console-code"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) and value else value or ""

    def to_python(self, value: Any) -> dict[str, Any]:
        try:
            parsed = json.loads(value) if str(value or "").strip() else {}
        except json.JSONDecodeError as error:
            params = {"line": error.lineno, "column": error.colno, "text": error.msg}
            raise ValidationError(_("Line %(line)d, column %(column)d: %(text)s."), params=params) from error
        except RecursionError as error:
            raise ValidationError(_("It is nested too deeply.")) from error
        if not isinstance(parsed, dict):
            raise ValidationError(_('An object is needed, such as {"key": "value"}.'))
        return parsed


class TickedWordsField(forms.TypedMultipleChoiceField):
    """A list of words, ticked by their names."""

    def __init__(self, *, choices: Any, coerce: Any = str, **options: Any) -> None:
        widget = forms.CheckboxSelectMultiple(attrs={"class": " ".join(CHECKBOX_CLASSES)})
        widget.template_name = "console/widgets/ticks.html"
        super().__init__(choices=choices, coerce=coerce, widget=widget, **options)


class TicksField(TickedWordsField):
    """A list of numbers, ticked by their names."""

    def __init__(self, *, choices: Any, **options: Any) -> None:
        super().__init__(choices=choices, coerce=int, **options)


class PartsWidget(forms.MultiWidget):
    """Several short texts with a label each."""

    template_name = "console/widgets/parts.html"

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._parts = parts
        classes = {"class": " ".join(INPUT_CLASSES)}
        super().__init__({key: forms.TextInput(attrs=classes | {"maxlength": 200}) for key in parts})

    def decompress(self, value: Any) -> list[str]:
        value = value if isinstance(value, dict) else {}
        return [value.get(key, "") for key in self._parts]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for label, widget in zip(self._parts.values(), context["widget"]["subwidgets"], strict=True):
            widget["label"] = label
        return context


class PartsField(forms.Field):
    """A JSON object with known keys, typed as one text each. The form keeps what else the object holds."""

    def __init__(self, *, parts: Mapping[str, Any], **options: Any) -> None:
        self.keys = list(parts)
        super().__init__(widget=PartsWidget(parts), **options)

    def with_unknown(self, given: dict[str, Any], before: Any) -> dict[str, Any]:
        """What was typed, and of the object before it what no text shows."""
        unknown = before if isinstance(before, dict) else {}
        return given | {key: value for key, value in unknown.items() if key not in self.keys}

    def to_python(self, value: Any) -> dict[str, str]:
        texts = value if isinstance(value, list) else []
        given = {key: str(text or "").strip() for key, text in zip(self.keys, texts, strict=False)}
        if any("\0" in text or len(text) > 200 for text in given.values()):
            raise ValidationError(_("Each part has 200 letters at most."))
        return {key: text for key, text in given.items() if text}


class HoursWidget(forms.Widget):
    """Windows of weekdays and times, with two free rows at the end."""

    template_name = "console/widgets/hours.html"
    most = 10

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        windows = [window for window in value if isinstance(window, dict)] if isinstance(value, list) else []
        rows = [*windows, {}, {}][: self.most]
        context["rows"] = [self._row(name, number, window) for number, window in enumerate(rows)]
        context["input_class"] = " ".join(INPUT_CLASSES)
        context["tick_class"] = " ".join(CHECKBOX_CLASSES)
        return context

    def _row(self, name: str, number: int, window: Mapping[str, Any]) -> dict[str, Any]:
        chosen = window.get("days", list(range(1, 8)) if window else [])
        days = [{"number": day, "label": label, "on": day in chosen} for day, label in enumerate(WEEKDAYS, 1)]
        return {"prefix": f"{name}-{number}", "days": days, "from": window.get("from", ""), "to": window.get("to", "")}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        rows = (self._window(data, f"{name}-{number}") for number in range(self.most))
        return [row for row in rows if row]

    def _window(self, data: Any, prefix: str) -> dict[str, Any]:
        getlist = getattr(data, "getlist", lambda key: data.get(key, []))
        days = [int(day) for day in getlist(f"{prefix}-days") if day in "1234567"]
        since, until = data.get(f"{prefix}-from", "").strip(), data.get(f"{prefix}-to", "").strip()
        return {"days": days, "from": since, "to": until} if days or since or until else {}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-from" not in data


class HoursField(forms.Field):
    """Viewing hours as tariffs keep them; `catalog` checks proves what is in them."""

    widget = HoursWidget


class ZoneField(forms.ChoiceField):
    """A time zone by its name in the zone database."""

    def __init__(self, *, blank: bool = False, **options: Any) -> None:
        names: Sequence[str] = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        choices = [("", _("as the operator"))] if blank else []
        super().__init__(choices=[*choices, *((name, name) for name in names)], **options)
        self.widget = UnfoldAdminSelect2Widget(choices=self.choices)


class SecretField(forms.CharField):
    """Write-only: what is typed replaces the secret, an empty field leaves it as it is."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("strip", False)
        super().__init__(
            widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False), **options
        )
