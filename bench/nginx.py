"""An nginx as the limit of a benchmark: one process that serves ready bytes, and how it and others are measured."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 16
SMALL = 2000  # bytes that nginx gives quicker from its configuration than from a file

_CONFIGURATION = """
worker_processes 1;
master_process off;
daemon off;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  types {{ }}
  default_type application/json;
  client_body_temp_path {work}/body;
  proxy_temp_path {work}/proxy;
  fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi;
  scgi_temp_path {work}/scgi;
  server {{
    listen 127.0.0.1:{port};
{locations}
  }}
}}
"""


@dataclass(frozen=True)
class Load:
    """What one round brought: `seconds` are CPU seconds of the server, `p50` and `p99` milliseconds by the clock."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@contextmanager
def nginx(work: Path, port: int, *, body: bytes, packed: bytes, personal: str) -> Iterator[int]:
    """Serve `body` (and `packed`, its gzip) at /list and `personal` at /personal; gives the process id."""
    (work / "list").write_bytes(body)
    (work / "list.gz").write_bytes(packed)
    locations = f"""location = /list {{ alias {work}/list; gzip_static on; }}
    location = /personal {{ return 200 '{personal}'; }}"""
    with _running(work, port, locations) as process:
        yield process


@contextmanager
def files(work: Path, answers: Mapping[str, bytes]) -> Iterator[tuple[int, int]]:
    """Serve answers at their paths, small ones from the configuration, as nginx does best; gives port and process."""
    locations = []
    for number, (path, body) in enumerate(answers.items()):
        if len(body) < SMALL and b"'" not in body and b"$" not in body and b"\\" not in body:
            locations.append(f"location = {path} {{ return 200 '{body.decode()}'; }}")
        else:
            (work / f"answer-{number}").write_bytes(body)
            locations.append(f"location = {path} {{ alias {work}/answer-{number}; }}")
    port = free_port()
    with _running(work, port, "\n    ".join(locations)) as process:
        yield port, process


@contextmanager
def _running(work: Path, port: int, locations: str) -> Iterator[int]:
    (work / "nginx.conf").write_text(_CONFIGURATION.format(work=work, port=port, locations=locations))
    with pinned(["nginx", "-c", str(work / "nginx.conf"), "-p", str(work)], port) as process:
        yield process


@contextmanager
def pinned(command: list[str], port: int, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run a server on its core until it is no longer needed; gives its process id once it listens."""
    process = subprocess.Popen(command, env=environment, preexec_fn=alone_on(SERVER_CORE))
    try:
        _await_port(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def alone_on(core: int) -> Callable[[], None]:
    """What a new process does first: stay on one core."""
    return lambda: os.sched_setaffinity(0, {core if (os.cpu_count() or 1) > core else 0})


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no server on port {port}")


def load(process: int, url: str, seconds: int, script: str, headers: dict[str, str]) -> Load:
    """Let wrk ask from the other core for a while. `script` is Lua, "" for the same request over and over."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += ["-s", script] if script else []
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    before = cpu_seconds(process)
    wrk = subprocess.run([*command, url], capture_output=True, text=True, check=True, preexec_fn=alone_on(CLIENT_CORE))
    said = wrk.stdout
    spent = cpu_seconds(process) - before
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    requests = re.search(r"(\d+) requests in", said)
    p50, p99 = (re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", said) for share in (50, 99))
    if not (requests and p50 and p99):
        raise RuntimeError(said)
    return Load(int(requests[1]), spent, _milliseconds(p50), _milliseconds(p99))


def _milliseconds(found: re.Match[str]) -> float:
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def cpu_seconds(process: int) -> float:
    """CPU time of all threads of a process so far (proc(5): schedstat counts nanoseconds)."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def resident_bytes(process: int) -> int:
    """Memory of a process (proc(5): statm, second field, in pages)."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
