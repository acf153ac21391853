"""The page on which channels are ticked or put in order: thousands of them, grouped, searched, sent as one text."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

MOST = 50_000


def picked_numbers(request: HttpRequest) -> list[int] | None:
    """The channels that the page sent, in its order; None when it was only asked for."""
    if request.method != "POST":
        return None
    numbers = (word for word in request.POST.get("chosen", "").split(",") if word.isdecimal() and len(word) < 19)
    return list(dict.fromkeys(int(word) for word in numbers))[:MOST]


def pick_page(  # noqa: PLR0913 - what a page needs to know, each once
    screen: Any,
    request: HttpRequest,
    obj: Any,
    channels: Any,
    chosen: Sequence[int],
    *,
    ordered: bool = False,
    has_preview: bool = False,
) -> TemplateResponse:
    """Show the channels of the record's operator, those that are `chosen` ticked, or in front when `ordered`.

    `has_preview`: with a button that asks the same address, with `_preview`, what saving would change.
    """
    grouped = channels.select_related(None).order_by("category__sort", "category__name", "sort", "lcn", "name")
    rows = list(grouped.values("pk", "name", "lcn", "is_enabled", "category__name"))
    title = _("%(name)s: order of channels") if ordered else _("%(name)s: channels")
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "original": obj,
        "title": title % {"name": obj},
        "ordered": ordered,
        "may_preview": has_preview,
        "number": len(rows),
        "chosen_number": len(chosen),
        "groups": [(_("In order"), _in_order(rows, chosen))] if ordered else _groups(rows, set(chosen)),
    }
    return TemplateResponse(request, "console/pick.html", context)


def _groups(rows: Iterable[dict[str, Any]], chosen: set[int]) -> list[tuple[str, list[dict[str, Any]]]]:
    for row in rows:
        row["chosen"] = row["pk"] in chosen
    return [
        (name or _("Without category"), list(group)) for name, group in groupby(rows, lambda row: row["category__name"])
    ]


def _in_order(rows: Sequence[dict[str, Any]], chosen: Sequence[int]) -> list[dict[str, Any]]:
    places = {number: place for place, number in enumerate(chosen)}
    for row in rows:
        row["chosen"] = row["pk"] in places
    return sorted(rows, key=lambda row: places.get(row["pk"], len(places)))
