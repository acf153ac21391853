"""The page that describes the API to people works where nothing but the platform can be reached."""

import json
import re

from django.contrib.staticfiles import finders
from django.test import Client


def test_the_page_takes_everything_from_here() -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    names = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(names) >= 3
    assert all(name.startswith("/static/") and finders.find(name.removeprefix("/static/")) for name in names), names
    settings = re.search(r'id="swagger-settings">(.*?)</script>', page, re.DOTALL)
    assert settings is not None
    assert json.loads(settings[1])["url"] == "/api/v1/openapi.json"
