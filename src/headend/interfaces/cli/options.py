"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Data directory of the service.")]
Host = Annotated[
    str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on. [default: 127.0.0.1]")
]
Port = Annotated[
    int | None, typer.Option("--port", metavar="PORT", min=1, max=65535, help="Port to listen on. [default: 8080]")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object on standard output.")]
OperatorName = Annotated[
    str, typer.Option("--operator", metavar="NUMBER|NAME", help="Whose records; needed where there are several.")
]
