"""The real thing: an encoded loop, a real server, and ffmpeg's own player, across the loop's turn."""

import json
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn

from headend.adapters.streaming_servers.loop import LoopServer
from headend.delivery.ports import Period, ServerConfig, StreamRequest
from headend.hotpath.origin.app import Origin

pytestmark = [pytest.mark.servers, pytest.mark.needs("ffprobe")]

SECRET = "the origin's secret"
LOOP = 24
BOTH = [("h264", 640, 360), ("aac", None, None), ("h264", 320, 180), ("aac", None, None)]


@dataclass
class Service:
    """An origin under uvicorn; `ahead` moves its clock, `adapter` makes its addresses."""

    adapter: LoopServer
    ahead: list[float] = field(default_factory=lambda: [0.0])

    def now(self):
        return time.time() + self.ahead[0]

    def request(self, stream_id="news"):
        return StreamRequest(stream_id, 7, int(self.now()), session="device-1", device_ip="127.0.0.1")


@pytest.fixture(scope="module")
def service(encoded_loops):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    service = Service(LoopServer(ServerConfig(base, secret=SECRET, bind_to_address=True)))
    config = uvicorn.Config(Origin(encoded_loops, SECRET, service.now), lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield service
    server.should_exit = True
    thread.join()


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def probe(address, *options):
    ran = run("ffprobe", "-v", "error", "-of", "json", *options, address)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def streams_of(address):
    found = probe(address, "-show_entries", "stream=codec_name,width,height")["streams"]
    return [(each["codec_name"], each.get("width"), each.get("height")) for each in found]


def decoded(address, rendition, *options):
    """Decode one rendition, stopping at the first error; answers its frames of picture, and the complaints.

    One at a time, as players do: ffmpeg itself takes the earlier of two by timestamp, and would stay with the first
    that comes to the loop's turn.
    """
    maps = ("-map", f"0:v:{rendition}", "-map", f"0:a:{rendition}")
    strict = ("-xerror", "-err_detect", "explode", "-live_start_index", "0")
    ran = run("ffmpeg", "-nostdin", "-v", "error", *strict, "-i", address, *options, *maps, "-f", "framecrc", "-")
    assert ran.returncode == 0, ran.stderr
    packets = [line for line in ran.stdout.splitlines() if line.startswith("0,")]
    # Newer ffmpeg reports as an error that it passes over EXT-X-DISCONTINUITY; the picture is none the worse for it.
    return len(packets), [line for line in ran.stderr.splitlines() if "out of order" not in line]


def test_a_channel_plays_live_in_both_renditions(service):
    assert streams_of(service.adapter.live_address(service.request())) == BOTH


@pytest.mark.parametrize("rendition", [0, 1])
def test_live_goes_on_across_the_turn_of_the_loop(service, rendition):
    # The window is longer than a loop, so from its first segment on there is always a turn in it.
    address = service.adapter.live_address(service.request())
    assert decoded(address, rendition, "-t", "26") == (26 * 25, [])


@pytest.mark.parametrize("rendition", [0, 1])
def test_yesterday_plays_from_its_begin_to_its_end(service, rendition):
    start = (int(service.now()) - 86_400) // LOOP * LOOP + LOOP - 10
    address = service.adapter.archive_address(service.request("kino"), Period(start, 60))
    assert streams_of(address) == BOTH
    assert float(probe(address, "-show_entries", "format=duration")["format"]["duration"]) == 60
    assert decoded(address, rendition) == (60 * 25, [])


def test_start_over_plays_from_its_begin(service):
    address = service.adapter.archive_address(service.request(), Period(int(service.now()) // 2 * 2 - 40))
    assert decoded(address, 0, "-t", "36") == (36 * 25, [])


def test_a_film_plays_from_its_begin_to_its_end(service):
    address = service.adapter.vod_address(service.request("kino"), 60)
    assert streams_of(address) == BOTH
    assert float(probe(address, "-show_entries", "format=duration")["format"]["duration"]) == 60
    assert decoded(address, 0) == (60 * 25, [])


def test_each_rendition_can_be_played_alone(service):
    folder = service.adapter.live_address(service.request()).removesuffix("/index.m3u8")
    assert streams_of(f"{folder}/180p/index.m3u8") == [("h264", 320, 180), ("aac", None, None)]


def test_the_master_tells_the_truth_about_its_streams(service):
    master = httpx.get(service.adapter.live_address(service.request())).text
    assert master.count('CODECS="avc1.42c01e,mp4a.40.2"') == 2
    address = service.adapter.archive_address(service.request(), Period(int(service.now()) - 600, 2))
    found = probe(address, "-select_streams", "v", "-show_entries", "stream=profile,level,r_frame_rate")["streams"]
    assert [(each["profile"], each["level"], each["r_frame_rate"]) for each in found] == [
        ("Constrained Baseline", 30, "25/1")
    ] * 2


def test_the_window_keeps_the_walls_time(service):
    address = service.adapter.live_address(service.request()).replace("/index.m3u8", "/360p/index.m3u8")
    before = httpx.get(address).text
    service.ahead[0] += 10
    after = httpx.get(address).text
    first, later = (int(text.split("MEDIA-SEQUENCE:")[1].split("\n")[0]) for text in (before, after))
    assert later - first in (5, 6)
    assert set(before.split()[-12:]) & set(after.split())


def test_sound_and_picture_of_two_channels_differ(service):
    moment = Period(int(service.now()) - 3600, 2)
    addresses = [service.adapter.archive_address(service.request(each), moment) for each in ("news", "kino")]
    news, kino = (
        run("ffmpeg", "-v", "error", "-i", each, "-f", "streamhash", "-").stdout.split() for each in addresses
    )
    assert len(news) == len(kino) == 2
    assert not set(news) & set(kino)
