"""What delivery refuses. Masks and settings are refused when they are saved, tokens when they are used.

HeadendError
├── Invalid
│   ├── MaskRefused
│   │   └── UnknownMaskVariable
│   ├── MaskValueRefused
│   └── ServerConfigRefused
├── GeoDatabaseRefused
├── NoArchive
├── NoFiles
├── NoLive
└── TokenRefused
    ├── TokenMalformed
    ├── TokenForged
    ├── TokenExpired
    ├── TokenForAnotherStream
    └── TokenForAnotherAddress
"""

from headend.kernel.errors import HeadendError, Invalid


class MaskRefused(Invalid):
    """A mask cannot be read; `column` counts from 1, `place` says the same in words."""

    code = "mask_refused"

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message, f"column {column}")
        self.column = column


class UnknownMaskVariable(MaskRefused):
    """A mask names a variable that does not exist, or not in this kind of address."""

    code = "mask_unknown_variable"

    def __init__(self, name: str, column: int, known: tuple[str, ...]) -> None:
        choice = ", ".join(f"${each}" for each in known)
        super().__init__(f"${name} at column {column} is no variable of this mask; it may have {choice}", column)
        self.name = name


class MaskValueRefused(Invalid):
    """A value would change what the address points at: a `..` folder. `place` names the variable."""

    code = "mask_value_refused"


class ServerConfigRefused(Invalid):
    """A streaming server cannot be made from this; `place` names the field of ServerConfig."""

    code = "server_config_refused"


class NoArchive(HeadendError):
    """This streaming server has no archive addresses."""

    code = "no_archive"


class NoLive(HeadendError):
    """This streaming server has no live addresses: it only gives files."""

    code = "no_live"


class NoFiles(HeadendError):
    """This streaming server has no addresses of files: titles on demand are not played from it."""

    code = "no_files"


class TokenRefused(HeadendError):
    """A stream token does not open this stream."""

    code = "token_refused"


class TokenMalformed(TokenRefused):
    code = "token_malformed"


class TokenForged(TokenRefused):
    """The signature does not match: another secret, or a changed token."""

    code = "token_forged"


class TokenExpired(TokenRefused):
    code = "token_expired"


class TokenForAnotherStream(TokenRefused):
    code = "token_for_another_stream"


class TokenForAnotherAddress(TokenRefused):
    code = "token_for_another_address"


class GeoDatabaseRefused(HeadendError):
    """The database of addresses cannot be had or read; the text names the file and says why."""

    code = "geo_database_refused"
