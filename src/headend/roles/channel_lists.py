"""`headend channels` with the formats and addresses that it reads."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import typer

from headend.adapters.channel_lists.m3u import read_m3u
from headend.catalog.errors import FetchFailed
from headend.interfaces.cli.channels import Tools, app

__all__ = ["app"]


@app.callback()
def use_tools(context: typer.Context) -> None:
    """Bring in channel lists."""
    context.obj = Tools(read=read_m3u, open=open_file)


@contextmanager
def open_file(path: str) -> Iterator[BinaryIO]:
    """Open a file, unpacked when it is gzip's."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
    except (OSError, EOFError) as error:
        raise FetchFailed(f"{path} cannot be read: {error}") from error
