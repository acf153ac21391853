"""The addresses of files: titles on demand and the virtual cinema."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.rows import address
from headend.interfaces.device_api.video_page import is_served, request_for
from headend.interfaces.device_api.video_partner import partner_of, request_of
from headend.interfaces.wire.callers import Guest, Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.kernel.tokens import digest_of
from headend.playback.errors import NothingToPlay
from headend.playback.queries import ServerTools
from headend.playback.queries.titles import FileWish, file_address
from headend.viewing.actions import give_back_ticket, use_ticket
from headend.viewing.errors import TicketInactive, TicketOfAnother, TicketUnknown
from headend.viewing.models import SeanceTicket
from headend.viewing.queries import find_ticket, has_bought, ticket_of, video_tariffs
from headend.vod.errors import PartnerRefused, TitleUnknown
from headend.vod.models import Asset, Seance
from headend.vod.queries import asset_of, end_of, find_asset, find_seance, seances_of, terms_of
from headend.vod.rules import TitleReason, TitleRequest, decide_title

ERRORS = {1: "no such title or file", 2: "the content partner gives no address", 3: "not for this account or device"}
NUMBERS = {
    TitleReason.NOT_SHOWN: 1,
    TitleReason.NOT_YET: 1,
    TitleReason.NO_LONGER: 1,
    TitleReason.ANNOUNCED: 1,
    TitleReason.NO_FILE: 1,
    TitleReason.EPISODE_PLANNED: 4,
}
"""What the wire calls a reason; all others are 3, there is no access."""


class _Redirect(HttpResponseRedirect):
    allowed_schemes = ["http", "https", "rtsp", "rtmp", "rtmps", "rtp", "udp", "igmp", "srt", "mms"]


@dataclass(frozen=True, slots=True)
class Stream:
    """Where something plays; what partners' own players need stands beside it."""

    url: str
    server_id: int = 0
    external_id: str = ""
    partner_id: str = ""
    token: str = ""
    key: str = ""

    def fields(self) -> dict[str, Any]:
        return {
            "uri": self.url,
            "stream_service_id": self.server_id,
            "ext_id": self.external_id,
            "ext_partner_id": self.partner_id,
            "ext_auth_token": self.token,
            "ext_apikey": self.key,
        }


TRACKS: dict[str, Any] = {"audio_tracks": [], "subtitles": [], "video_qualities": []}
"""Players find tracks and qualities in the playlist; nobody chooses them beforehand."""


@DEVICE_API.call(
    "VideoUrl",
    "GET",
    "/video/url/",
    errors={**ERRORS, 4: "the episode is planned and has nothing to play yet"},
    refusals={TitleUnknown: 1, PartnerRefused: 2},
)
def video_url(  # noqa: PLR0913 - the wire's own parameters
    viewer: Viewer,
    vid: int | None = None,
    vfid: int | None = None,
    redirect: bool = True,
    exclude_service_id: list[int] | None = None,
    audio_pid: int | None = None,
    text_pid: int | None = None,
    video_pid: int | None = None,
) -> Fields | HttpResponseBase:
    """Give the address of a title's file: the one named, else its first.

    Choice: `vid` may be left out when `vfid` is given, as a shipped client does. `audio_pid`, `text_pid` and
    `video_pid` change nothing, and the lists of tracks are empty: players choose from what the playlist names.
    """
    del audio_pid, text_pid, video_pid
    asset = find_asset(viewer.operator.pk, vid, vfid, viewer.now)
    tariffs = video_tariffs(viewer.account, viewer.now)
    request = request_for(viewer, tariffs, asset, has_bought(viewer.account, asset.title, viewer.now))
    _check(asset, request, viewer.now)
    stream = _stream(viewer, asset, tariffs, exclude_service_id or ())
    if redirect:
        return _Redirect(stream.url)
    return stream.fields() | {"skip_video_fragments": _fragments(asset)} | TRACKS


