"""Pictures that no record names any more are deleted, and no others."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from tests.factories import make_channel, make_customer
from tests.factories.vod import make_title

from headend.interfaces.jobs.pictures import SPARE, sweep_pictures
from headend.interfaces.pictures import kept_pictures, used_pictures

pytestmark = pytest.mark.django_db
LONG_AGO = (datetime.now(UTC) - SPARE - timedelta(hours=1)).timestamp()


def keep(colour: str, *, last_used: float = LONG_AGO) -> str:
    data = BytesIO()
    Image.new("RGB", (64, 64), colour).save(data, "PNG")
    path = kept_pictures().keep(data.getvalue(), (64, 64))
    os.utime(file_of(path), (last_used, LONG_AGO))
    return path


def file_of(path: str) -> Path:
    return settings.HEADEND.data / path.removeprefix("/")


def test_only_what_nothing_names_and_nobody_used_lately_goes() -> None:
    logo, poster, translated, orphan = (keep(colour) for colour in ("red", "green", "blue", "black"))
    fresh = keep("white", last_used=datetime.now(UTC).timestamp())
    make_channel(icon_url=logo)
    make_title(thumbnail_big_url=f"https://tv.example{poster}")
    make_customer(meta={"card": {"picture": translated}})
    assert {logo, poster, translated} <= used_pictures()
    sweep_pictures.call_local()
    assert [file_of(path).exists() for path in (logo, poster, translated, fresh)] == [True] * 4
    assert not file_of(orphan).exists()


def test_what_was_in_use_is_spared_for_a_week() -> None:
    logo = keep("purple")
    channel = make_channel(icon_url=logo)
    sweep_pictures.call_local()
    type(channel).objects.filter(pk=channel.pk).update(icon_url="")
    sweep_pictures.call_local()
    assert file_of(logo).exists()


def test_a_picture_that_is_handed_in_again_stays() -> None:
    path = keep("orange")
    data = BytesIO()
    Image.new("RGB", (64, 64), "orange").save(data, "PNG")
    assert kept_pictures().keep(data.getvalue(), (64, 64)) == path
    sweep_pictures.call_local()
    assert file_of(path).exists()
