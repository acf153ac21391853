"""Pictures in forms: a file is checked and kept, an address stays an address, and what is no picture is told."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.interfaces.console.browserlike import form_of
from tests.interfaces.console.test_console_writes import address, errors_of

from headend.catalog.models import Channel
from headend.operators.models import AuditEntry
from headend.vod.models import Person, Title

PICTURES = [(Channel, "icon_url"), (Title, "thumbnail_big_url"), (Person, "photo_url")]


def png(width: int = 1200, height: int = 800) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (width, height), (200, 40, 90)).save(file, "PNG")
    return SimpleUploadedFile("poster.exe", file.getvalue(), "text/html")  # whatever it calls itself


def send(client, record, **changes):
    """Send a record's form as a browser does, with these changes."""
    page = address(type(record), "change", record.pk)
    fields = form_of(client.get(page), f"{type(record)._meta.model_name}_form")
    return client.post(page, fields | changes)


@pytest.mark.parametrize(("model", "column"), PICTURES)
def test_a_file_is_kept_and_shown(ours, admin, model, column):
    record = ours.records[model]
    answer = send(admin, record, **{f"{column}-file": png()})
    assert answer.status_code == 302, errors_of(answer)
    record.refresh_from_db()
    path = getattr(record, column)
    assert path.startswith("/media/pictures/")
    assert AuditEntry.objects.latest("id").changes[column][1] == path
    page = admin.get(address(model, "change", record.pk)).content.decode()
    assert f'<img src="{path}"' in page
    assert 'enctype="multipart/form-data"' in page
    picture = admin.get(path)
    assert picture["Content-Type"] == "image/jpeg"
    assert "immutable" in picture["Cache-Control"]
    with Image.open(BytesIO(b"".join(picture.streaming_content))) as kept:
        assert kept.width < 1200


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_told_and_nothing_is_saved(ours, admin, data):
    channel = ours.records[Channel]
    answer = send(admin, channel, name="Other", **{"icon_url-file": SimpleUploadedFile("a.png", data, "image/png")})
    if data:  # an empty file is none at all
        assert "icon_url" in errors_of(answer)
        assert Channel.objects.get(pk=channel.pk).name != "Other"


def test_an_address_stays_as_it_was_typed(ours, admin):
    channel = ours.records[Channel]
    answer = send(admin, channel, icon_url="https://pictures.example/a.png")
    assert answer.status_code == 302, errors_of(answer)
    channel.refresh_from_db()
    assert channel.icon_url == "https://pictures.example/a.png"
    assert "icon_url" in errors_of(send(admin, channel, icon_url="x" * 1001))
    count = AuditEntry.objects.count()
    assert send(admin, channel).status_code == 302
    assert AuditEntry.objects.count() == count, "nothing was changed"
