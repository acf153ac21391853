"""How files get to edges: the port `ingest.ports.EdgeTransport` by `ingest.models.TransportKind`, and beside it
`multicast`, the port `GroupTransport`."""

from collections.abc import Mapping

from headend.adapters.edge_transports.folder import FolderTransport
from headend.adapters.edge_transports.ftp import FtpsTransport, FtpTransport
from headend.adapters.edge_transports.sftp import SftpTransport
from headend.ingest.ports import EdgeTransport

EDGE_TRANSPORTS: Mapping[str, type[EdgeTransport]] = {
    "folder": FolderTransport,
    "ftp": FtpTransport,
    "ftps": FtpsTransport,
    "sftp": SftpTransport,
}
