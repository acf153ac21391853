"""A dashboard as a viewer would see it: which ribbons, and what is on them, at this moment."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from headend.catalog.models import Channel
from headend.interfaces.console.fields import SearchSelect
from headend.interfaces.console.lists import record_url
from headend.interfaces.console.reach import reachable, staff_of
from headend.interfaces.console.typed_fields import MENU_LABELS
from headend.kernel.errors import HeadendError
from headend.operators.queries import zone_of
from headend.portal.models import Dashboard, ItemKind, Ribbon, RibbonType, Selection
from headend.portal.queries import (
    EVERYTHING,
    RECORDS,
    Held,
    Showing,
    applications_for,
    channels_of_ribbon,
    guest,
    held_by,
    item_numbers,
    programmes_of_ribbon,
    recent_channels,
    recent_programmes,
    recent_titles,
    ribbons_for,
    selection_shown,
    showings_of,
    titles_of_ribbon,
    viewer_of,
)
from headend.portal.rules import OF_HOUSEHOLDS, ApplicationType, RibbonAttributes, Viewer, read_attributes, visible_menu
from headend.subscribers.models import Account, OperatorDeviceType, TariffSubscription
from headend.vod.models import Genre, Title

MOST = 12


class Card(NamedTuple):
    """What stands on a ribbon: a name, a picture's address, a line below; `is_tall` for posters."""

    name: str
    image: str = ""
    line: str = ""
    is_tall: bool = False


class Looking(NamedTuple):
    """Who looks at the preview."""

    account: Account | None
    held: Held
    viewer: Viewer
    hidden: list[str]
    now: datetime