@DEVICE_API.call(
    "NoAuthVideoUrl",
    "GET",
    "/noauth/video/url/",
    needs=Needs.KEY,
    errors=ERRORS,
    refusals={TitleUnknown: 1, PartnerRefused: 2},
)
def trailer_url(
    guest: Guest, vid: int, vfid: int, redirect: bool = True, exclude_service_id: list[int] | None = None
) -> Fields | HttpResponseBase:
    """Give the address of a trailer to those who have not signed in."""
    asset = find_asset(guest.operator.pk, vid, vfid, guest.now)
    kind = guest.device_type.device_type.system_name if guest.device_type else ""
    if not asset.is_trailer:
        raise Refused(3)
    _check(asset, TitleRequest(device_type=kind, has_file=bool(asset.file_name), is_trailer=True), guest.now)
    stream = _stream(guest, asset, frozenset(), exclude_service_id or ())
    return _Redirect(stream.url) if redirect else stream.fields()


def _check(asset: Asset, request: TitleRequest, now: datetime) -> None:
    reason = decide_title(terms_of(asset.title), request, int(now.timestamp()))
    if reason is not TitleReason.ALLOWED:
        raise Refused(NUMBERS.get(reason, 3), reason.value)


def _stream(caller: Guest, asset: Asset, tariffs: frozenset[int], excluded: Any) -> Stream:
    if asset.recorded_at and asset.title.channel_id:  # the archive is the gate's, which decides once more
        moment = int(asset.recorded_at.timestamp())
        return Stream(address(caller, "program", cid=asset.title.channel_id, time=moment), 0, asset.external_id)
    partner = None if asset.file_name else partner_of(asset.title)
    if partner is not None and isinstance(caller, Viewer):
        found = partner.stream(request_of(caller, asset.title, asset))
        return Stream(found.url, 0, asset.external_id, found.partner_id, found.token, found.key)
    wish = _wish(caller, tariffs, excluded)
    try:
        url, server_id = file_address(asset, wish, _tools())
    except NothingToPlay as error:
        raise Refused(1, error.code) from error
    return Stream(url, server_id, asset.external_id)


def _wish(caller: Guest, tariffs: frozenset[int], excluded: Any) -> FileWish:
    if not isinstance(caller, Viewer):
        return FileWish(account_id=0, now=caller.now, excluded=frozenset(excluded), device_ip=caller.address)
    token = caller.asked.text("authkey") or caller.asked.cookies.get("authkey", "")
    return FileWish(
        account_id=caller.account.pk,
        now=caller.now,
        tariffs=tariffs,
        data_centre_id=caller.account.data_centre_id,
        excluded=frozenset(excluded),
        token=token,
        session=digest_of(token)[:16],
        device_ip=caller.address,
    )


def _tools() -> ServerTools:
    factories = import_string(settings.STREAMING_SERVERS)
    return ServerTools(factories, settings.ENCRYPTION_KEY, settings.HEADEND.base_url)


def _fragments(asset: Asset) -> list[Fields]:
    return [
        {"type": each.kind, "begin_time": float(each.begins), "end_time": float(each.ends)}
        for each in asset.skip_fragments.order_by("begins", "pk")
    ]


# --- the virtual cinema ----------------------------------------------------------------------------------------------


@DEVICE_API.call("SeanceList", "GET", "/seance/list/")
def list_seances(viewer: Viewer, show_past: bool = False) -> Fields:
    """List the showings of the virtual cinema that run or will run; with `show_past` also those that are over."""
    seances = seances_of(viewer.operator.pk, viewer.now, with_past=show_past)
    return {"seances": [_seance(viewer, seance) for seance in seances]}


def _seance(viewer: Viewer, seance: Seance) -> Fields:
    return {
        "id": seance.pk,
        "vid": seance.title_id,
        "vfid": seance.asset_id or 0,
        "video_name": viewer.name_of(seance.title),
        "date_start": seance.starts_at.isoformat(),
        "date_end": end_of(seance).isoformat(),
    }


