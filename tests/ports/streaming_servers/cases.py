"""The streaming servers under the contract, with the addresses they must give.

The signatures were worked out apart from the code. REQUEST and PERIOD are the same for
all. A new adapter gets a case here; the suite finds it.
"""

from dataclasses import dataclass

from headend.delivery.ports import Period, ServerConfig, StreamRequest

NOW = 1_790_000_000
REQUEST = StreamRequest(stream_id="12", account_id=7, now=NOW, token="tok~1", session="device-1", device_ip="127.0.0.1")
PERIOD = Period(start=NOW - 86_400, duration=1800)
FILM = 600  # seconds; its file has the name of REQUEST's stream
OPEN_PERIOD = Period(start=NOW - 600)

SIGNED = "AWqxSqgAAAAAAAAABzEyAGRldmljZS0xAPLbQDUW71yq-wps6KSJbTk"


@dataclass(frozen=True)
class Case:
    """`archive` is for PERIOD, `running` for OPEN_PERIOD, `vod` for FILM; None where the server has none."""

    name: str
    kind: str
    config: ServerConfig
    live: str
    archive: str | None
    running: str | None
    catch_up: tuple[str, str] | None
    vod: str | None = None

    def __str__(self) -> str:
        return self.name


CASES = (
    Case(
        "loop",
        "loop",
        ServerConfig("http://127.0.0.1:8080/live/", secret="a secret"),
        f"http://127.0.0.1:8080/live/{SIGNED}/12/index.m3u8",
        f"http://127.0.0.1:8080/live/{SIGNED}/12/archive-1789913600-1800.m3u8",
        f"http://127.0.0.1:8080/live/{SIGNED}/12/archive-1789999400-now.m3u8",
        ("default", f"http://127.0.0.1:8080/live/{SIGNED}/12/archive-${{start}}-${{duration}}.m3u8"),
        f"http://127.0.0.1:8080/live/{SIGNED}/12/film-600.m3u8",
    ),
    Case(
        "loop an hour behind",
        "loop",
        ServerConfig("/live", secret="a secret", shift_seconds=3600),
        f"/live/{SIGNED}/12/timeshift_rel-3600.m3u8",
        f"/live/{SIGNED}/12/archive-1789913600-1800.m3u8",
        f"/live/{SIGNED}/12/archive-1789999400-now.m3u8",
        ("default", f"/live/{SIGNED}/12/archive-${{start}}-${{duration}}.m3u8"),
        f"/live/{SIGNED}/12/film-600.m3u8",
    ),
    Case(
        "mask",
        "mask",
        ServerConfig(
            mask="http://host/$prefix/$cid/index.m3u8?token=$token",
            archive_mask="http://host/$prefix/$cid/video-$flpbt-$flpdur.m3u8?token=$token",
            vod_mask="http://host/vod/$file?token=$token&seconds=$duration",
        ),
        "http://host/12/index.m3u8?token=tok~1",
        "http://host/12/video-1789913600-1800.m3u8?token=tok~1",
        "http://host/12/video-1789999400-now.m3u8?token=tok~1",
        ("default", "http://host/12/video-${start}-${duration}.m3u8?token=tok~1"),
        "http://host/vod/12?token=tok~1&seconds=600",
    ),
    Case(
        "mask of everything",
        "mask",
        ServerConfig(
            mask="https://host/$cid?a=$account&s=$session&i=$ip&n=$now&e=$expires&h=$shift&t=$signed",
            archive_mask="https://host/$cid?f=$flpbt&d=$flpdur&u=$flpend&n=$now",
            secret="a secret",
        ),
        f"https://host/12?a=7&s=device-1&i=127.0.0.1&n=1790000000&e=1790003880&h=0&t={SIGNED}",
        "https://host/12?f=1789913600&d=1800&u=1789915400&n=1790000000",
        "https://host/12?f=1789999400&d=now&u=now&n=1790000000",
        ("default", "https://host/12?f=${start}&d=${duration}&u=${end}&n=${now}"),
    ),
    Case(
        "mask of multicast",
        "mask",
        ServerConfig(mask="udp://@239.0.0.$cid:1234"),
        "udp://@239.0.0.12:1234",
        *[None] * 3,
    ),
    Case(
        "flussonic",
        "flussonic",
        ServerConfig("https://tv.example:8443/"),
        "https://tv.example:8443/12/index.m3u8?token=tok~1",
        "https://tv.example:8443/12/archive-1789913600-1800.m3u8?token=tok~1",
        "https://tv.example:8443/12/archive-1789999400-now.m3u8?token=tok~1",
        ("flussonic", "https://tv.example:8443/12/archive-${start}-${duration}.m3u8?token=tok~1"),
        "https://tv.example:8443/12/index.m3u8?token=tok~1",
    ),
    Case(
        "flussonic with timeshift_abs and a signed token",
        "flussonic",
        ServerConfig("http://tv", mask="video.m3u8", archive_mask="timeshift_abs-$flpbt.m3u8", secret="a secret"),
        f"http://tv/12/video.m3u8?token={SIGNED}",
        f"http://tv/12/timeshift_abs-1789913600.m3u8?token={SIGNED}",
        f"http://tv/12/timeshift_abs-1789999400.m3u8?token={SIGNED}",
        ("flussonic", f"http://tv/12/timeshift_abs-${{start}}.m3u8?token={SIGNED}"),
        f"http://tv/12/index.m3u8?token={SIGNED}",
    ),
    Case(
        "flussonic with timeshift_rel, an hour behind",
        "flussonic",
        ServerConfig("http://tv", archive_mask="timeshift_rel-$flpago.m3u8?dvr=1", shift_seconds=3600),
        "http://tv/12/timeshift_rel-3600.m3u8?token=tok~1",
        "http://tv/12/timeshift_rel-86400.m3u8?dvr=1&token=tok~1",
        "http://tv/12/timeshift_rel-600.m3u8?dvr=1&token=tok~1",
        ("flussonic", "http://tv/12/timeshift_rel-{offset:1}.m3u8?dvr=1&token=tok~1"),
        "http://tv/12/index.m3u8?token=tok~1",
    ),
    Case(
        "nginx, link in the query",
        "nginx_secure_link",
        ServerConfig(
            mask="http://edge/$cid/index.m3u8",
            archive_mask="http://edge/$cid/archive-$flpbt-$flpdur.m3u8",
            vod_mask="http://edge/vod/$file/index.m3u8",
            secret="nginx secret",
            bind_to_address=True,
        ),
        "http://edge/12/index.m3u8?md5=IQ-bdJpPJA2qvS_A_ID3Lw&expires=1790003880",
        "http://edge/12/archive-1789913600-1800.m3u8?md5=nA0sMfVtSZw_VA40SmmknA&expires=1790003880",
        "http://edge/12/archive-1789999400-now.m3u8?md5=QpdYaOg1dU4rGPPxj1b1Eg&expires=1790003880",
        None,
        "http://edge/vod/12/index.m3u8?md5=3qFVkK1KfTwjbwEm9BANQg&expires=1790003880",
    ),
    Case(
        "nginx, link in the query, period in the query",
        "nginx_secure_link",
        ServerConfig(
            mask="http://edge/$cid/index.m3u8",
            archive_mask="http://edge/$cid/dvr.m3u8?from=$flpbt&for=$flpdur",
            secret="nginx secret",
        ),
        "http://edge/12/index.m3u8?md5=yq2A4rSB5D2XK5jNQ6NjTg&expires=1790003880",
        "http://edge/12/dvr.m3u8?from=1789913600&for=1800&md5=1mKE2tp8d__FBqk6vDU2nw&expires=1790003880",
        "http://edge/12/dvr.m3u8?from=1789999400&for=now&md5=1mKE2tp8d__FBqk6vDU2nw&expires=1790003880",
        (
            "default",
            "http://edge/12/dvr.m3u8?from=${start}&for=${duration}&md5=1mKE2tp8d__FBqk6vDU2nw&expires=1790003880",
        ),
    ),
    Case(
        "nginx, link in the path",
        "nginx_secure_link",
        ServerConfig(
            mask="http://edge/$link/$cid/index.m3u8",
            archive_mask="http://edge/$link/$cid/archive-$flpbt-$flpdur.m3u8",
            vod_mask="http://edge/$link/$file/index.m3u8",
            secret="nginx secret",
        ),
        "http://edge/yQH_HGlCak3LEWYdO8B41Q,1790003880/12/index.m3u8",
        "http://edge/yQH_HGlCak3LEWYdO8B41Q,1790003880/12/archive-1789913600-1800.m3u8",
        "http://edge/yQH_HGlCak3LEWYdO8B41Q,1790003880/12/archive-1789999400-now.m3u8",
        ("default", "http://edge/yQH_HGlCak3LEWYdO8B41Q,1790003880/12/archive-${start}-${duration}.m3u8"),
        "http://edge/yQH_HGlCak3LEWYdO8B41Q,1790003880/12/index.m3u8",
    ),
    Case(
        "fake",
        "fake",
        ServerConfig(archive_mask="yes", vod_mask="yes"),
        "http://fake.example/12/live?account=7",
        "http://fake.example/12/1789913600-1800?account=7",
        "http://fake.example/12/1789999400-now?account=7",
        ("default", "http://fake.example/12/${start}-${duration}?account=7"),
        "http://fake.example/12/film-600?account=7",
    ),
)
