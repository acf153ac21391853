"""Starts the roles of one server as child processes and keeps them running until it is told to stop.

A child that ends is started again, later each time it ends soon. SIGTERM, SIGINT and SIGHUP stop all of them within
GRACE seconds. The children die with the supervisor even when that is killed (see roles.processes.follow_parent).
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from headend.roles.processes import child_environment
from headend.settings.config import Config

GRACE = 8.0
READY_TIMEOUT = 90.0
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
STEADY = 60.0  # a child that ran this long starts again at once
HOPELESS = 3  # ends in a row before the service was ready once
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Role:
    """One child process: `python -m headend.roles name arguments`, its log lines marked with `name`."""

    name: str
    arguments: tuple[str, ...] = ()


def supervise(config: Config, listener: socket.socket, announce: Callable[[], None]) -> int:
    """Run the roles behind `listener` until told to stop; `announce` is called once, when they answer.

    Returns the exit status: 0 after a wanted stop, 1 when they cannot be brought up.
    """
    return asyncio.run(_Supervisor(config, listener).run(announce))


class _Supervisor:
    def __init__(self, config: Config, listener: socket.socket) -> None:
        self._config = config
        self._listener = listener
        self._stopping = asyncio.Event()
        self._ready = asyncio.Event()
        self._status = 0

    async def run(self, announce: Callable[[], None]) -> int:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self._stopping.set)
        async with asyncio.TaskGroup() as tasks:
            for role in self._web_roles():
                tasks.create_task(self._keep(role, asyncio.Event()))
            await self._wait_until_ready()
            if not self._stopping.is_set():
                # Only now: on a small machine it would take its share of the time until the first answer.
                for name in ("worker", "ingest"):
                    begun = asyncio.Event()
                    tasks.create_task(self._keep(Role(name), begun))
                    await begun.wait()
                announce()
        return self._status

    def _web_roles(self) -> list[Role]:
        """Every web process listens on the one socket; where there are several, each on a port of its own as well."""
        shared, ports = ("--socket", str(self._listener.fileno())), self._config.web_ports
        if len(ports) == 1:
            return [Role("web", shared)]
        return [Role("web", (*shared, "--port", str(port))) for port in ports]

    async def _keep(self, role: Role, begun: asyncio.Event) -> None:
        """Start the role again and again until the supervisor is stopping; sets `begun` when it runs."""
        loop = asyncio.get_running_loop()
        pause, failures = FIRST_PAUSE, 0
        while not self._stopping.is_set():
            started = loop.time()
            status = await self._run_once(role, begun)
            if self._stopping.is_set():
                return
            if loop.time() - started > STEADY:
                pause, failures = FIRST_PAUSE, 0
            failures += 1
            if failures >= HOPELESS and not self._ready.is_set():
                _log(f"{role.name} ended {failures} times with {_status_text(status)}; its last lines above say why")
                self._status = 1
                self._stopping.set()
                return
            _log(f"{role.name} ended with {_status_text(status)}; starting it again in {pause:g} s")
            await _first_of(self._stopping.wait(), asyncio.sleep(pause))
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _run_once(self, role: Role, begun: asyncio.Event) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "headend.roles", role.name, *role.arguments),
            env=child_environment(self._config, role.name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=[self._listener.fileno()],
            process_group=0,  # Ctrl-C reaches the supervisor alone, which then stops the children in order
        )
        begun.set()
        pump = asyncio.create_task(_pass_on(process.stdout, role.name, self._config.log_format))
        await _first_of(process.wait(), self._stopping.wait())
        if process.returncode is None:
            await _stop(process)
        await _first_of(pump, asyncio.sleep(1))  # a grandchild may hold the pipe open
        return await process.wait()

    async def _wait_until_ready(self) -> None:
        await _first_of(self._ask_until_ready(), self._stopping.wait(), asyncio.sleep(READY_TIMEOUT))
        if not self._ready.is_set() and not self._stopping.is_set():
            _log(f"the service did not become ready within {READY_TIMEOUT:g} s")
            self._status = 1
            self._stopping.set()

    async def _ask_until_ready(self) -> None:
        while not await _is_ready(self._config):
            await asyncio.sleep(0.05)
        self._ready.set()


async def _is_ready(config: Config) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 - compared, not bound
    try:
        reader, writer = await asyncio.open_connection(host, config.port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        status_line = await reader.readline()
        writer.close()
    except OSError:
        return False
    return status_line.startswith(b"HTTP/1.1 200 ")


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        process.kill()


async def _pass_on(lines: asyncio.StreamReader | None, name: str, log_format: str) -> None:
    """Copy a child's lines to standard error, marked with its name; JSON lines carry their role already."""
    mark = "" if log_format == "json" else f"{name:<6} | "
    while lines is not None:
        try:
            line = await lines.readline()
        except ValueError:  # longer than the reader's buffer, which it has dropped
            continue
        if not line:
            return
        sys.stderr.write(mark + line.decode(errors="replace"))
        sys.stderr.flush()


async def _first_of(*awaitables: Awaitable[object]) -> None:
    """Wait for the first of them and cancel the others."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _status_text(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _log(sentence: str) -> None:
    sys.stderr.write(f"headend: {sentence}\n")
    sys.stderr.flush()
