"""A picture in a form: its address, or a file that is chosen here, and what it looks like."""

from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from headend.catalog.errors import PictureRefused
from headend.catalog.pictures import LARGEST_FILE, PictureKind
from headend.interfaces.pictures import kept_pictures

CHOSEN = "-file"
"""What the name of the input with the file ends with."""


class Given(NamedTuple):
    """What was typed, and the file that was chosen instead."""

    address: str
    file: Any


class PictureWidget(UnfoldAdminTextInputWidget):
    """An address, a file and a preview. The picture of another server is looked at without telling it who looks."""

    template_name = "console/widgets/picture.html"
    needs_multipart_form = True

    class Media:
        js = ("console/picture.js",)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        address = value.address if isinstance(value, Given) else value or ""
        context: dict[str, Any] = super().get_context(name, address, attrs)
        is_shown = str(address).startswith(("http://", "https://", "/"))
        return context | {"file_name": f"{name}{CHOSEN}", "preview": address if is_shown else ""}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Given:
        return Given(super().value_from_datadict(data, files, name) or "", files.get(f"{name}{CHOSEN}"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}{CHOSEN}" not in files


class PictureField(forms.CharField):
    """The address of a picture; a file that was chosen is checked, scaled and kept, and the address is where."""

    def __init__(self, *, kind: PictureKind, **options: Any) -> None:
        options.setdefault("max_length", 1000)
        super().__init__(widget=PictureWidget, **options)
        self._kind = kind

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data.file) or super().has_changed(initial, data.address)

    def clean(self, value: Any) -> str:
        if not value.file:
            return str(super().clean(value.address))
        try:
            return kept_pictures().keep(value.file.read(LARGEST_FILE + 1), self._kind.limit)
        except PictureRefused as error:
            raise ValidationError(
                _("This is no picture that is taken: JPEG, PNG, WebP, GIF or BMP of at most 12 MB and 25 megapixels.")
            ) from error


def picture_fields(**kinds: PictureKind) -> dict[str, Any]:
    """For a screen's `field_types`: which columns are pictures, and of what kind."""
    return {column: partial(PictureField, kind=kind) for column, kind in kinds.items()}
