"""`headend simulate`: believable devices that use a service, and a report of what they saw."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer
import uvloop

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.options import Data, Json
from headend.settings.config import current, web_address
from headend.simulator.crew import Crew, PowerCut, Service
from headend.simulator.report import Report, in_words
from headend.simulator.rules import Device, live

app = typer.Typer()


@app.command("simulate")
def simulate(  # noqa: PLR0913 - each is an option
    devices: Annotated[int, typer.Option(metavar="N", min=1, max=1_000_000, help="How many devices.")] = 10,
    target: Annotated[
        str, typer.Option(metavar="URL", help="The service. [default: the url in FILE, or the service of DIR]")
    ] = "",
    accounts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="JSON with client_id, api_key, accounts. [default: DIR's]"
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(metavar="S", min=1, help="How long to watch.")] = 60,
    arrive: Annotated[float, typer.Option(metavar="S", min=0, help="All are switched on within so many seconds.")] = 10,
    speed: Annotated[
        float,
        typer.Option(metavar="FACTOR", min=0.01, max=1000, help="How much faster than ours the devices' time goes."),
    ] = 1,
    power_cut: Annotated[
        float | None, typer.Option(metavar="S", min=0.1, help="All go dark after so many seconds, and come back.")
    ] = None,
    away: Annotated[float, typer.Option(metavar="S", min=0, help="How long they are dark.")] = 5,
    device_type: Annotated[str, typer.Option(metavar="NAME", help="What they say they are.")] = "web_app",
    seed: Annotated[int, typer.Option(help="The same seed, the same decisions of everybody.")] = 1,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Let devices sign in, zap, read the guide, catch up, choose films and tell that they are there, as people do.

    They ask a service that runs, here or elsewhere, and change it: sessions begin, devices are bound. Each device needs
    an account; where there are fewer, several devices share one, under names of their own. The file is as
    `headend demo --json` prints it: {"client_id", "api_key", "accounts": [{"abonement", "password", "device_uid"}]}.
    Exit status 1 when an answer did not come or was none; refusals are counted and told.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    logins = _read(accounts or current().demo_logins)
    service = Service(_address(target or logins["url"] or current().base_url), logins["client_id"])
    lives = [
        partial(live, device, logins["api_key"], Random(f"{seed} {device.uid}"))  # noqa: S311 - decides no secrets
        for device in _devices(logins["accounts"], devices, device_type)
    ]
    report = Report()
    cut = PowerCut(power_cut, away, arrive) if power_cut else None
    with suppress(KeyboardInterrupt):  # what was seen so far is told
        uvloop.run(_watched(Crew(service, report, speed=speed).for_a_while(lives, seconds, arrive, cut), report))
    told = {"devices": devices, "seconds": seconds, **report.told()}
    print(json.dumps(told) if as_json else in_words(told))  # noqa: T201
    raise typer.Exit(1 if told["failures"] or not told["answers"] else 0)


async def _watched(living: Coroutine[Any, Any, None], report: Report) -> None:
    """Say every second on a terminal how far it is."""
    task = asyncio.ensure_future(living)
    while not (await asyncio.wait([task], timeout=1))[0]:
        if sys.stderr.isatty():
            said = f"{report.answers} answers, {report.failures.total()} failed, {report.refusals.total()} refused"
            print(f"\r{said} ", end="", file=sys.stderr, flush=True)  # noqa: T201
    if sys.stderr.isatty():
        print(file=sys.stderr)  # noqa: T201
    task.result()


def _address(text: str) -> str:
    try:
        return web_address(text)
    except ValueError as error:
        complain(str(error))
        raise typer.Exit(2) from error


def _read(path: Path) -> dict[str, Any]:
    """The logins; ends the command when the file is none."""
    try:
        logins = json.loads(path.read_text(encoding="utf-8"))
        return {
            "client_id": int(logins["client_id"]),
            "api_key": str(logins["api_key"]),
            "url": str(logins.get("url", "")),
            "accounts": [(int(a["abonement"]), str(a["password"]), str(a["device_uid"])) for a in logins["accounts"]],
        }
    except OSError as error:
        complain(f"{path} cannot be read: {error.strerror}")
        raise typer.Exit(2) from error
    except (ValueError, TypeError, KeyError) as error:
        complain(f"{path} holds no logins ({type(error).__name__}: {error})")
        raise typer.Exit(2) from error


def _devices(accounts: list[tuple[int, str, str]], count: int, kind: str) -> list[Device]:
    if not accounts:
        complain("nobody can sign in without an account")
        raise typer.Exit(2)
    if count > len(accounts):
        print(f"headend: {count} devices share {len(accounts)} accounts", file=sys.stderr)  # noqa: T201
    return [_device(accounts[place % len(accounts)], place // len(accounts), kind) for place in range(count)]


def _device(account: tuple[int, str, str], sharer: int, kind: str) -> Device:
    """The account's own device first; those that share it with that one have names that no device has."""
    number, password, uid = account
    return Device(number, password, f"{uid}-{sharer}" if sharer else uid, kind)
