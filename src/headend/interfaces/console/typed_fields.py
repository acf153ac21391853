"""Form fields for the particulars of ribbons and selections: each type shows its own, and none of them is JSON."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from headend.interfaces.console.fields import PartsField, SearchSelectMultiple, WordsField
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.reach import reachable, staff_of
from headend.kernel.errors import Invalid
from headend.portal.rules import MOST_LISTED, MenuEntry, Order

MENU_LABELS = {
    MenuEntry.CHANNELS.value: _("Channels"),
    MenuEntry.ARCHIVE.value: pgettext_lazy("section of a menu", "Archive"),
    MenuEntry.TITLES.value: _("Titles on demand"),
    MenuEntry.CAMERAS.value: _("Cameras"),
    MenuEntry.SETTINGS.value: _("Settings"),
    MenuEntry.PROFILE.value: _("Profile"),
    MenuEntry.SERVICES.value: _("Services"),
    MenuEntry.RADIO.value: _("Radio"),
}
ORDERS = {
    Order.OWN.value: _("the usual one"),
    Order.NEWEST.value: _("the newest first"),
    Order.RATING.value: _("the best rated first"),
    Order.NAME.value: _("by name"),
}


class InOrder(SearchSelectMultiple):
    """Several choices that are searched while one types, in the order in which they were chosen."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        groups = super().optgroups(name, value, attrs)
        places = {str(number): place for place, number in enumerate(value)}
        for _label, options, _number in groups:
            options.sort(key=lambda option: places.get(str(option["value"]), len(places)))
        return groups


class RecordsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Records by their numbers, in the order in which they were chosen."""

    def __init__(self, model: Any, *, searched_by: Any = None, **options: Any) -> None:
        widget = InOrder(searched_by, admin.site) if searched_by else UnfoldAdminSelectMultipleWidget
        super().__init__(model._default_manager.none(), required=False, widget=widget, **options)
        self.model = model

    def clean(self, value: Any) -> Any:
        found = {record.pk for record in super().clean(value)}
        numbers = list(dict.fromkeys(int(each) for each in value or ()))
        if len(numbers) > MOST_LISTED:
            raise ValidationError(_("There may be %(most)d at most."), params={"most": MOST_LISTED})
        return [number for number in numbers if number in found]


class RecordField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One record by its number."""

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(
            model._default_manager.none(),
            required=False,
            empty_label=_("any"),
            widget=UnfoldAdminSelectWidget,
            **options,
        )
        self.model = model

    def clean(self, value: Any) -> int | None:
        found = super().clean(value)
        return found.pk if found else None


class NumbersField(WordsField):
    """Numbers of records, typed with commas between."""

    def __init__(self, **options: Any) -> None:
        super().__init__(pattern=r"[1-9][0-9]{0,17}", most=MOST_LISTED, required=False, **options)

    def to_python(self, value: Any) -> Any:
        return [int(word) for word in super().to_python(value)]


class MenuField(PartsField):
    """The sections of a menu, each with the place at which it stands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parts=MENU_LABELS, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return {entry: str(place) for place, entry in enumerate(value, 1)} if isinstance(value, list) else value

    def with_unknown(self, given: Any, before: Any) -> Any:
        return given

    def to_python(self, value: Any) -> Any:
        places = super().to_python(value)
        if not all(place.isascii() and place.isdigit() and len(place) < 4 for place in places.values()):
            raise ValidationError(_("A place is a number from 1 to 999; empty: not in the menu."))
        return sorted(places, key=lambda entry: int(places[entry]))


class SlidesWidget(forms.Widget):
    """Pictures and where they lead, with three free rows at the end."""

    template_name = "console/widgets/slides.html"
    most = 50

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        slides = [slide for slide in value if isinstance(slide, dict)] if isinstance(value, list) else []
        rows = [*slides, {}, {}, {}][: self.most]
        context["rows"] = [{"prefix": f"{name}-{place}", **slide} for place, slide in enumerate(rows)]
        context["input_class"] = " ".join(INPUT_CLASSES)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        keys = ("image_url", "deep_link")
        rows = ({key: data.get(f"{name}-{n}-{key}", "").strip() for key in keys} for n in range(self.most))
        return [{key: text for key, text in row.items() if text} for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-image_url" not in data


class SlidesField(forms.Field):
    """A slider's pictures; the rules of ribbons prove what is in them."""

    widget = SlidesWidget


def number_field(label: Any, *, most: int, is_whole: bool = True, **options: Any) -> forms.Field:
    """A number from 0; empty is 0."""
    kind, widget = (
        (forms.IntegerField, UnfoldAdminIntegerFieldWidget)
        if is_whole
        else (forms.FloatField, UnfoldAdminDecimalFieldWidget)
    )
    return kind(label=label, required=False, min_value=0, max_value=most, widget=widget, **options)


def switch(label: Any, **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget, **options)


def words(label: Any, *, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=longest, widget=UnfoldAdminTextInputWidget, **options
    )


class TypedForm(ConsoleForm):
    """A record whose type says which further fields there are; they are kept in one JSON column.

    `typed` names those fields, `shown_by` which of them each type has, `column` where they are kept.
    """

    typed: Sequence[str] = ()
    shown_by: Mapping[Any, Collection[str]] = {}
    column = ""
    kind_field = "kind"

    class Media:
        js = ("console/typed.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = getattr(self.instance, self.column) or {}
        for name in self.typed:
            if name in self.fields:
                self.fields[name].initial = kept.get(name, self.fields[name].initial)
        for field in self.fields.values():
            if isinstance(field, RecordsField | RecordField):
                field.queryset = self._offered(field.model)
        if self.kind_field in self.fields:
            self.fields[self.kind_field].widget.attrs["data-fields"] = json.dumps(self.fields_by_type())

    def fields_by_type(self) -> dict[str, list[str]]:
        """Which fields are shown for each type, for the page's script."""
        return {str(int(kind)): list(names) for kind, names in self.shown_by.items()}

    def _offered(self, model: Any) -> Any:
        rows = reachable(model, staff_of(self.request))
        number = self.instance.operator_id
        has_operator = any(field.name == "operator" for field in model._meta.concrete_fields)
        return rows.filter(operator=number) if number and has_operator else rows

    def typed_values(self, names: Collection[str]) -> dict[str, Any]:
        """What was typed into these fields; without what is empty."""
        given = {name: self.cleaned_data.get(name) for name in names}
        return {name: value for name, value in given.items() if value not in (None, "", [], False, 0)}

    def refuse(self, error: Invalid) -> None:
        """Show an error of the rules at the field that it names."""
        name, _, inside = error.place.partition(".")
        place = f"{int(inside.partition('.')[0]) + 1}: " if inside[:1].isdigit() else ""
        self.add_error(name if name in self.fields else None, f"{place}{explain_rule(error)}")


def explain_rule(error: Invalid) -> str:
    """What the rules of ribbons and selections refuse, in words for staff."""
    known = {
        "this is needed": _("This is needed."),
        "it ends before it begins": _("It ends before it begins."),
        "an address begins with http://, https:// or /": _("An address begins with http://, https:// or /."),
        "this type needs an address": _("This type needs an address."),
        "only $kind, $id and $channel are known": _("Only $kind, $id and $channel are known."),
        "there is no rule that finds such items; choose them by hand": _("Choose such items by hand."),
    }
    return str(known.get(str(error), _("This cannot be meant: %(text)s") % {"text": error}))
