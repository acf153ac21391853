"""A package that is encrypted as its inbox says, by the packager itself."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from tests.actions.ingest.conftest import Site

from headend.adapters.encryptors import ENCRYPTORS, Setup
from headend.ingest.models import TitleKey
from headend.ingest.ports import FileRole, PackageFile
from headend.kernel.sealing import new_key
from headend.vod.models import Title

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here: it alone fetches the packager"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.any_database,
]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("films") / "film.ts"
    source = ["-f", "lavfi", "-i", "testsrc=duration=2:size=320x180:rate=25", "-f", "lavfi", "-i", "sine=duration=2"]
    coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-c:a", "aac", "-f", "mpegts"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", *source, *coded, str(path)], check=True)
    return path.read_bytes()


@pytest.mark.parametrize(("scheme", "method"), [("cbcs", "SAMPLE-AES,"), ("cenc", "SAMPLE-AES-CTR,")])
def test_a_film_goes_out_in_the_scheme_of_its_inbox(  # noqa: PLR0917
    site: Site, edges: list[Path], film: bytes, tmp_path_factory: pytest.TempPathFactory, scheme: str, method: str
) -> None:
    kept = tmp_path_factory.getbasetemp().parent / "packager-data"
    shaka = ENCRYPTORS["shaka"](Setup(kept, "https://tv.example/key/{key_id}"))
    site.tools = replace(site.tools, encryptors={"shaka": shaka}, sealing_key=new_key())
    type(site.inbox).objects.update(encryptor="shaka", scheme=scheme)
    movie = PackageFile(FileRole.MOVIE, "film.ts")
    site.drop("film.xml", content={"film.ts": film}, files=(movie,), wants_encryption=True)
    assert site.work().published == 1
    remote = Title.objects.get().assets.get().file_name
    assert remote.endswith("/0/master.m3u8")
    for edge in edges:
        place = (edge / remote).parent
        assert f'<ContentProtection value="{scheme}"' in (place / "manifest.mpd").read_text()
        playlist = (place / "video_0.m3u8").read_text()
        assert f"METHOD={method}" in playlist
        assert TitleKey.objects.get().key_id in playlist
