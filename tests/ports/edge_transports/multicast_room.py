"""Runs as root of a network namespace of its own: a bridge, receivers with uftpd in namespaces below it, one sending.

What is asked for is JSON in argv[1]; the last line on standard output is what came of it.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from headend.adapters.edge_transports.multicast import UftpTransport
from headend.ingest.errors import Stopped
from headend.ingest.ports import EdgeAddress

ASKED = json.loads(sys.argv[1])
PORT = "31044"


def ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)


def receiver(number: int, uid: str) -> list["subprocess.Popen[bytes]"]:
    """A namespace that holds one end of a cable, and uftpd in it."""
    holder = subprocess.Popen(["unshare", "--net", "sleep", "100"])
    mine, inside = f"/proc/{holder.pid}/ns/net", ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
    here = Path("/proc/self/ns/net").readlink()
    while Path(mine).readlink() == here:
        time.sleep(0.01)
    ip(f"link add port{number} type veth peer name cable{number} netns {holder.pid}")
    ip(f"link set port{number} master bridge up")
    for words in (f"addr add 10.9.0.{number + 10}/24 dev cable{number}", f"link set cable{number} up"):
        subprocess.run([*inside, "ip", *words.split()], check=True)
    home = Path(ASKED["folder"], f"edge-{number}")
    home.mkdir()
    command = ["uftpd", "-d", "-t", "-D", str(home), "-I", f"cable{number}", "-p", PORT, "-U", uid]
    return [subprocess.Popen([*inside, *command], stderr=subprocess.DEVNULL), holder]


def main() -> None:
    ip("link add bridge type bridge mcast_snooping 0")
    ip("addr add 10.9.0.1/24 dev bridge")
    ip("link set bridge up")
    running = [each for number, uid in enumerate(ASKED["receivers"]) for each in receiver(number, uid)]
    time.sleep(1)
    options = {"interface": "bridge", "port": PORT}
    edges = [
        EdgeAddress(f"edge-{number}", bytes_per_second=20_000_000, options=options | {"uid": uid})
        for number, uid in enumerate(ASKED["edges"])
    ]
    told: list[int] = []

    def progress(done: int) -> None:
        told.append(done)
        if ASKED.get("stop") and done:
            raise Stopped("enough")

    answer: dict[str, object] = {"progress": told}
    try:
        source = Path(ASKED["folder"], "film.mp4")
        answer["arrived"] = dict(UftpTransport().send(source, "vod/film 1.mp4", edges, progress=progress))
    except Stopped as error:
        answer["failure"] = f"Stopped: {error}"
    mine = Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
    answer["children"] = [pid for pid in mine if Path("/proc", pid, "comm").read_text().strip() == "uftp"]
    for each in running:
        each.kill()
        each.wait()
    print(json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
