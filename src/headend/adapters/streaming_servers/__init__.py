"""Streaming servers, one module each; a new one is a module and a line here (docs/3-extend/streaming-server.md)."""

from headend.adapters.streaming_servers.flussonic import FlussonicServer
from headend.adapters.streaming_servers.loop import LoopServer
from headend.adapters.streaming_servers.mask import MaskServer
from headend.adapters.streaming_servers.nginx_secure_link import NginxSecureLinkServer
from headend.delivery.ports import StreamingServerFactory

STREAMING_SERVERS: dict[str, StreamingServerFactory] = {
    "loop": LoopServer,
    "mask": MaskServer,
    "flussonic": FlussonicServer,
    "nginx_secure_link": NginxSecureLinkServer,
}
