"""Cameras: what there is, whose they are, and from where they are played."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.module_loading import import_string

from headend.cameras.actions import set_favourite
from headend.cameras.errors import UnknownCamera
from headend.cameras.models import Camera
from headend.cameras.queries import CameraState, camera_for, cameras_seen_by, categories_of, cities_of, state_of
from headend.catalog.models import Programme
from headend.catalog.ports import ProgrammeDetails
from headend.catalog.queries import programmes_on
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.places import country_of
from headend.interfaces.device_api.rows import address, meta_of
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.operators.models import BillingMode
from headend.playback.errors import NothingToPlay
from headend.playback.queries.cameras import CameraWish, camera_address
from headend.playback.queries.holdings import tariffs_of
from headend.playback.queries.lineups import ServerTools
from headend.subscribers.models import DeviceGroup

_details = msgspec.json.Decoder(ProgrammeDetails)
_ERRORS = {1: "a parameter is bad, or there is no such camera"}


@DEVICE_API.call("CameraCityList", "GET", "/camera/city/list/")
def city_list(viewer: Viewer) -> Fields:
    """List the cities in which the caller's cameras stand."""
    cities = cities_of(cameras_seen_by(viewer.account))
    return {"cities": [{"id": city.pk, "name": viewer.name_of(city)} for city in cities]}


@DEVICE_API.call("CameraCategoryList", "GET", "/camera/category/list/", errors=_ERRORS)
def category_list(viewer: Viewer, city_id: int | None = None) -> Fields:
    """List the categories of the caller's cameras.

    Choice: `city_name` is told where all cameras of a category stand in one city; the categories are those of channels.
    """
    cameras = list(_in_city(cameras_seen_by(viewer.account), city_id).prefetch_related("extra_categories"))
    return {
        "categories": [
            {
                "id": category.pk,
                "name": viewer.name_of(category),
                "city_name": _city_name(viewer, own),
                "cameras_count": len(own),
            }
            for category, own in categories_of(cameras)
        ]
    }


def _in_city(cameras: QuerySet[Camera], city_id: int | None) -> QuerySet[Camera]:
    return cameras if city_id is None else cameras.filter(city=city_id)


def _city_name(viewer: Viewer, cameras: Collection[Camera]) -> str:
    cities = {camera.city_id: camera.city for camera in cameras}
    return viewer.name_of(next(iter(cities.values()))) if len(cities) == 1 else ""


@DEVICE_API.call("CameraList", "GET", "/camera/list/", errors=_ERRORS)
def camera_list(  # noqa: PLR0913 - the documented parameters
    viewer: Viewer,
    search: str = "",
    account_sort: bool = True,
    city_id: int | None = None,
    category_id: int | None = None,
    favorited_only: bool = False,
    reject_multicast: bool = False,
    icon_width: int = 0,
    icon_height: int = 0,
) -> Fields:
    """List the caller's cameras.

    Choice: these are the cameras bound to the account and those that a tariff sells; only with `has_subscription` they
    play. With `account_sort` favourites come first. Pictures come in one size, and `url` is always CameraUrl's, so
    that `reject_multicast` changes nothing.
    """
    del reject_multicast, icon_width, icon_height
    cameras = list(_in_city(cameras_seen_by(viewer.account), city_id).prefetch_related("extra_categories"))
    held = tariffs_of(viewer.account, country_of(viewer), viewer.now)
    state = state_of(viewer.account, cameras, held)
    wanted = search.casefold()
    found = [
        camera
        for camera in cameras
        if wanted in viewer.name_of(camera).casefold()
        and (category_id is None or category_id in _categories(camera))
        and (not favorited_only or camera.pk in state.favourite)
    ]
    if account_sort:
        found.sort(key=lambda camera: camera.pk not in state.favourite)
    guides = [camera.guide_channel for camera in found if camera.guide_channel]
    on_now = programmes_on(guides, int(viewer.now.timestamp()))
    return {"count": len(found), "cameras": [_row(viewer, camera, state, on_now) for camera in found]}


def _categories(camera: Camera) -> set[int | None]:
    return {camera.category_id, *(category.pk for category in camera.extra_categories.all())}


def _row(viewer: Viewer, camera: Camera, state: CameraState, on_now: Mapping[int, Programme]) -> dict[str, Any]:
    return camera_row(viewer, camera, state) | _programme(viewer, camera, on_now)


def camera_row(viewer: Guest, camera: Camera, state: CameraState) -> dict[str, Any]:
    """A camera on the wire, without what its guide says."""
    return {
        "id": camera.pk,
        "name": viewer.name_of(camera),
        "url": address(viewer, "camera", cid=camera.pk),
        "icon": whole(camera.icon_url),
        "preview_url": whole(camera.preview_url),
        "category_id": camera.category_id or 0,
        "city_id": camera.city_id or 0,
        "city_name": viewer.name_of(camera.city),
        "timeshift_offset": 0,
        "channel_sort": camera.sort,
        "camera_sort": camera.sort,
        "has_record": int(camera.recording_days > 0),
        "max_archive_duration": camera.recording_days,
        "has_subscription": int(camera.pk in state.watchable),
        "is_favorited": int(camera.pk in state.favourite),
        "option1": camera.option1,
        "option2": camera.option2,
        "option3": camera.option3,
        "additional_categories": [
            {"id": category.pk, "name": viewer.name_of(category)} for category in camera.extra_categories.all()
        ],
    }


