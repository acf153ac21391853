"""Titles that come from a foreign cinema or service: who that is, and what it is asked."""

from django.conf import settings
from django.utils.module_loading import import_string

from headend.interfaces.wire.callers import Viewer
from headend.vod.errors import PartnerMissing
from headend.vod.models import Asset, Title, TitleSource
from headend.vod.ports import ContentPartner, ContentPartners, PartnerRequest


def partner_of(title: Title) -> ContentPartner | None:
    """The partner that plays a title; None when it is the operator's own. Raises PartnerMissing."""
    if title.source != TitleSource.PARTNER:
        return None
    partners: ContentPartners = import_string(settings.CONTENT_PARTNERS)
    name = title.provider.partner if title.provider else ""
    if name not in partners:
        raise PartnerMissing(f"there is no content partner {name!r}")
    return partners[name]


def request_of(viewer: Viewer, title: Title, asset: Asset | None = None) -> PartnerRequest:
    """What a partner is told of a wish."""
    return PartnerRequest(
        title=title.external_id,
        account=str(viewer.account.number),
        asset=asset.external_id if asset else "",
        address=viewer.address,
    )
