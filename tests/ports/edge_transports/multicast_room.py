"""uftp to real receivers, in network namespaces that only a test sees: a bridge, and uftpd behind cables to it.

`room` has a file sent there. What is asked for goes as JSON to this file's other half, which runs as root of the first
of the namespaces; the last line that it prints is what came of it.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headend.adapters.edge_transports.multicast import UftpTransport
from headend.ingest.errors import Stopped
from headend.ingest.ports import EdgeAddress

PORT = "31044"


@dataclass
class Receiver:
    """uftpd, which writes into the folder `home`. `line` is how many kbit/s its cable takes: what comes faster is lost.
    `dies_after`: it is killed once so many bytes were sent."""

    uid: str
    home: str
    line: int = 0
    dies_after: int = 0


def room(  # noqa: PLR0913 - all that is asked for
    source: Path,
    name: str,
    receivers: Sequence[Receiver],
    edges: Sequence[tuple[str, str]],
    *,
    rate: int = 20_000_000,
    stops: bool = False,
) -> dict[str, Any]:
    """Have a file sent to edges, told by name and uid, at so many bytes a second; gives what came of it. With `stops`
    the sender is told to end as soon as something was sent."""
    asked = {"source": str(source), "name": name, "edges": edges, "rate": rate, "stops": stops}
    asked |= {"receivers": [asdict(each) for each in receivers]}
    command = ["unshare", "--map-root-user", "--net", "--fork", "--kill-child", sys.executable, __file__]
    done = subprocess.run([*command, json.dumps(asked)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


# --- inside ---


class Running:
    """A receiver: a namespace that holds one end of a cable, and uftpd in it."""

    def __init__(self, number: int, receiver: Receiver) -> None:
        self.receiver, self._port = receiver, f"port{number}"
        holder = subprocess.Popen(["unshare", "--net", "sleep", "100"])
        mine, inside = f"/proc/{holder.pid}/ns/net", ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
        here = Path("/proc/self/ns/net").readlink()
        while Path(mine).readlink() == here:
            time.sleep(0.01)
        run(f"ip link add {self._port} type veth peer name cable{number} netns {holder.pid}")
        run(f"ip link set {self._port} master bridge up")
        if receiver.line:
            run(f"tc qdisc add dev {self._port} root tbf rate {receiver.line}kbit burst 20k limit 20k")
        for words in (f"addr add 10.9.0.{number + 10}/24 dev cable{number}", f"link set cable{number} up"):
            subprocess.run([*inside, "ip", *words.split()], check=True)
        Path(receiver.home).mkdir(exist_ok=True)
        command = ["uftpd", "-d", "-t", "-D", receiver.home, "-I", f"cable{number}", "-p", PORT, "-U", receiver.uid]
        self._processes = [subprocess.Popen([*inside, *command], stderr=subprocess.DEVNULL), holder]

    def lost(self) -> int:
        """How many packets its cable has not taken."""
        found = re.search(r"dropped (\d+)", run(f"tc -s qdisc show dev {self._port}"))
        return int(found[1]) if found else 0

    def die(self) -> None:
        """End uftpd alone: without its cable the bridge would be another one for all."""
        self._processes[0].kill()

    def clear(self) -> None:
        for each in self._processes:
            each.kill()
            each.wait()


def run(words: str) -> str:
    return subprocess.run(words.split(), check=True, capture_output=True, text=True).stdout


def main(asked: dict[str, Any]) -> None:
    run("ip link add bridge type bridge mcast_snooping 0")
    run("ip addr add 10.9.0.1/24 dev bridge")
    run("ip link set bridge up")
    running = [Running(number, Receiver(**each)) for number, each in enumerate(asked["receivers"])]
    time.sleep(1)
    options = {"interface": "bridge", "port": PORT}
    edges = [
        EdgeAddress(name, bytes_per_second=asked["rate"], options=options | {"uid": uid})
        for name, uid in asked["edges"]
    ]
    told: list[int] = []

    def progress(done: int) -> None:
        told.append(done)
        for each in running:
            if 0 < each.receiver.dies_after <= done:
                each.die()
        if asked["stops"] and done:
            raise Stopped("enough")

    answer: dict[str, object] = {"progress": told}
    try:
        answer["arrived"] = dict(UftpTransport().send(Path(asked["source"]), asked["name"], edges, progress=progress))
    except Stopped as error:
        answer["failure"] = f"Stopped: {error}"
    mine = Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
    answer["children"] = [pid for pid in mine if Path("/proc", pid, "comm").read_text().strip() == "uftp"]
    answer["lost"] = [each.lost() for each in running if each.receiver.line]
    for each in running:
        each.clear()
    print(json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
