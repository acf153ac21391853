"""Keys of titles."""

import base64
from datetime import UTC, datetime

from django.conf import settings

from headend.ingest.models import TitleKey
from headend.kernel.sealing import seal
from headend.vod.models import Title


def make_key(title: Title, key_id: str = "00112233445566778899aabbccddeeff", key: str = "0f" * 16) -> TitleKey:
    """The key of a published title."""
    return TitleKey.objects.create(
        operator=title.operator,
        title=title,
        asset=f"film.example/FILM{title.pk:016d}",
        key_id=key_id,
        sealed_key=seal(key, settings.ENCRYPTION_KEY),
        created_at=datetime(2027, 1, 15, tzinfo=UTC),
    )


def kid_of(key_id: str) -> str:
    """A key's id as licences are asked for."""
    return base64.urlsafe_b64encode(bytes.fromhex(key_id)).decode().rstrip("=")
