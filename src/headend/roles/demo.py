"""`headend demo`: a demonstration operator with channels that play, set up and started by one command."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from headend.interfaces.cli.options import Host, Json, Port
from headend.roles.launch import choose, launch
from headend.settings.config import ROOT, Config

SHOWN = 3  # accounts; demo.json in the data directory has more
app = typer.Typer()
DEFAULT_DATA = ROOT / "var" / "demo"


@app.command("demo")
def demo(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where the demonstration lives.")] = DEFAULT_DATA,
    host: Host = None,
    port: Port = None,
    as_json: Json = False,
) -> None:
    """Set up a demonstration operator with twelve channels, start everything and print the addresses and logins.

    The first start takes a minute: it encodes the channels' loops. Ctrl-C stops everything; the next start goes on
    with the same data. With --json, the first line on standard output is one JSON object, printed once the service
    is ready: url, client_id, the four API keys, staff and accounts.
    """
    config = choose(data, host, port)

    def announce() -> None:
        logins = json.loads(config.demo_logins.read_text(encoding="utf-8"))
        if as_json:
            print(json.dumps({"url": config.base_url} | logins), flush=True)  # noqa: T201
        else:
            _show(config, logins)

    raise typer.Exit(launch(config, ["demo"], announce))


def _show(config: Config, logins: dict[str, Any]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("Console", f"{config.base_url}/console/")
    table.add_row("  log in as", f"{logins['staff']['username']}  {logins['staff']['password']}")
    table.add_row("Device API", f"{config.base_url}  client_id {logins['client_id']}  api_key {logins['api_key']}")
    for account in logins["accounts"][:SHOWN]:
        words = f"abonement {account['abonement']}  password {account['password']}  device_uid {account['device_uid']}"
        table.add_row("  account", words)
    table.add_row("Data", str(config.data))
    console = Console(highlight=False, soft_wrap=True)
    console.print("\n[bold]Headend is running.[/bold] Ctrl-C stops it.\n")
    console.print(table)
    console.print()
