"""Pictures that calls name by their addresses: fetched, checked and kept; what fails is told, and all else is saved."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django.conf import settings

from headend.catalog.errors import FetchFailed, PictureRefused
from headend.catalog.pictures import PictureKind
from headend.interfaces.content_api.forms import ADDRESS
from headend.interfaces.pictures import kept_pictures
from headend.interfaces.wire.parameters import Parameter, Sent, loose

Columns: TypeAlias = Mapping[str, PictureKind]
"""Which columns a picture fills, each as another kind of picture."""

UploadErrors: TypeAlias = list[dict[str, Any]]
FETCH, PICTURE = 1, 2
"""Why a picture was not taken: it cannot be had, or it is none."""


def parameters_of(names: Iterable[str]) -> tuple[Parameter, ...]:
    """Parameters that name pictures by their addresses."""
    return tuple(loose(name, str, longest=ADDRESS) for name in names)


def take(record: Any, wanted: Mapping[str, Columns], sent: Sent) -> UploadErrors:
    """Put the pictures that were sent into a record; gives what went wrong: field, error (a number) and message.

    Nothing is written to the records, and this may take some seconds: it comes before the transaction.
    """
    errors: UploadErrors = []
    for name, columns in wanted.items():
        if name in sent:
            try:
                paths = kept(sent[name], columns.values())
            except (FetchFailed, PictureRefused) as error:
                number = FETCH if isinstance(error, FetchFailed) else PICTURE
                errors.append({"field": name, "error": number, "error_message": str(error)})
                continue
            for column, path in zip(columns, paths, strict=True):
                setattr(record, column, path)
    return errors


def kept(url: str, kinds: Iterable[PictureKind]) -> list[str]:
    """Keep what is at an address as some kinds of picture; "" is none, and what is kept already stays.

    Raises FetchFailed and PictureRefused.
    """
    wanted, store = list(kinds), kept_pictures()
    path = url.removeprefix(settings.HEADEND.base_url)
    if not url or store.has(path):
        return [path] * len(wanted)
    data = store.fetch(url)
    return [store.keep(data, kind.limit, is_blurred=kind is PictureKind.BLURRED) for kind in wanted]
