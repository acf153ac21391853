"""Licences for titles that ingest has encrypted with keys of ours: W3C's Clear Key, which every browser has.

Clear Key gives the key itself to the player: it keeps films from those who may not watch them, not from those who may.
"""

import base64
import re
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from headend.ingest.models import TitleKey
from headend.ingest.ports import ContentKey
from headend.ingest.queries import content_key, keys_of
from headend.interfaces.device_api import DRM_API
from headend.interfaces.device_api.video_page import request_for
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import FORBIDDEN
from headend.viewing.queries import has_bought, video_tariffs
from headend.vod.models import Title
from headend.vod.queries import terms_of
from headend.vod.rules import TitleReason, decide_title

KEY_PATH = "/clearkey/key/"
KEY_ADDRESS = f"{DRM_API.base}{KEY_PATH}?key_id={{key_id}}"
"""Where a player of HLS finds a key, on the service's own address; the encryptor writes it into playlists."""
MOST_KEYS = 16
_BAD_PARAMETER = 1
_KEY_ID = re.compile(r"[0-9a-f]{32}")
_NOT_KEPT = {"Cache-Control": "no-store"}


@DRM_API.call(
    "ClearKeyLicence",
    "POST",
    "/clearkey/licence/",
    errors={1: f"kids are not up to {MOST_KEYS} ids of 16 bytes, each in base64url"},
    has_message=False,
)
def licence(viewer: Viewer, kids: list[str], type: str = "temporary") -> HttpResponse:  # noqa: A002 - the wire's
    """Give a player the keys it asks for (W3C Encrypted Media Extensions, 9.1), of titles that the account may play.

    Choice: the right to the title as a whole counts, also for its free episodes; who may play none of the keys' titles
    gets HTTP 403. `type` is answered as it was asked; keys are for the session that plays.
    """
    keys = _allowed(viewer, [_hex_of(each) for each in kids])
    if not keys:
        return _refusal()
    # JSON for devices of every format: a player's own machinery reads it, and leaves alone what it does not know.
    return JsonResponse({"error": 0, "keys": [_jwk(each) for each in keys], "type": type}, headers=_NOT_KEPT)


@DRM_API.call("ClearKeyKey", "GET", KEY_PATH, errors={1: "key_id is not 32 hexadecimal figures"}, has_message=False)
def key(viewer: Viewer, key_id: str) -> HttpResponse:
    """Give a player of HLS one key as its 16 bytes (EXT-X-KEY with KEYFORMAT identity), or HTTP 403."""
    if not _KEY_ID.fullmatch(key_id.lower()):
        raise Refused(_BAD_PARAMETER)
    for found in _allowed(viewer, [key_id.lower()]):
        return HttpResponse(bytes.fromhex(found.key), content_type="application/octet-stream", headers=_NOT_KEPT)
    return _refusal()


def _allowed(viewer: Viewer, key_ids: Sequence[str]) -> list[ContentKey]:
    """The keys among these that open titles which the account may play now."""
    if len(key_ids) > MOST_KEYS:
        raise Refused(_BAD_PARAMETER)
    found = keys_of(viewer.operator.pk, key_ids)
    playable = _playable(viewer, {each.title for each in found if each.title})
    return [_opened(each) for each in found if each.title_id in playable]


def _playable(viewer: Viewer, titles: Iterable[Title]) -> set[int]:
    tariffs, moment = video_tariffs(viewer.account, viewer.now), int(viewer.now.timestamp())
    return {
        title.pk
        for title in titles
        if decide_title(
            terms_of(title),
            request_for(viewer, tariffs, None, has_bought(viewer.account, title, viewer.now)),
            moment,
        )
        is TitleReason.ALLOWED
    }


def _opened(found: TitleKey) -> ContentKey:
    return content_key(found, settings.ENCRYPTION_KEY)


def _hex_of(kid: str) -> str:
    try:
        found = base64.b64decode(kid + "=" * (-len(kid) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Refused(_BAD_PARAMETER) from None
    if len(found) != 16:
        raise Refused(_BAD_PARAMETER)
    return found.hex()


def _jwk(found: ContentKey) -> dict[str, str]:
    return {"kty": "oct", "kid": _base64url(found.key_id), "k": _base64url(found.key)}


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(text)).decode().rstrip("=")


def _refusal() -> HttpResponse:
    told = {"error": FORBIDDEN, "error_message": "the account may not play this"}
    return JsonResponse(told, status=403, headers=_NOT_KEPT)