def _programme(viewer: Viewer, camera: Camera, on_now: Mapping[int, Programme]) -> dict[str, Any]:
    """What is on a camera now, by its guide: most have none."""
    guide = camera.guide_channel
    programme = on_now.get(guide.pk) if guide else None
    if guide is None or programme is None:
        return NO_PROGRAMME
    details, language = _details.decode(programme.details), viewer.language_code
    shift = guide.shift_minutes * 60
    return {
        "program_id": programme.pk,
        "program_name": details.titles.get(language) or programme.title,
        "program_begin_time": programme.start + shift,
        "program_end_time": programme.stop + shift,
        "program_category_id": programme.category_id or 0,
        "program_category": viewer.name_of(programme.category),
        "program_description": details.descriptions.get(language) or details.description,
        "program_meta": meta_of(details, language),
    }


NO_PROGRAMME = {
    "program_id": 0,
    "program_name": "",
    "program_begin_time": 0,
    "program_end_time": 0,
    "program_category_id": 0,
    "program_category": "",
    "program_description": "",
    "program_meta": "{}",
}


@DEVICE_API.call(
    "CameraDetail", "GET", "/camera/detail", errors=_ERRORS, refusals={UnknownCamera: 1}, has_message=False
)
def camera_detail(viewer: Viewer, cid: int) -> Fields:
    """Tell what can be done with a camera: watch it, or take one of its tariffs.

    Choice: actions are called as those of channels.
    """
    if viewer.operator.billing_mode != BillingMode.SUBSCRIPTION:
        raise Refused(1, "this operator's tariffs are not taken on the screen")
    camera = camera_for(viewer.account, cid)
    held = tariffs_of(viewer.account, country_of(viewer), viewer.now)
    is_given = camera.pk in state_of(viewer.account, [camera], held).watchable
    actions = [_action("get_channel_url")] if is_given else _offers(viewer, camera)
    return {"id": camera.pk, "name": viewer.name_of(camera), "actions": actions}


def _offers(viewer: Viewer, camera: Camera) -> list[Fields]:
    sold = camera.tariffs.filter(is_enabled=True, is_archived=False, is_hidden=False)
    return [
        _action("subscribe")
        | {
            "tariff_id": tariff.pk,
            "caption": viewer.name_of(tariff),
            "price": float(tariff.price),
            "periodical": int(tariff.period_months > 0),
            "activation_price": float(tariff.activation_price),
        }
        for tariff in sold.order_by("-basic_priority", "name", "pk")
    ]


def _action(name: str) -> dict[str, Any]:
    return {"action": name, "tariff_id": 0, "caption": "", "price": 0, "periodical": 0, "activation_price": 0}


@DEVICE_API.call("CameraSettingsSet", "GET", "/camera/settings/set/", errors=_ERRORS, refusals={UnknownCamera: 1})
def set_camera(viewer: Viewer, cid: int, is_favorited: bool | None = None) -> Fields:
    """Make a camera a favourite, or none; without `is_favorited` it stays as it is."""
    camera = camera_for(viewer.account, cid)
    if is_favorited is not None:
        set_favourite(account=viewer.account, camera=camera, is_favourite=is_favorited)
    return {}


@DEVICE_API.call("CameraUrl", "GET", "/camera/url/", errors=_ERRORS, refusals={UnknownCamera: 1, NothingToPlay: 1})
def camera_url(
    viewer: Viewer, cid: int, redirect: bool = True, exclude_service_id: list[int] | None = None
) -> Fields | HttpResponse:
    """Lead to a camera's stream, or tell its address with `redirect=0`.

    Choice: `exclude_service_id` names servers that have failed the device, one or several; `stream_service_id` is 0
    for a camera with an address of its own.
    """
    camera = camera_for(viewer.account, cid)
    held = tariffs_of(viewer.account, country_of(viewer), viewer.now)
    if camera.pk not in state_of(viewer.account, [camera], held).watchable:
        raise Refused(1, "no tariff of the account gives this camera")
    found, server = camera_address(camera, _wish(viewer, held, exclude_service_id or []), _tools())
    if redirect:
        return HttpResponse(status=302, headers={"Location": found, "Cache-Control": "no-store"})
    return {"uri": found, "stream_service_id": server}


def _wish(viewer: Viewer, held: frozenset[int], excluded: Collection[int]) -> CameraWish:
    session = viewer.session
    is_box = session.device_type is not None and session.device_type.group == DeviceGroup.SET_TOP_BOX
    return CameraWish(
        account=viewer.account,
        moment=viewer.now,
        tariffs=held,
        token=viewer.asked.text("authkey") or viewer.asked.cookies.get("authkey", ""),
        session=session.token_digest[:16],
        device_ip=viewer.address,
        excluded=frozenset(excluded),
        may_multicast=is_box,
    )


def _tools() -> ServerTools:
    factories = import_string(settings.STREAMING_SERVERS)
    return ServerTools(factories, settings.ENCRYPTION_KEY, settings.HEADEND.base_url)
