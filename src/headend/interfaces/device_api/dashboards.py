"""Portals' dashboards: which ribbons a viewer sees, and what they hold."""

import logging
from collections.abc import Mapping
from typing import Any

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.looks import Look, look_of
from headend.interfaces.device_api.rows import ProgrammeRows, channel_row
from headend.interfaces.device_api.titles_brief import ribbon_titles
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.kernel.calls import Needs
from headend.kernel.errors import HeadendError, Invalid
from headend.kernel.formats import Fields
from headend.portal.errors import UnknownRibbon
from headend.portal.models import Ribbon
from headend.portal.queries import (
    channels_of_ribbon,
    programmes_of_ribbon,
    recent_channels,
    recent_programmes,
    recent_selections,
    recent_titles,
    ribbon_for,
    ribbons_for,
    titles_of_ribbon,
)
from headend.portal.rules import MENU, OF_HOUSEHOLDS, RibbonAttributes, RibbonType, read_attributes, visible_menu

log = logging.getLogger(__name__)

_ERRORS = {1: "no such ribbon, or a bad parameter"}
_REFUSALS: Mapping[type[HeadendError], int] = {UnknownRibbon: 1, Invalid: 1}


# --- ribbons ---------------------------------------------------------------------------------------------------------


@DEVICE_API.call("PortalDashboardList", "GET", "/portaldashboard/list/", errors=_ERRORS)
@DEVICE_API.call("NoAuthPortalDashboardList", "GET", "/noauth/portaldashboard/list/", needs=Needs.KEY, errors=_ERRORS)
def list_ribbons(caller: Guest, template: str, screen: str = "") -> Fields:
    """List the ribbons that the viewer sees now, in the order of their dashboards.

    Choice: dashboards without templates are for every `template`; `screen` empty or "all" means every screen; who has
    not signed in sees no ribbon that is for some tariffs or cities, nor those of what was watched. Every ribbon has all
    attributes, empty where its type has none; the numbers of `main_menu_order_list` count from 0 in the order in which
    PortalDashboardMainMenu's keys are documented.
    """
    look = look_of(caller, template)
    found = ribbons_for(caller.operator, look.viewer, screen)
    shown = (ribbon for ribbon in found if isinstance(caller, Viewer) or ribbon.kind not in OF_HOUSEHOLDS)
    return {"portaldashboards": [row for ribbon in shown if (row := _row(caller, ribbon))]}


def _row(caller: Guest, ribbon: Ribbon) -> dict[str, Any]:
    try:
        attributes = read_attributes(ribbon.kind, ribbon.attributes)
    except Invalid as error:
        log.error("ribbon %s (%s) is not shown: %s: %s", ribbon.pk, ribbon, error.place, error)
        return {}
    return {
        "id": ribbon.pk,
        "title": caller.localized(ribbon),
        "description": ribbon.description,
        "attributes": _attributes(attributes),
        "type": ribbon.kind,
        "screen": ",".join(ribbon.screens),
        "cover": whole(ribbon.cover_url),
    }


def _attributes(said: RibbonAttributes) -> dict[str, Any]:
    genres = list(map(str, said.genres))
    return {
        "main_menu_order_list": [MENU.index(entry) for entry in said.menu],
        "channel": list(map(str, said.channels)),
        "category": _text(said.programme_category),
        "display_only_selected_programs": list(map(str, said.programmes)),
        "genres_intersection_or_union": ("intersection" if said.all_genres else "union") if genres else "",
        "slider_banners_list": [
            {"slider_deep_link": slide.deep_link, "slider_banners_urls": [{"url": whole(slide.image_url)}]}
            for slide in said.slides
        ],
        "display_type": said.display,
        "channels_category_id": _text(said.channel_category),
        "category_id": _text(said.programme_category),
        "selection": said.selection or 0,
        "genres": genres,
        "video_source": "",
        "display_only_selected_videos": list(map(str, said.titles)),
        "video_provider": _text(said.provider),
        "genre": genres[0] if len(genres) == 1 else "",
        "kinopoisk_rating": said.kinopoisk_from,
        "imdb_rating": said.imdb_from,
        "year_from": said.year_from,
        "year_to": said.year_to,
        "content_type": 0,
    }


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _ribbon(caller: Guest, number: int, *kinds: RibbonType) -> tuple[Look, Ribbon]:
    look = look_of(caller)
    return look, ribbon_for(caller.operator, look.viewer, number, *kinds)


@DEVICE_API.call("PortalDashboardMainMenu", "GET", "/portaldashboard/mainmenu/", errors=_ERRORS, refusals=_REFUSALS)
def main_menu(viewer: Viewer, portal_dashboard_id: int) -> Fields:
    """Tell the sections of a main menu in their order, without those that the kind of device hides."""
    _, ribbon = _ribbon(viewer, portal_dashboard_id, RibbonType.MAIN_MENU)
    menu = read_attributes(ribbon.kind, ribbon.attributes).menu
    hidden = viewer.device_type.menu if viewer.device_type else []
    return {"mainmenu": visible_menu([entry.value for entry in menu], hidden)}


