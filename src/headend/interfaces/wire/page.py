"""The description of the calls as a page for people."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1.5rem}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
nav a{margin-right:1rem}
h2{text-transform:capitalize}
details{border-top:1px solid #8884;padding:.4rem 0}
summary{cursor:pointer;overflow-wrap:anywhere}
summary b{display:inline-block;min-width:3.2rem}
summary span{display:block;margin-left:1.1rem;opacity:.75}
table{border-collapse:collapse;font-size:.9rem}
td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
pre{white-space:pre-wrap;font:inherit}
"""


def page(description: Mapping[str, Any]) -> str:
    """HTML of an OpenAPI description: all calls by API, each to be opened."""
    info, groups = description["info"], list(_groups(description))
    return format_html(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>{0} API</title>'
        '<link rel="icon" href="{6}"><style>{1}</style>'
        "<h1>{0} API {2}</h1><p>{3} calls. As a description for machines: "
        '<a href="openapi.json">openapi.json</a> (OpenAPI {4}). The REST API for other systems is described at '
        '<a href="/api/v1/docs/">/api/v1/docs/</a>.</p><nav>{7}</nav>{5}</html>',
        info["title"],
        mark_safe(_STYLE),  # noqa: S308 - ours
        info["version"],
        sum(map(len, description["paths"].values())),
        description["openapi"],
        format_html_join("", '<h2 id="{0}">{0}</h2>{2}', groups),
        static("console/icon.svg"),
        format_html_join(" ", '<a href="#{0}">{0} ({1})</a>', groups),
    )


def _groups(description: Mapping[str, Any]) -> Iterator[tuple[str, int, SafeString]]:
    """Each API, how many calls it has, and these."""
    calls = [
        (operation["tags"][0], path, verb, operation)
        for path, verbs in description["paths"].items()
        for verb, operation in verbs.items()
    ]
    for tag, group in groupby(sorted(calls, key=lambda call: call[:2]), lambda call: call[0]):
        told = [(_call(*call[1:]),) for call in group]
        yield tag, len(told), format_html_join("", "{}", told)


def _call(path: str, verb: str, operation: Mapping[str, Any]) -> SafeString:
    return format_html(
        '<details id="{0}"><summary><b>{1}</b> <code>{2}</code><span>{4}</span></summary>'
        "<p><code>{3}</code></p><pre>{5}</pre>{6}</details>",
        operation["operationId"],
        verb.upper(),
        path,
        operation["operationId"],
        operation["summary"],
        operation["description"],
        _parameters(operation),
    )


def _parameters(operation: Mapping[str, Any]) -> SafeString:
    rows = list(_rows(operation))
    if not rows:
        return SafeString("")
    head = mark_safe("<tr><th>parameter</th><th>type</th><th></th></tr>")  # noqa: S308 - ours
    return format_html(
        "<table>{}{}</table>", head, format_html_join("", "<tr><td><code>{}</code><td>{}<td>{}</tr>", rows)
    )


def _rows(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for each in operation.get("parameters", ()):
        yield each["name"], _type(each["schema"]), _note(each.get("required", False), each.get("description", ""))
    body = operation.get("requestBody")
    if body:
        schema = body["content"]["application/json"]["schema"]
        for name, kind in schema["properties"].items():
            yield name, _type(kind), _note(name in schema["required"], kind.get("description", ""))


def _type(schema: Mapping[str, Any]) -> str:
    return f"list of {_type(schema['items'])}" if schema["type"] == "array" else str(schema["type"])


def _note(is_required: bool, text: str) -> str:
    return ", ".join(filter(None, ("required" if is_required else "", text)))
