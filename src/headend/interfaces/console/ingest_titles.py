"""The report of titles on offer: what each is, when it is shown, and on which edges its files lie."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from headend.ingest.models import EdgeFile
from headend.interfaces.console.reach import Sight
from headend.operators.queries import Days
from headend.vod.models import Title

MOST_TITLES = 100_000


class Lying(NamedTuple):
    """What lies on edges for an asset that stays there."""

    files: int
    edges: frozenset[str]
    size: int


def title_rows(sight: Sight, days: Days) -> tuple[list[str], list[list[Any]]]:
    """Headings and rows: the titles that are shown at any time in a period."""
    shown = (Q(published_from=None) | Q(published_from__lt=days.ends)) & (
        Q(published_to=None) | Q(published_to__gte=days.begins)
    )
    titles = sight.rows(Title).filter(shown, operator=days.operator, is_enabled=True).select_related("provider")
    lying = _lying(sight.rows(EdgeFile).filter(operator=days.operator, remove_after=None))
    headings = [
        _("asset"), _("title"), _("kind"), _("year"), _("provider"), _("shown from"), _("shown until"), _("files"),
        _("edges"), _("bytes on edges"),
    ]  # fmt: skip
    return headings, list(_rows(titles.order_by("name", "pk")[:MOST_TITLES], lying))


def _rows(titles: Iterable[Title], lying: dict[str, Lying]) -> Iterator[list[Any]]:
    nothing = Lying(0, frozenset(), 0)
    for title in titles:
        there = lying.get(title.external_id, nothing) if title.external_id else nothing
        yield [
            title.external_id,
            title.name,
            title.get_kind_display(),
            str(title.year or ""),
            str(title.provider or ""),
            _moment(title.published_from),
            _moment(title.published_to),
            there.files,
            ", ".join(sorted(there.edges)),
            there.size,
        ]


def _moment(moment: Any) -> str:
    return moment.isoformat(timespec="minutes") if moment else ""


def _lying(files: Any) -> dict[str, Lying]:
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for asset, edge, size in files.values_list("asset", "edge__name", "size"):
        found[asset].append((edge, size))
    return {
        asset: Lying(len(each), frozenset(edge for edge, _size in each), sum(size for _edge, size in each))
        for asset, each in found.items()
    }