@DEVICE_API.call(
    "PortalDashboardSliderList", "GET", "/portaldashboard/slider/list/", errors=_ERRORS, refusals=_REFUSALS
)
@DEVICE_API.call(
    "NoAuthPortalDashboardSliderList",
    "GET",
    "/noauth/portaldashboard/slider/list/",
    needs=Needs.KEY,
    errors=_ERRORS,
    refusals=_REFUSALS,
)
def list_slides(caller: Guest, portal_dashboard_id: int | None = None) -> Fields:
    """List the pictures of a slider, or without a number those of all sliders that the viewer sees."""
    look = look_of(caller)
    if portal_dashboard_id is None:
        sliders = [each for each in ribbons_for(caller.operator, look.viewer) if each.kind == RibbonType.SLIDER]
    else:
        sliders = [ribbon_for(caller.operator, look.viewer, portal_dashboard_id, RibbonType.SLIDER)]
    slides = (slide for each in sliders for slide in read_attributes(each.kind, each.attributes).slides)
    return {"sliders": [{"url": whole(slide.image_url), "deep_link": slide.deep_link} for slide in slides]}


# --- what they hold --------------------------------------------------------------------------------------------------


@DEVICE_API.call(
    "PortalDashboardChannelList", "GET", "/portaldashboard/channel/list/", errors=_ERRORS, refusals=_REFUSALS
)
@DEVICE_API.call(
    "NoAuthPortalDashboardChannelList",
    "GET",
    "/noauth/portaldashboard/channel/list/",
    needs=Needs.KEY,
    errors=_ERRORS,
    refusals=_REFUSALS,
)
def list_channels(
    caller: Guest, portal_dashboard_id: int, icon_width: int | None = None, icon_height: int | None = None
) -> Fields:
    """List the channels of a ribbon: of channels, of recent channels or of the player.

    Choice: only channels of the viewer's tariffs, up to 100; who has not signed in is shown those of every tariff.
    """
    kinds = (RibbonType.CHANNELS, RibbonType.PLAYER)
    if not isinstance(caller, Viewer):
        look, ribbon = _ribbon(caller, portal_dashboard_id, *kinds)
    else:
        look, ribbon = _ribbon(caller, portal_dashboard_id, *kinds, RibbonType.RECENT_CHANNELS)
    if isinstance(caller, Viewer) and ribbon.kind == RibbonType.RECENT_CHANNELS:
        channels = recent_channels(caller.account, look.held)
    else:
        channels = channels_of_ribbon(ribbon, look.held)
    return {"channels": [channel_row(caller, channel) for channel in channels]}


@DEVICE_API.call(
    "PortalDashboardProgramList", "GET", "/portaldashboard/program/list/", errors=_ERRORS, refusals=_REFUSALS
)
def list_programmes(viewer: Viewer, portal_dashboard_id: int) -> Fields:
    """List the programmes of a ribbon: of programmes or of recent ones.

    Choice: a ribbon that names no programmes has those that are on now or begin within a day, the first 100.
    """
    look, ribbon = _ribbon(viewer, portal_dashboard_id, RibbonType.PROGRAMMES, RibbonType.RECENT_PROGRAMMES)
    if ribbon.kind == RibbonType.RECENT_PROGRAMMES:
        shown = recent_programmes(viewer.account, look.held)
    else:
        shown = programmes_of_ribbon(ribbon, look.held, int(viewer.now.timestamp()))
    rows = ProgrammeRows(viewer)
    return {"programs": [rows.brief(each) for each in shown]}


@DEVICE_API.call("PortalDashboardVideoList", "GET", "/portaldashboard/video/list/", errors=_ERRORS, refusals=_REFUSALS)
def list_titles(viewer: Viewer, portal_dashboard_id: int) -> Fields:
    """List the titles of a ribbon: of titles or of recent ones."""
    _, ribbon = _ribbon(viewer, portal_dashboard_id, RibbonType.TITLES, RibbonType.RECENT_TITLES)
    if ribbon.kind == RibbonType.RECENT_TITLES:
        titles = recent_titles(viewer.account, viewer.now)
    else:
        titles = titles_of_ribbon(ribbon, viewer.now)
    return {"videos": ribbon_titles(viewer, titles)}


@DEVICE_API.call(
    "NoAuthPortalDashboardVideoList",
    "GET",
    "/noauth/portaldashboard/video/list/",
    needs=Needs.KEY,
    errors=_ERRORS,
    refusals=_REFUSALS,
)
def list_titles_for_guests(
    caller: Guest, portal_dashboard_id: int, tariff_id: int | None = None, exclude_tariff_id: int | None = None
) -> Fields:
    """List the titles of a ribbon before signing in, those that a tariff gives or does not."""
    _, ribbon = _ribbon(caller, portal_dashboard_id, RibbonType.TITLES)
    given = (tariff_id,) if tariff_id is not None else ()
    others = (exclude_tariff_id,) if exclude_tariff_id is not None else ()
    titles = titles_of_ribbon(ribbon, caller.now, tariffs=given, without_tariffs=others)
    return {"videos": ribbon_titles(caller, titles)}


@DEVICE_API.call("PortalDashboardSelectionListLast", "GET", "/portaldashboard/selection/list/last/")
def list_last_selections(viewer: Viewer) -> Fields:
    """List the selections of which the household watched a programme, the latest first."""
    found = recent_selections(viewer.account, look_of(viewer).held)
    rows = ProgrammeRows(viewer)
    return {
        "selections": [
            {
                "id": selection.pk,
                "name": viewer.name_of(selection),
                "promo_image": whole(viewer.localized(selection, "promo_image")),
                "epg_id": showing.programme.pk,
                "epg_name": rows.brief(showing)["name"],
                "program_begin_time": showing.starts,
                "channel_id": showing.channel.pk,
            }
            for selection, showing in found
        ]
    }
