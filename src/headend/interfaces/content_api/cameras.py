"""Cameras."""

from headend.cameras.models import Camera
from headend.catalog.actions.places import save_in_place
from headend.catalog.models import Category
from headend.catalog.queries import guide_channels_for
from headend.interfaces.content_api import writes
from headend.interfaces.content_api.channels import PRICES, SERVERS, STREAM, TARIFFS
from headend.interfaces.content_api.forms import ADDRESS, Form, find, find_behind, link, links, own, text, texts, value
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.parameters import Sent
from headend.kernel.formats import Fields
from headend.operators.actions import delete, save

CAMERAS = own(Camera)
FORM = Form(
    (
        *texts("name"),
        *STREAM,
        value("enabled", bool, "is_enabled"),
        text("preview_url", longest=ADDRESS),
        link("category", "category", own(Category)),
        link("epg_channel", "guide_channel", guide_channels_for),
        links("additional_categories", "extra_categories", own(Category)),
        links("tariffs", "tariffs", TARIFFS),
        links("stream_services", "streaming_servers", SERVERS),
    )
)


@writes("CameraCreate", "/camera/create/", takes=FORM.parameters, for_gate=True)
def create_camera(
    guest: Guest, sent: Sent, sort_after_cid: int | None = None, price_category: int | None = None
) -> Fields:
    """Create a camera, behind all others or behind the one that is named.

    Choice: `price_category` has to be known and changes nothing: cameras are sold by tariffs. `preview_url` stays the
    address that it is, since what stands there changes all the time.
    """
    _known_price(guest, price_category)
    camera = Camera(operator=guest.operator)
    found = FORM.fill(guest, camera, sent)
    siblings = CAMERAS(guest.operator)
    behind = find_behind(guest, sort_after_cid, siblings, "sort_after_cid")
    save_in_place(actor=guest.actor, obj=camera, siblings=siblings, after=behind, links=found)
    return {"id": camera.pk}


@writes("CameraModify", "/camera/modify/", takes=FORM.parameters, for_gate=True)
def modify_camera(guest: Guest, camera_id: int, sent: Sent, price_category: int | None = None) -> Fields:
    """Change a camera; what is not sent stays as it is."""
    camera: Camera = find(guest, camera_id, CAMERAS, "camera")
    _known_price(guest, price_category)
    found = FORM.fill(guest, camera, sent)
    save(actor=guest.actor, obj=camera, links=found)
    return {}


def _known_price(guest: Guest, number: int | None) -> None:
    if number is not None:
        find(guest, number, PRICES, "price category")


@writes("CameraDelete", "/camera/delete/", for_gate=True)
def delete_camera(guest: Guest, id: int) -> Fields:
    """Delete a camera."""
    delete(actor=guest.actor, obj=find(guest, id, CAMERAS, "camera"))
    return {}
