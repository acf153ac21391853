"""The rows of a selection's items, for each kind of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from headend.advertising.models import AdMovie
from headend.cameras.models import Camera
from headend.cameras.queries import CameraState, state_of
from headend.catalog.queries import radios_of
from headend.interfaces.device_api.cameras import NO_PROGRAMME, camera_row
from headend.interfaces.device_api.looks import Look
from headend.interfaces.device_api.radio import radio_row
from headend.interfaces.device_api.rows import ProgrammeRows, application_row, channel_actions
from headend.interfaces.device_api.titles_brief import selection_titles
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.portal.models import Application, ItemKind
from headend.portal.queries import EVERYTHING, showings_of

Rows: TypeAlias = dict[int, dict[str, Any]]


def _channels(caller: Guest, look: Look, numbers: Sequence[int]) -> Rows:
    channels = list(EVERYTHING.channels(caller.operator.pk).filter(pk__in=numbers))
    given = _given(caller, look, numbers)
    actions = channel_actions(caller, channels, given)
    return {
        channel.pk: {
            "id": channel.pk,
            "actions": actions[channel.pk],
            "name": caller.name_of(channel),
            "icon": whole(channel.icon_url),
            "has_subscription": int(channel.pk in given),
        }
        for channel in channels
    }


def _given(caller: Guest, look: Look, numbers: Sequence[int] | None = None) -> set[int]:
    """Which channels the caller may watch; none before signing in."""
    if not isinstance(caller, Viewer):
        return set()
    channels = look.held.channels(caller.operator.pk)
    return set((channels if numbers is None else channels.filter(pk__in=numbers)).values_list("pk", flat=True))


def _programmes(caller: Guest, look: Look, numbers: Sequence[int]) -> Rows:
    given = _given(caller, look)
    channels = sorted(EVERYTHING.channels(caller.operator.pk), key=lambda channel: channel.pk not in given)
    rows = ProgrammeRows.of(caller, numbers)
    return {
        showing.programme.pk: rows.full(showing, is_given=showing.channel.pk in given)
        for showing in showings_of(channels, numbers)
    }


def _cameras(caller: Guest, look: Look, numbers: Sequence[int]) -> Rows:
    found = Camera.objects.of(caller.operator.pk).filter(pk__in=numbers, is_enabled=True)
    cameras = list(found.select_related("city", "guide_channel").prefetch_related("extra_categories"))
    state = CameraState(frozenset(), frozenset())
    if isinstance(caller, Viewer):
        state = state_of(caller.account, cameras, look.held.tariffs)
    # Few cameras have a guide; what it says is told by the list of cameras.
    return {camera.pk: camera_row(caller, camera, state) | NO_PROGRAMME for camera in cameras}


def _radio(caller: Guest, look: Look, numbers: Sequence[int]) -> Rows:
    stations = radios_of(caller.operator.pk).filter(pk__in=numbers)
    return {station.pk: dict(radio_row(caller, station, look.held.tariffs)) for station in stations}


def _ads(caller: Guest, look: Look, numbers: Sequence[int]) -> Rows:
    movies = AdMovie.objects.of(caller.operator.pk).filter(pk__in=numbers, is_enabled=True)
    return {movie.pk: {"name": movie.name, "url": whole(movie.url)} for movie in movies}


def _applications(caller: Guest, look: Look, numbers: Sequence[int]) -> Rows:
    applications = Application.objects.of(caller.operator.pk).filter(pk__in=numbers, is_enabled=True)
    rows = {each.pk: application_row(caller, each) for each in applications}
    return {pk: row | {"attrs": [{"name": k, "value": v} for k, v in row["attrs"].items()]} for pk, row in rows.items()}


ROWS: Mapping[ItemKind, Callable[[Guest, Look, Sequence[int]], Rows]] = {
    ItemKind.CHANNEL: _channels,
    ItemKind.PROGRAMME: _programmes,
    ItemKind.TITLE: selection_titles,
    ItemKind.CAMERA: _cameras,
    ItemKind.RADIO: _radio,
    ItemKind.AD: _ads,
    ItemKind.APPLICATION: _applications,
}
NAMES = {
    ItemKind.CHANNEL: "channel",
    ItemKind.PROGRAMME: "program",
    ItemKind.TITLE: "video",
    ItemKind.CAMERA: "camera",
    ItemKind.RADIO: "radio",
    ItemKind.AD: "ads",
    ItemKind.APPLICATION: "external_application",
}
