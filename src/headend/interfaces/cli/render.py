"""`headend render`: configuration of the programs around the service, made from its own settings."""

import re
from pathlib import Path
from typing import Annotated

import typer

from headend.interfaces.cli.options import Data
from headend.settings.config import Config, current

app = typer.Typer()

_is_listened_on = re.compile(r"(?:[\w.*-]+:|\[[0-9a-fA-F:]+\]:)?\d{1,5}").fullmatch
_is_named = re.compile(r"[\w.* -]+").fullmatch

_NGINX = """\
# For nginx's http context (a file in /etc/nginx/conf.d, say). Made by `headend render nginx`.
# trusted_proxies of the service must have the address of this nginx, as it has 127.0.0.1 by default.

upstream headend_gate {{
{gate}
    keepalive 64;
}}

upstream headend {{
    server {address};
    keepalive 16;
}}

server {{
{listen}
    server_name {name};
    client_max_body_size {upload}m;

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 60s;

    # Devices. Long lists come compressed from the gate, which is why nothing is compressed here.
    location ~ ^(/api)?/tvmiddleware/api/ {{
        proxy_pass http://headend_gate;
        proxy_buffers 8 64k;
        proxy_busy_buffers_size 128k;
        proxy_next_upstream error timeout;
    }}

    # Figures and states are for the inside.
    location ~ ^/(metrics|readyz|livez)$ {{
        allow 127.0.0.1;
        allow ::1;
        deny all;
        proxy_pass http://headend;
    }}

    location /static/ {{
        alias {static};
        gzip_static on;
        add_header Cache-Control "public, max-age=31536000, immutable";
    }}

    # Named after what is in them, so that what stands under a name never changes.
    location /media/pictures/ {{
        alias {pictures};
        add_header Cache-Control "public, max-age=31536000, immutable";
        add_header X-Content-Type-Options nosniff;
        add_header Access-Control-Allow-Origin "*";
    }}

    location / {{
        proxy_pass http://headend;
        proxy_request_buffering off;
    }}
}}
"""


@app.command("nginx")
def nginx(
    name: Annotated[
        str, typer.Option("--name", metavar="HOST", help="What the server is called; _ for anything.")
    ] = "_",
    listen: Annotated[str, typer.Option(metavar="ADDRESS", help="What nginx listens on: port, or address:port.")] = "",
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS certificate, with its chain.")] = None,
    certificate_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key.")] = None,
    data: Data = None,
) -> None:
    """Print the configuration of an nginx before this service.

    With several web processes a device always reaches the same one, chosen by its session. Write it to a file that
    nginx includes, test it with `nginx -t`, and tell nginx to reload.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    if (certificate is None) != (certificate_key is None):
        raise typer.BadParameter("a certificate needs its key", param_hint="--certificate-key")
    if listen and not _is_listened_on(listen):
        raise typer.BadParameter("a port is needed, or address:port", param_hint="--listen")
    if not _is_named(name):
        raise typer.BadParameter("a host name is needed", param_hint="--name")
    tls = (certificate, certificate_key) if certificate and certificate_key else None
    print(nginx_configuration(current(), name=name, listen=listen, tls=tls), end="")  # noqa: T201


@app.callback()
def render() -> None:
    """Print configuration for the programs around the service."""


def nginx_configuration(config: Config, *, name: str, listen: str, tls: tuple[Path, Path] | None) -> str:
    """The text; `tls` is certificate and key, `listen` "" means port 443 with TLS and port 80 without."""
    return _NGINX.format(
        gate="\n".join(_gate(config)),
        address=f"127.0.0.1:{config.port}",
        listen="\n".join(f"    {line};" for line in _listen(listen, tls)),
        name=name,
        upload=config.upload_megabytes,
        static=_quoted(f"{config.data.absolute()}/static/"),
        pictures=_quoted(f"{config.data.absolute()}/media/pictures/"),
    )


def _quoted(path: object) -> str:
    """A path as nginx reads it: with blanks in it too. What it takes for a variable can't be said in any other way."""
    if "$" in str(path):
        raise typer.BadParameter(f"nginx reads no path with a $: {path}")
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _gate(config: Config) -> list[str]:
    ports = config.web_ports
    chosen = ["    hash $arg_authkey$arg_device_uid$remote_addr consistent;"] if len(ports) > 1 else []
    return [*chosen, *(f"    server 127.0.0.1:{port};" for port in ports)]


def _listen(listen: str, tls: tuple[Path, Path] | None) -> list[str]:
    if tls is None:
        return [f"listen {listen or '80'}"]
    certificate, key = tls
    return [
        f"listen {listen or '443'} ssl http2",
        f"ssl_certificate {_quoted(certificate.absolute())}",
        f"ssl_certificate_key {_quoted(key.absolute())}",
    ]
