"""Files of packages between the folders of an inbox. A move that was begun is ended by doing it again."""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from headend.ingest.models import Inbox
from headend.ingest.rules.folders import DISCARDED, FOLDERS, INBOX


def folder(inbox: Inbox, data: Path, name: str) -> Path:
    """Where one of an inbox's folders is; what is discarded lies below `data`, out of the provider's sight."""
    if name == DISCARDED:
        return data / "ingest" / "discarded" / str(inbox.pk)
    names: Mapping[str, str] = {**FOLDERS, **inbox.folders}
    return root_of(inbox, data) / names[name]


def root_of(inbox: Inbox, data: Path) -> Path:
    """The folder that an inbox's other folders lie in."""
    return data / Path(inbox.path).expanduser()


def make_folders(inbox: Inbox, data: Path) -> None:
    """Make the folders of an inbox that are not there; raises OSError."""
    for name in FOLDERS:
        folder(inbox, data, name).mkdir(parents=True, exist_ok=True)


def free_name(name: str, mark: str, folders: Iterable[Path]) -> str:
    """`name`, or with `mark` before its suffix where one of the folders has a file of that name already."""
    if not any((each / name).exists() for each in folders):
        return name
    stem, suffix = os.path.splitext(name)
    return f"{stem[: 240 - len(suffix)]}-{mark}{suffix}"


def move_files(files: Mapping[str, str], inbox: Inbox, data: Path, moved_from: str, target: str) -> None:
    """Move a package's files into a folder, wherever a move that was begun has left them; raises OSError.

    A file that is there already stays as it is: of the same name in the inbox may be another by now.
    """
    into = folder(inbox, data, target)
    into.mkdir(parents=True, exist_ok=True)
    others = [folder(inbox, data, name) for name in (*FOLDERS, DISCARDED) if name not in (target, INBOX)]
    for came_as, kept_as in files.items():
        if not (into / kept_as).exists():
            first = [folder(inbox, data, INBOX) / came_as] if moved_from == INBOX else []
            _move_from([*first, *(each / kept_as for each in others)], into / kept_as)


def _move_from(places: Iterable[Path], target: Path) -> None:
    for place in places:
        try:
            os.rename(place, target)
            return
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(place, target)
            return


def _copy(source: Path, target: Path) -> None:
    """Move to another file system: whole under its name or not there at all."""
    part = target.with_name(f".{target.name}.part")
    shutil.copy2(source, part)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(part, target)
    source.unlink()


def write_beside(folder: Path, name: str, told: Mapping[str, object]) -> None:
    """Leave a JSON file in a folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / name)
