"""The ingest role, and `headend ingest`: with the formats, encryptors and transports that they work with."""

import signal
import threading

import typer
from django.conf import settings

from headend.adapters.edge_transports import EDGE_TRANSPORTS
from headend.adapters.edge_transports.multicast import UftpTransport
from headend.adapters.encryptors import ENCRYPTORS, Setup
from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.adapters.media.ffprobe import Ffprobe
from headend.adapters.package_formats import PACKAGE_FORMATS
from headend.adapters.pictures.keeping import KeptPictures
from headend.catalog.actions.guide import Reading
from headend.ingest.actions.engine import utc_now
from headend.ingest.actions.lease import Fence
from headend.ingest.actions.serving import Service
from headend.ingest.actions.workbench import Slots, Workbench
from headend.ingest.ports import Tools
from headend.ingest.rules.turns import Limits
from headend.interfaces.cli.ingest import Tools as CommandTools
from headend.interfaces.cli.ingest import app
from headend.interfaces.device_api.clear_key import KEY_ADDRESS
from headend.kernel.actor import system
from headend.settings.config import Config, current

__all__ = ["app", "main"]

ACTOR = system("ingest")


def main(arguments: list[str]) -> None:
    """Work, or stand by, until SIGTERM; takes no arguments."""
    if arguments:
        raise SystemExit("the ingest role takes no arguments")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    service(stopping).work()


@app.callback()
def use_tools(context: typer.Context) -> None:
    """Bring in providers' packages."""
    context.obj = CommandTools(service)


def service(stopping: threading.Event) -> Service:
    """The work of ingest with everything wired."""
    return Service(_bench, stopping, current().data)


def _bench(fence: Fence, stop: threading.Event) -> Workbench:
    config = current()
    return Workbench(
        actor=ACTOR,
        fence=fence,
        tools=_tools(config),
        pictures=KeptPictures(config.data / "media", config.fetch_networks),
        reading=Reading(read_xmltv, config.data / "spool"),
        data=config.data,
        stop=stop,
        slots=Slots(Limits().transfers),
        clock=utc_now,
    )


def _tools(config: Config) -> Tools:
    setup = Setup(config.data, key_address=f"{config.base_url}{KEY_ADDRESS}")
    return Tools(
        formats=PACKAGE_FORMATS,
        transports=EDGE_TRANSPORTS,
        encryptors={name: make(setup) for name, make in ENCRYPTORS.items()},
        prober=Ffprobe(),
        multicast=UftpTransport(),
        sealing_key=settings.ENCRYPTION_KEY,
    )
