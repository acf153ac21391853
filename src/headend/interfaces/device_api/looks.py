"""Who looks at a portal's screens, from whoever calls."""

from dataclasses import dataclass

from headend.interfaces.wire.callers import Guest, Viewer
from headend.portal.queries import EVERYTHING, Held, guest, held_by, viewer_of
from headend.portal.rules import Viewer as Looking


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody who looks, and which channels are theirs; before signing in all of them are shown."""

    viewer: Looking
    held: Held


def look_of(caller: Guest, template: str = "") -> Look:
    """Say who looks, on which kind of device and in which portal's template."""
    kind = caller.device_type.device_type_id if caller.device_type else None
    if not isinstance(caller, Viewer):
        return Look(guest(caller.operator, caller.now, device_type=kind, template=template), EVERYTHING)
    held = held_by(caller.account, caller.now)
    return Look(viewer_of(caller.account, held, caller.now, device_type=kind, template=template), held)
