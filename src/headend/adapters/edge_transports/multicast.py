"""Many edges at once: uftp (https://uftp-multicast.sourceforge.net) as a process, uftpd on the edges."""

import ipaddress
import logging
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headend.adapters.edge_transports.names import checked
from headend.adapters.programs import run
from headend.ingest.errors import TransferFailed
from headend.ingest.ports import EdgeAddress, Progress, no_progress

ADDRESS = "230.4.4.1"
DATA_ADDRESS = "230.5.5.x"  # uftp puts a random number for the x
PORT = 1044
BYTES_PER_SECOND = 12_500_000
_PATIENCE_SECONDS = 120
_BUFFER = 4_000_000  # of the socket: with the usual one receivers lose packets on fast lines
_UID = re.compile(r"0x[0-9a-fA-F]{8}")
_INTERFACE = re.compile(r"[\w.:][\w.:-]{0,63}", re.ASCII)
_ARRIVED = frozenset({"copy", "overwrite"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Route:
    """Where edges listen together."""

    address: str
    data_address: str
    port: int
    interface: str
    ttl: int


class UftpTransport:
    """The port `ingest.ports.GroupTransport`. Options of the edges, those of the group merged in: `uid` (what uftpd has
    as -U), `address`, `data_address`, `port`, `interface`, `ttl`. Edges without a `uid` are not reached this way.

    The slowest edge's limit is everybody's. What uftp calls arrived is whole as far as it knows: it repeats what was
    lost and compares no checksum, so the caller looks with the edge's own transport.
    """

    def __init__(self, program: str = "uftp") -> None:
        self._program = program

    def send(
        self, source: Path, name: str, edges: Sequence[EdgeAddress], *, progress: Progress = no_progress
    ) -> Mapping[str, bool]:
        checked(name)
        together: dict[_Route, dict[str, EdgeAddress]] = defaultdict(dict)
        for edge in edges:
            if edge.options.get("uid"):
                together[_route(edge)][_uid(edge)] = edge
        arrived = dict.fromkeys((edge.name for edge in edges), False)
        for route, members in together.items():
            reached = self._send(source, name, route, members, progress)
            arrived |= {edge.name: uid in reached for uid, edge in members.items()}
        return arrived

    def _send(
        self, source: Path, name: str, route: _Route, members: Mapping[str, EdgeAddress], progress: Progress
    ) -> frozenset[str]:
        """Send to those who listen together; gives the ids of those who have it."""
        program = shutil.which(self._program)
        if program is None:
            _log.warning("%s is not installed: edges are sent to one by one", self._program)
            return frozenset()
        rate = min((edge.bytes_per_second for edge in members.values() if edge.bytes_per_second), default=0)
        rate = rate or BYTES_PER_SECOND
        seconds = _PATIENCE_SECONDS + 3 * source.stat().st_size / rate
        with tempfile.TemporaryDirectory(prefix="headend-uftp-") as folder:
            status = Path(folder) / "status"
            command = [program, *_options(route, rate, members), "-D", name, "-S", str(status), str(source.absolute())]
            ended = run(command, source=source, progress=progress, folder=Path(folder), seconds=seconds)
            if ended.status:
                _log.warning("uftp ended with %d: %s", ended.status, " ".join(ended.words.split()[-30:]))
            return _reached(status)


def _options(route: _Route, rate: int, members: Mapping[str, EdgeAddress]) -> list[str]:
    options = ["-l", "-R", str(max(1, rate * 8 // 1000)), "-B", str(_BUFFER), "-t", str(route.ttl)]
    options += ["-M", route.address, "-P", route.data_address, "-p", str(route.port), "-H", ",".join(members)]
    return [*options, "-I", route.interface] if route.interface else options


def _reached(status: Path) -> frozenset[str]:
    """Read uftp's status file: RESULT;target;file;size;status;speed for each receiver."""
    if not status.exists():
        return frozenset()
    lines = (line.split(";") for line in status.read_text(errors="replace").splitlines())
    return frozenset(
        line[1].lower() for line in lines if line[0] == "RESULT" and len(line) >= 5 and line[-2] in _ARRIVED
    )


def _uid(edge: EdgeAddress) -> str:
    if not _UID.fullmatch(edge.options["uid"]):
        raise _wrong(edge, "uid")
    return edge.options["uid"].lower()


def _route(edge: EdgeAddress) -> _Route:
    """Read what an edge and its group say. Raises TransferFailed: nothing here may reach a command line unread."""
    options = edge.options
    for name in ("address", "data_address"):
        try:
            group = ipaddress.ip_address(options.get(name, ADDRESS).replace("x", "1"))
        except ValueError:
            raise _wrong(edge, name) from None
        if not group.is_multicast:
            raise _wrong(edge, name)
    interface = options.get("interface", "")
    if interface and not _INTERFACE.fullmatch(interface):
        raise _wrong(edge, "interface")
    return _Route(
        options.get("address", ADDRESS),
        options.get("data_address", DATA_ADDRESS),
        _whole(edge, "port", PORT, 65_535),
        interface,
        _whole(edge, "ttl", 1, 255),
    )


def _whole(edge: EdgeAddress, name: str, default: int, most: int) -> int:
    text = str(edge.options.get(name) or default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
        raise _wrong(edge, name)
    return int(text)


def _wrong(edge: EdgeAddress, name: str) -> TransferFailed:
    return TransferFailed(f"{edge.name}: the option {name} for multicast cannot be used", is_final=True)
