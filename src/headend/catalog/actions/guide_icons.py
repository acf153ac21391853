"""Icons that are given to channels of a guide instead of those that it names."""

from collections.abc import Mapping

from django.db import transaction

from headend.catalog.models import GuideChannel
from headend.kernel.actor import Actor
from headend.operators.actions import save


@transaction.atomic
def set_guide_icons(
    *, actor: Actor, channel: GuideChannel, icon_url: str | None, extra: Mapping[str, str]
) -> GuideChannel:
    """Give a guide's channel an icon (None: the one it has stays), and others by their sizes ("64x48").

    From then on what the guide names as its icon is not taken.
    """
    if icon_url is not None:
        channel.icon_url, channel.has_own_icon = icon_url, True
    channel.extra_icons = {**(channel.extra_icons or {}), **extra}
    save(actor=actor, obj=channel)
    return channel