class PreviewForm(forms.Form):
    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=gettext_lazy("Account"),
        required=False,
        widget=SearchSelect(TariffSubscription._meta.get_field("account"), admin.site),
        help_text=gettext_lazy("Empty: somebody who has not signed in."),
    )
    device = forms.ModelChoiceField(
        OperatorDeviceType.objects.none(),
        label=gettext_lazy("Device type"),
        required=False,
        empty_label=gettext_lazy("any"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, request: HttpRequest, dashboard: Dashboard, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = staff_of(request)
        for name, model in (("account", Account), ("device", OperatorDeviceType)):
            rows = reachable(model, staff).filter(operator=dashboard.operator_id)
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


def preview_page(screen: Any, request: HttpRequest, dashboard: Dashboard) -> TemplateResponse:
    """Show a dashboard to whoever is chosen. A plain GET: the address can be sent on."""
    form = PreviewForm(request, dashboard, request.GET or None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    looking = _looking(dashboard, chosen.get("account"), chosen.get("device"))
    shown = [
        each
        for each in ribbons_for(dashboard.operator, looking.viewer)
        if each.dashboard_id == dashboard.pk and (looking.account or each.kind not in OF_HOUSEHOLDS)
    ]
    numbers = {ribbon.pk for ribbon in shown}
    others = [each for each in Ribbon.objects.filter(dashboard=dashboard) if each.pk not in numbers]
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "original": dashboard,
        "title": _("%(name)s, as viewers see it") % {"name": dashboard},
        "form": form,
        "rows": [(ribbon, _cards(ribbon, looking), record_url(ribbon)) for ribbon in shown],
        "others": [(ribbon, record_url(ribbon)) for ribbon in others],
    }
    return TemplateResponse(request, "console/portal_preview.html", context)


def _looking(dashboard: Dashboard, account: Account | None, device: OperatorDeviceType | None) -> Looking:
    now, template = timezone.now(), next(iter(dashboard.templates), "")
    types = [each.pk for each in dashboard.device_types.all()]
    kind = device.device_type_id if device else next(iter(types), None)
    hidden = list(device.menu) if device else []
    if account is None:
        viewer = guest(dashboard.operator, now, device_type=kind, template=template)
        return Looking(None, EVERYTHING, viewer, hidden, now)
    held = held_by(account, now)
    return Looking(account, held, viewer_of(account, held, now, device_type=kind, template=template), hidden, now)


def _cards(ribbon: Ribbon, looking: Looking) -> list[Card]:
    try:
        return list(_made(ribbon, looking))[:MOST]
    except HeadendError:
        return []


def _made(ribbon: Ribbon, looking: Looking) -> Iterable[Card]:
    maker = _MAKERS.get(RibbonType(ribbon.kind))
    return maker(ribbon, read_attributes(ribbon.kind, ribbon.attributes), looking) if maker else ()


def _widgets(ribbon: Ribbon, said: RibbonAttributes, looking: Looking) -> Iterable[Card]:
    found = applications_for(ribbon.operator, looking.viewer)
    return (Card(each.name, each.icon_url) for each in found if each.kind == ApplicationType.WIDGET)


def _programmes(ribbon: Ribbon, said: RibbonAttributes, looking: Looking) -> Iterable[Card]:
    return map(_programme, programmes_of_ribbon(ribbon, looking.held, int(looking.now.timestamp())))


def _recent(ribbon: Ribbon, said: RibbonAttributes, looking: Looking) -> Iterable[Card]:
    account = looking.account
    if account is None:  # somebody who has not signed in watched nothing
        return ()
    if ribbon.kind == RibbonType.RECENT_CHANNELS:
        return map(_channel, recent_channels(account, looking.held))
    if ribbon.kind == RibbonType.RECENT_PROGRAMMES:
        return map(_programme, recent_programmes(account, looking.held))
    return map(_title, recent_titles(account, looking.now))


def _genres(ribbon: Ribbon, said: RibbonAttributes, looking: Looking) -> Iterable[Card]:
    genres = Genre.objects.of(ribbon.operator_id)
    shown = genres.filter(pk__in=said.genres) if said.genres else genres
    return (Card(genre.name, genre.icon_dashboard_url) for genre in shown)


def _channel(channel: Channel) -> Card:
    return Card(channel.name, channel.icon_url, str(channel.lcn or ""))


def _programme(showing: Showing) -> Card:
    starts = localtime(datetime.fromtimestamp(showing.starts, tz=zone_of(showing.channel.operator)))
    return Card(showing.programme.title, showing.channel.icon_url, f"{starts:%H:%M} {showing.channel}")


def _title(title: Title) -> Card:
    image = title.vertical_poster_url or title.thumbnail_small_url or title.thumbnail_big_url
    return Card(title.name, image, str(title.year or ""), is_tall=True)


def _selection(selection: Selection, looking: Looking) -> Iterable[Card]:
    numbers = item_numbers(selection, looking.now)[:MOST]
    if selection.kind == ItemKind.PROGRAMME:
        channels = list(EVERYTHING.channels(selection.operator_id).select_related("operator"))
        return (_programme(each) for each in showings_of(channels, numbers))
    records = RECORDS[ItemKind(selection.kind)](selection.operator_id).in_bulk(numbers)
    found = [records[number] for number in numbers if number in records]
    if selection.kind == ItemKind.TITLE:
        return map(_title, found)
    return (Card(str(each), getattr(each, "icon_url", "") or getattr(each, "logo_url", "")) for each in found)


_MAKERS: Mapping[RibbonType, Callable[[Ribbon, RibbonAttributes, Looking], Iterable[Card]]] = {
    RibbonType.MAIN_MENU: lambda ribbon, said, looking: (
        Card(str(MENU_LABELS[entry])) for entry in visible_menu(said.menu, looking.hidden)
    ),
    RibbonType.WIDGETS: _widgets,
    RibbonType.CHANNELS: lambda ribbon, said, looking: map(_channel, channels_of_ribbon(ribbon, looking.held)),
    RibbonType.PLAYER: lambda ribbon, said, looking: map(_channel, channels_of_ribbon(ribbon, looking.held)),
    RibbonType.PROGRAMMES: _programmes,
    RibbonType.TITLES: lambda ribbon, said, looking: map(_title, titles_of_ribbon(ribbon, looking.now)),
    RibbonType.SELECTION: lambda ribbon, said, looking: _selection(
        selection_shown(ribbon.operator_id, number=said.selection), looking
    ),
    RibbonType.RECENT_CHANNELS: _recent,
    RibbonType.RECENT_PROGRAMMES: _recent,
    RibbonType.RECENT_TITLES: _recent,
    RibbonType.SLIDER: lambda ribbon, said, looking: (
        Card("", slide.image_url, slide.deep_link) for slide in said.slides
    ),
    RibbonType.GENRES: _genres,
}
