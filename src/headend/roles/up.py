"""`headend up`: a real service in its own data directory, set up and started by one command."""

import json
from pathlib import Path
from typing import Annotated

import typer

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.options import Host, Json, Port
from headend.roles.launch import choose, launch

app = typer.Typer()
PASSWORD = "HEADEND_STAFF_PASSWORD"  # noqa: S105 - the variable's name


@app.command("up")
def up(  # noqa: PLR0913 - each is an option
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", envvar="HEADEND_DATA", help="Data directory of the service.")
    ],
    host: Host = None,
    port: Port = None,
    staff_username: Annotated[
        str, typer.Option(metavar="NAME", help="First start: the first member of staff, who may do everything.")
    ] = "",
    staff_password: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            envvar=PASSWORD,
            help="Its password; others on this machine may read it here, unlike in a file.",
        ),
    ] = "",
    staff_password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The file that holds it.")
    ] = None,
    operator: Annotated[str, typer.Option(metavar="NAME", help="First start: the first operator.")] = "Television",
    as_json: Json = False,
) -> None:
    """Set up a service without any demonstration data and run it until it is told to stop.

    The first start asks for the first member of staff, unless the options name it. Later starts ignore those options.
    Settings other than address and port come from HEADEND_... variables or from DIR/headend.toml.
    With --json, the first line on standard output is {"url": ...}, printed once the service is ready.
    """
    config = choose(data, host, port)
    if staff_password_file:
        staff_password = _read(staff_password_file)

    def announce() -> None:
        line = json.dumps({"url": config.base_url}) if as_json else f"Headend is running at {config.base_url}/console/"
        print(line, flush=True)  # noqa: T201

    arguments = ["service", "--staff-username", staff_username, "--operator", operator]
    raise typer.Exit(launch(config, arguments, announce, {PASSWORD: staff_password}))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{file} holds no password: {error}")
        raise typer.Exit(2) from error
