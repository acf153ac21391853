"""A real FTP server (pyftpdlib) as a process of its own, which tests can kill. Its settings are JSON in argv[1]."""

import errno
import hashlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")  # pyftpdlib stands on asyncore

from pyftpdlib.authorizers import DummyAuthorizer  # noqa: E402
from pyftpdlib.filesystems import AbstractedFS  # noqa: E402
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler  # noqa: E402
from pyftpdlib.log import logger  # noqa: E402
from pyftpdlib.servers import FTPServer  # noqa: E402

ASKED = json.loads(sys.argv[1])


class _Limited:
    """A file on a disk that has `room` bytes left."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: bytes) -> Any:
        if self._file.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Disk(AbstractedFS):
    def open(self, filename: str, mode: str) -> Any:
        file = super().open(filename, mode)
        return file if "room" not in ASKED or mode == "rb" else _Limited(file, ASKED["room"])

    def remove(self, path: str) -> None:
        if ASKED.get("contested"):  # somebody else takes everything away first, and writes it anew at once
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        super().remove(path)


class Data(TLS_DTPHandler if "certificate" in ASKED else DTPHandler):  # type: ignore[misc]
    """Says what other servers say when the disk is full; pyftpdlib says "None"."""

    def handle_error(self) -> None:
        self._resp = ("552 Insufficient storage space.", logger.warning)
        self.close()


class Handler(TLS_FTPHandler if "certificate" in ASKED else FTPHandler):  # type: ignore[misc]
    """Has HASH and XMD5 if they are asked for, which pyftpdlib has not, and answers them as other servers do."""

    abstracted_fs = Disk
    dtp_handler = Data
    passive_ports = ASKED["passive_ports"]
    auth_failed_timeout = 0
    certfile = ASKED.get("certificate")
    tls_control_required = tls_data_required = "certificate" in ASKED
    proto_cmds = FTPHandler.proto_cmds | {
        name: {"perm": "l", "auth": True, "arg": True, "help": name} for name in ASKED.get("hashes", ())
    }
    if "certificate" in ASKED:
        proto_cmds |= TLS_FTPHandler.proto_cmds
    for _name in ASKED.get("without", ()):
        del proto_cmds[_name]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        told = {"HASH": "HASH SHA-1;SHA-256*", "XMD5": "XMD5"}
        self._extra_feats += [told[name] for name in ASKED.get("hashes", ())]

    def ftp_HASH(self, path: str) -> None:  # noqa: N802
        data = Path(path).read_bytes()
        self.respond(f"213 SHA-256 0-{len(data)} {hashlib.sha256(data).hexdigest()} {Path(path).name}")

    def ftp_XMD5(self, path: str) -> None:  # noqa: N802
        self.respond(f"250 {hashlib.md5(Path(path).read_bytes()).hexdigest().upper()}")

    def ftp_OPTS(self, line: str) -> None:  # noqa: N802
        if line == "HASH SHA-256":
            self.respond("200 SHA-256")
        else:
            super().ftp_OPTS(line)


def main() -> None:
    people = DummyAuthorizer()
    people.add_user(ASKED["username"], ASKED["password"], ASKED["home"], perm=ASKED.get("perm", "elradfmwMT"))
    Handler.authorizer = people
    FTPServer((ASKED["host"], ASKED["port"]), Handler).serve_forever()


if __name__ == "__main__":
    main()