@DEVICE_API.call(
    "SeanceUrl",
    "GET",
    "/seance/url/",
    errors={
        1: "neither code nor sid, or one that cannot be read",
        2: "no such seance",
        3: "the seance is over",
        4: "another account has used the ticket",
        5: "the ticket is not active",
        6: "no access",
        7: "the seance has not begun",
        8: "the ticket is not used yet, and the seance runs",
        9: "the partner did not confirm the ticket",
    },
    refusals={TicketUnknown: 2, TicketOfAnother: 4, TicketInactive: 5, PartnerRefused: 9},
    writes=True,
)
def seance_url(  # noqa: PLR0913 - the wire's own parameters
    viewer: Viewer,
    code: str = "",
    sid: int | None = None,
    exclude_service_id: list[int] | None = None,
    audio_pid: int | None = None,
    text_pid: int | None = None,
    video_pid: int | None = None,
) -> Fields:
    """Give the address of a seance that runs, and how far it is; the ticket's code is used with it.

    Choice: without a code an account needs a ticket that it has used before. A ticket that is used before its seance
    begins belongs to the account from then on, and the call refuses with 7.
    """
    del audio_pid, text_pid, video_pid
    seance, ticket = _asked_for(viewer, code, sid)
    if end_of(seance) <= viewer.now:
        raise Refused(3)
    if ticket is not None:
        use_ticket(actor=viewer.actor, account=viewer.account, ticket=ticket, now=viewer.now)
    if viewer.now < seance.starts_at:
        raise Refused(7)
    if ticket is None:
        raise Refused(8)
    stream = _seance_stream(viewer, seance, code, exclude_service_id or ())
    position = int((viewer.now - seance.starts_at).total_seconds())
    return stream.fields() | {"begin_time": seance.starts_at.isoformat(), "position": position} | TRACKS


def _asked_for(viewer: Viewer, code: str, sid: int | None) -> tuple[Seance, SeanceTicket | None]:
    if not code and sid is None:
        raise Refused(1)
    seance = find_seance(viewer.operator.pk, sid) if sid is not None else None
    if sid is not None and seance is None:
        raise Refused(2)
    if code:
        ticket = find_ticket(viewer.account, code, seance)
        return ticket.seance, ticket
    return seance, ticket_of(viewer.account, seance)  # type: ignore[return-value,arg-type]


def _seance_stream(viewer: Viewer, seance: Seance, code: str, excluded: Any) -> Stream:
    asset = asset_of(seance)
    bound = viewer.session.device
    if asset is None or not is_served(viewer) or (bound is not None and not bound.is_enabled):
        raise Refused(6)
    partner = partner_of(seance.title)
    if partner is not None and code and not partner.ticket(code, request_of(viewer, seance.title, asset)):
        raise Refused(9)
    try:
        return _stream(viewer, asset, video_tariffs(viewer.account, viewer.now), excluded)
    except Refused as refused:
        raise Refused(6, refused.message) from refused


@DEVICE_API.call(
    "SeanceRevoke",
    "GET",
    "/seance/revoke/",
    errors={1: "neither code nor sid, or one that cannot be read", 2: "no such seance", 3: "no such ticket"},
    writes=True,
)
def revoke_seance(viewer: Viewer, code: str = "", sid: int | None = None) -> Fields:
    """Give a ticket back that the account used; its code is good again."""
    if not code and sid is None:
        raise Refused(1)
    seance = find_seance(viewer.operator.pk, sid) if sid is not None else None
    if sid is not None and seance is None:
        raise Refused(2)
    tickets = SeanceTicket.objects.filter(account=viewer.account)
    tickets = tickets.filter(code=code) if code else tickets
    ticket = (tickets.filter(seance=seance) if seance else tickets).first()
    if ticket is None:
        raise Refused(3)
    give_back_ticket(actor=viewer.actor, ticket=ticket)
    return {}
