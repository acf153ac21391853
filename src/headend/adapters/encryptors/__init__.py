"""What makes of a film the files that edges serve: the port `ingest.ports.Encryptor`, by `ingest.models.EncryptorKind`.

Of the kind "none" there is nothing to do, so it has no encryptor.
"""

from collections.abc import Callable, Mapping

from headend.adapters.encryptors.manual import ManualEncryptor
from headend.adapters.encryptors.packager import Setup
from headend.adapters.encryptors.plain import PlainPackager
from headend.adapters.encryptors.shaka import ShakaEncryptor
from headend.ingest.ports import Encryptor

ENCRYPTORS: Mapping[str, Callable[[Setup], Encryptor]] = {
    "manual": ManualEncryptor,
    "shaka": ShakaEncryptor,
    "plain": PlainPackager,
}

__all__ = ["ENCRYPTORS", "Setup"]
