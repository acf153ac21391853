"""Packages that are handed in over the network: written beside, and put into the inbox whole, the description last."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from headend.ingest.actions.arrivals import UNFINISHED, is_description
from headend.ingest.actions.checksums import checksum
from headend.ingest.actions.moving import folder, make_folders, move_file
from headend.ingest.deviations import FAULTS
from headend.ingest.errors import TooLarge, UploadFailed
from headend.ingest.models import Inbox, Ticket
from headend.ingest.rules.folders import INBOX
from headend.ingest.rules.names import fault_of_name
from headend.ingest.rules.states import State
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import record

MOST_COMPARED = 20  # tickets of a description's name


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come in whole and lies in the inbox under a name that nobody looks at."""

    part: Path
    size: int
    sha256: str


def check_name(name: str) -> None:
    """Raise Invalid for what cannot be the name of a file in a package."""
    if fault := fault_of_name(name):
        raise Invalid(FAULTS[fault].text, name[:100])
    if name.lower().endswith(UNFINISHED):
        raise Invalid("a file of this name counts as unfinished", name[:100])


def receive(inbox: Inbox, data: Path, chunks: Iterable[bytes], most: int) -> Received:
    """Write a file beside the inbox's others. Raises TooLarge past `most` bytes, and UploadFailed."""
    digest, size = hashlib.sha256(), 0
    with _part(inbox, data) as part, part.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            _check_size(size, most)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Received(part, size, digest.hexdigest())


def receive_spooled(inbox: Inbox, data: Path, spooled: Path, most: int) -> Received:
    """Take a file over that lies on our disk already; only one on another file system than the inbox is copied.
    Its checksum is not asked for. Raises TooLarge and UploadFailed."""
    with _part(inbox, data) as part:
        size = spooled.stat().st_size
        _check_size(size, most)
        mode = part.stat().st_mode  # what is spooled is for nobody else's eyes; in the inbox it is the provider's
        move_file(spooled, part)
        part.chmod(stat.S_IMODE(mode))
        with part.open("rb") as file:
            os.fsync(file.fileno())
    return Received(part, size, "")


@contextmanager
def _part(inbox: Inbox, data: Path) -> Iterator[Path]:
    """A new file beside the inbox's others, which is gone again when the block fails. Raises UploadFailed."""
    try:
        make_folders(inbox, data)
        part = folder(inbox, data, INBOX) / f".{uuid4().hex}.part"
        try:
            part.touch(exist_ok=False)
            yield part
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UploadFailed(f"the file cannot be written: {error.strerror or error}") from error


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise TooLarge(f"more than {most} bytes")


@transaction.atomic
def deliver(*, actor: Actor, inbox: Inbox, data: Path, files: Mapping[str, Received], replaces: bool = False) -> None:
    """Put files into an inbox under their names, descriptions last. With `replaces` a file of the same name that lies
    there gives way; else Invalid is raised. Raises UploadFailed."""
    target = folder(inbox, data, INBOX)
    if there := [name for name in files if not replaces and (target / name).exists()]:
        raise Invalid("a file of this name lies in the inbox already", there[0])
    told = ", ".join(sorted(files))[:500]
    record(actor=actor, verb="import", obj=inbox, changes={"file": told, "size": sum(f.size for f in files.values())})
    try:
        for name in sorted(files, key=is_description):
            os.replace(files[name].part, target / name)
    except OSError as error:
        raise UploadFailed(f"the files cannot be put into the inbox: {error.strerror or error}") from error


def discard(files: Iterable[Received]) -> None:
    """Throw away what was received and will not be delivered."""
    for each in files:
        each.part.unlink(missing_ok=True)


def ticket_for(inbox: Inbox, data: Path, name: str, sha256: str) -> Ticket | None:
    """The ticket that has taken this very description before, so that whoever sends it twice makes no second one.
    What was rejected may come again."""
    taken = Ticket.objects.filter(inbox=inbox, file_name=name).exclude(state=State.REJECTED)
    for ticket in taken.order_by("-pk")[:MOST_COMPARED]:
        kept_as = ticket.files.get(name, name)
        places = [folder(inbox, data, ticket.folder) / kept_as]
        if ticket.moved_from:
            came_as = name if ticket.moved_from == INBOX else kept_as
            places.append(folder(inbox, data, ticket.moved_from) / came_as)
        if any(_digest(place) == sha256 for place in places):
            found: Ticket = ticket
            return found
    return None


def _digest(path: Path) -> str:
    try:
        return checksum(path, "sha256")
    except OSError:
        return ""
