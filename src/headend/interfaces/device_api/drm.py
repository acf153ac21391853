"""Whether a licence may be given: EZDRM asks this before it hands a key to a player."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse

from headend.catalog.models import Channel, Programme
from headend.interfaces.device_api import DRM_API
from headend.interfaces.device_api.video_page import request_for
from headend.interfaces.wire.callers import Viewer
from headend.playback.queries import Attempt, explain
from headend.viewing.queries import has_bought, video_tariffs
from headend.vod.errors import TitleUnknown
from headend.vod.queries import find_asset, terms_of
from headend.vod.rules import TitleReason, decide_title

_YES_OR_NO = ("widevine", "fairplay")
_PLAYREADY = "playready"
_PLACES = 8  # p1 to p8


class _Unknown(Exception):
    """Nobody knows what this is about; EZDRM is told so by HTTP's own 404."""


@DRM_API.call(
    "EzdrmContentAccess",
    "GET",
    "/ezdrm/content/access/",
    errors={404: "neither a DRM nor content that is known (HTTP 404)"},
    bad_parameter=404,
    has_message=False,
)
def content_access(viewer: Viewer, content_id: str = "", content_type: str = "", drm_type: str = "") -> HttpResponse:
    """Say whether the account may play a channel, a programme (`epg`) or a title (`video`) now, in plain text.

    Choice: the DRM is told by the parameter `drm_type` (widevine, fairplay or playready), which EZDRM passes on from
    the address that it was set up with; without it Widevine and FairPlay are meant, whose answer is the same.

    Choice: for PlayReady p1 is the account's number, p2 and p3 are `content_type` and `content_id`; p4 to p8, `token`
    and `CustomData` are empty, for what they mean is agreed with EZDRM.
    """
    drm = drm_type.lower() or _YES_OR_NO[0]
    try:
        if drm not in (*_YES_OR_NO, _PLAYREADY):
            raise _Unknown
        may_play = _may_play(viewer, content_type, _number(content_id))
    except _Unknown:
        return _text("neither a DRM nor content that is known", 404)
    if drm != _PLAYREADY:
        return _text(f"Play={may_play}")
    return _text(_rights(viewer, content_type, content_id)) if may_play else _text("not allowed", 404)


def _may_play(viewer: Viewer, content_type: str, number: int) -> bool:
    """Decide as the gate and the calls for addresses do; raises _Unknown."""
    if content_type == "channel":
        return _may_watch(
            viewer,
            Channel.objects.of(viewer.operator.pk).filter(pk=number).first(),
            Attempt(device_uid=viewer.device_uid),
        )
    if content_type == "epg":
        return _may_replay(viewer, number)
    if content_type == "video":
        return _may_see(viewer, number)
    raise _Unknown


def _may_watch(viewer: Viewer, channel: Channel | None, attempt: Attempt) -> bool:
    if channel is None:
        raise _Unknown
    found = explain(account=viewer.account, channel=channel, moment=viewer.now, attempt=attempt)
    return found.decision.allowed


def _may_replay(viewer: Viewer, number: int) -> bool:
    """A programme may be on several channels of the operator; one that may be watched is enough."""
    programme = Programme.objects.filter(pk=number, start__gte=0).first()
    channels = Channel.objects.of(viewer.operator.pk).filter(
        guide_channel=programme.guide_channel_id if programme else None
    )
    if programme is None or not channels:
        raise _Unknown
    return any(_may_watch(viewer, each, _replay(viewer, programme, each)) for each in channels)


def _replay(viewer: Viewer, programme: Programme, channel: Channel) -> Attempt:
    """To play a programme from the archive; the one that runs is played live."""
    shift = timedelta(minutes=channel.guide_shift_minutes)
    begins, ends = (datetime.fromtimestamp(each, UTC) + shift for each in (programme.start, programme.stop))
    return Attempt(device_uid=viewer.device_uid, since=None if begins <= viewer.now < ends else begins)


def _may_see(viewer: Viewer, number: int) -> bool:
    try:
        asset = find_asset(viewer.operator.pk, number, None, viewer.now)
    except TitleUnknown as error:
        raise _Unknown from error
    is_bought = has_bought(viewer.account, asset.title, viewer.now)
    request = request_for(viewer, video_tariffs(viewer.account, viewer.now), asset, is_bought)
    return decide_title(terms_of(asset.title), request, int(viewer.now.timestamp())) is TitleReason.ALLOWED


def _rights(viewer: Viewer, content_type: str, content_id: str) -> str:
    told = [str(viewer.account.number), content_type, content_id]
    places = {f"p{place}": value for place, value in enumerate(told + [""] * (_PLACES - len(told)), 1)}
    return urlencode(places | {"token": "", "CustomData": ""})


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise _Unknown
    return int(text)


def _text(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(
        body, status=status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
