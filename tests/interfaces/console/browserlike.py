"""Reads a page's form as a browser would send it back: every field with its present value."""

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._form_id = form_id
        self._inside = False
        self._select: tuple[str, bool] | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") == self._form_id
        if not self._inside:
            return
        if tag == "input":
            self._input(given)
        elif tag == "select" and given.get("name"):
            self._select = (given["name"], "multiple" in given)
            self.fields.setdefault(given["name"], [])
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select[0]].append(given.get("value", ""))
        elif tag == "option" and self._select and not self._select[1] and not self.fields[self._select[0]]:
            self._first_option(given)
        elif tag == "textarea" and given.get("name"):
            self._text = given["name"]
            self.fields[self._text] = [""]

    def _input(self, given: dict[str, Any]) -> None:
        name, kind = given.get("name"), given.get("type", "text")
        if not name or kind in ("submit", "button", "file") or "disabled" in given:
            return
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self.fields.setdefault(name, []).append(given.get("value") or "on")
        else:
            self.fields.setdefault(name, []).append(given.get("value") or "")

    def _first_option(self, given: dict[str, Any]) -> None:
        assert self._select
        self._pending = (self._select[0], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            pending = getattr(self, "_pending", None)
            if pending and pending[0] == self._select[0] and not self.fields[self._select[0]]:
                self.fields[self._select[0]] = [pending[1]]
            self._select = None
        elif tag == "textarea":
            self._text = None
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][0] += data


def form_of(response: Any, form_id: str) -> dict[str, list[str]]:
    """The fields of the form with this id, ready to be posted."""
    reader = _Reader(form_id)
    reader.feed(response.content.decode())
    assert reader.fields, f"there is no form {form_id}"
    # HTML drops the line break that begins a textarea.
    return {name: [value.removeprefix("\n") for value in values] for name, values in reader.fields.items()}
