"""Stands between us and a server, counts what is sent, and can break every connection in the middle."""

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

HERE, THERE = "127.0.0.1", "127.0.0.2"


class Proxy:
    """Listens on `count` ports of 127.0.0.1 and passes on to the same ports of 127.0.0.2.

    `sent` counts bytes towards the server; beyond `breaks_at` everything is cut, and refused until `mend`.
    """

    def __init__(self, count: int) -> None:
        self._listeners = [socket.create_server((HERE, 0)) for _ in range(count)]
        self.ports: Sequence[int] = [each.getsockname()[1] for each in self._listeners]
        self.sent = 0
        self.breaks_at: int | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def mend(self) -> None:
        self.breaks_at, self.sent = None, 0

    def cut(self) -> None:
        with self._lock:
            for each in self._open:
                # What was on its way is lost, as with a broken line.
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    @property
    def _is_broken(self) -> bool:
        return self.breaks_at is not None and self.sent >= self.breaks_at

    def _accept(self, listener: socket.socket) -> None:
        port = listener.getsockname()[1]
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection((THERE, port), 5)
            except OSError:
                near.close()
                continue
            if self._is_broken:
                near.close()
                far.close()
                continue
            threading.Thread(target=self._serve, args=(near, far), daemon=True).start()

    def _serve(self, near: socket.socket, far: socket.socket) -> None:
        for each in (near, far):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with near, far:
            with self._lock:
                self._open |= {near, far}
            back = threading.Thread(target=self._pass, args=(far, near, False), daemon=True)
            back.start()
            self._pass(near, far, True)
            back.join()
            with self._lock:
                self._open -= {near, far}

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        try:
            while data := source.recv(65_536):
                if counts:
                    self.sent += len(data)
                if self._is_broken:
                    self.cut()
                    return
                target.sendall(data)
        except OSError:
            pass
        finally:
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)
