"""A title that ingest encrypts plays in Chromium with a licence of the device API, and without one it does not."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page
from tests.contracts.house import House
from tests.factories.ingest import make_inbox, make_ticket
from tests.factories.vod import make_title
from tests.web_server import Quiet, web_server

from headend.adapters.encoders.loops import LoopSpec, encode_loops
from headend.adapters.encryptors import ENCRYPTORS, Setup
from headend.ingest.actions.keys import key_for
from headend.ingest.models import TitleKey
from headend.kernel.actor import system
from headend.subscribers.models import TariffSubscription

pytestmark = [
    pytest.mark.browser,
    pytest.mark.needs("chromium", "libatomic"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here: it alone fetches the packager"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of the loops of the demonstration, in one file."""
    folder = tmp_path_factory.mktemp("loops")
    encode_loops(folder, [LoopSpec("film", "Film", 440, (30, 60, 140))], lambda *_: None)
    path = folder / "film.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in sorted((folder / "film/360p").glob("*.ts"))))
    return path


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server for what lies in a folder, which holds the player: its address and the folder."""
    shutil.copy(Path(__file__).with_name("player.html"), tmp_path / "player.html")

    class Folder(Quiet, SimpleHTTPRequestHandler):
        pass

    with web_server(partial(Folder, directory=str(tmp_path))) as running:
        yield running.url, tmp_path


@pytest.fixture
def house(edge: tuple[str, Path]) -> House:
    """An operator whose portal is the edge's web server."""
    home = House()
    home.operator.portal_url = edge[0]
    home.operator.save()
    return home


def encrypted(house: House, film: Path, folder: Path, data: Path, scheme: str) -> None:
    """Do with a film what ingest does: its key, its files, the title that is published."""
    title = make_title(operator=house.operator)
    title.tariffs.set([house.tariff])
    key = key_for(
        actor=system("ingest"),
        ticket=make_ticket(make_inbox(house.operator)),
        fingerprint="f" * 64,
        sealing_key=settings.ENCRYPTION_KEY,
        now=timezone.now(),
    )
    TitleKey.objects.update(title=title)
    folder.mkdir()
    made = ENCRYPTORS["shaka"](Setup(data)).encrypt(film, folder, replace(key, scheme=scheme))
    assert made.dash == "manifest.mpd"


def begun(page: Page, edge: str, scheme: str, licence: str) -> None:
    page.goto(f"{edge}/player.html")
    page.evaluate("([scheme, licence]) => play('title/manifest.mpd', scheme, licence)", [scheme, licence])


def state_once(page: Page, condition: str) -> dict[str, Any]:
    """How far it came when a condition of its state holds; it has half a minute for that."""
    page.wait_for_function(f"() => {{ const {{played, refused}} = state(); return {condition}; }}", timeout=30_000)
    state: dict[str, Any] = page.evaluate("state()")
    return state


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_who_may_watch_it_sees_it_and_nobody_else(  # noqa: PLR0917
    chromium: Browser,
    live_server: Any,
    edge: tuple[str, Path],
    house: House,
    film: Path,
    tmp_path_factory: pytest.TempPathFactory,
    scheme: str,
) -> None:
    address, folder = edge
    encrypted(house, film, folder / "title", tmp_path_factory.getbasetemp().parent / "packager-data", scheme)
    licence = f"{live_server.url}/drm/api/clearkey/licence/?{house.query('ClearKeyLicence')}"
    page = chromium.new_page()
    try:
        begun(page, address, scheme, licence)
        seen = state_once(page, "played > 2")
        assert seen["width"] == 640
        assert seen["frames"] > 25
        assert seen["licences"] >= 1

        begun(page, address, scheme, "")
        page.wait_for_timeout(3000)
        without = page.evaluate("state()")
        assert (without["played"], without["frames"]) == (0, 0), without

        TariffSubscription.objects.all().delete()
        begun(page, address, scheme, licence)
        state_once(page, "refused")
        page.wait_for_timeout(2000)
        refused = page.evaluate("state()")
        assert (refused["played"], refused["frames"], refused["refused"]) == (0, 0, 403), refused
    finally:
        page.close()
