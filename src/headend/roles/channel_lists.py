"""`headend channels` with the formats and addresses that it reads."""

import typer

from headend.adapters.channel_lists.m3u import read_m3u
from headend.adapters.fetching import open_source
from headend.interfaces.cli.channels import Tools, app

__all__ = ["app"]


@app.callback()
def use_tools(context: typer.Context) -> None:
    """Bring in channel lists."""
    context.obj = Tools(read=read_m3u, open=open_source)
