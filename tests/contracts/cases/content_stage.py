"""What scenarios of the content API share: a film database, and pictures to be fetched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

from django.conf import settings
from django.test import override_settings
from PIL import Image
from tests.ports.film_databases.web import answers
from tests.ports.widgets.web import serving

SAVED = "what can be kept is kept, and a database that cannot is error -1 in every call"
READS = "the call changes nothing"
NO_VALUES = "it takes nothing but a number"
ANY_NUMBER = "it names no object"


def picture(width: int = 60, height: int = 40) -> bytes:
    """A picture in PNG."""
    file = BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(file, "PNG")
    return file.getvalue()


@contextmanager
def film_database(*, is_down: bool = False) -> Iterator[None]:
    """A film database is configured."""
    with serving(answers) as (url, _):
        address = "http://127.0.0.1:9" if is_down else url
        config = replace(
            settings.HEADEND,
            metadata_url=address,
            metadata_key="sesame",
            metadata_pictures_url=url,
            fetch_networks=("127.0.0.0/8",),
        )
        with override_settings(HEADEND=config):
            yield


@contextmanager
def pictures_served() -> Iterator[str]:
    """A web server of the inside from where pictures may be fetched, at the address that this gives: /good.png and
    /bad.png.
    """
    files = {"/good.png": (200, picture(2000, 1000)), "/bad.png": (200, b"<html>")}
    with serving(lambda path, _: files.get(path, (404, b""))) as (url, _):
        config = replace(settings.HEADEND, fetch_networks=("127.0.0.0/8",))
        with override_settings(HEADEND=config):
            yield url
