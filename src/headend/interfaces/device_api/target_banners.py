"""Banners for some accounts."""

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.looks import look_of
from headend.interfaces.wire.callers import Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields, to_json
from headend.portal.queries import banners_for

MOST = 100
FURTHEST = 1_000_000


@DEVICE_API.call(
    "AccountTargetBannerList",
    "GET",
    "/account/targetbanner/list",
    errors={1: "bad parameter"},
    has_message=False,
)
def list_banners(viewer: Viewer, page: int = 1, limit: int = MOST) -> Fields:
    """List the banners that are for the account now: by date, tariff, city, birthday or by name."""
    if not 1 <= page <= FURTHEST or not 1 <= limit <= MOST:
        raise Refused(1)
    banners = banners_for(viewer.account, look_of(viewer).viewer)
    rows = [
        {
            "id": banner.pk,
            "name": banner.name,
            "image_url": whole(banner.image_url),
            "message": banner.message,
            "deep_link": banner.deep_link,
            "meta": to_json(banner.meta).decode(),
        }
        for banner in banners[(page - 1) * limit : page * limit]
    ]
    return {"target_banners": rows, "count": len(banners)}
