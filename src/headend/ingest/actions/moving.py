"""Files of packages between the folders of an inbox. A move that was begun is ended by doing it again."""

import errno
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from headend.ingest.actions.arrivals import OURS
from headend.ingest.models import Inbox
from headend.ingest.rules.folders import DISCARDED, FOLDERS, INBOX
from headend.ingest.rules.names import plain_name, subfolder_of


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
    """Make the folders of an inbox that are not there, and mark them as ours; raises OSError."""
    for name in FOLDERS:
        mark = folder(inbox, data, name) / OURS
        if not mark.exists():
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()


def is_led_away(folder: Path, path: str) -> bool:
    """Say whether the subfolder of a file is a link, which would lead to files that are not the provider's."""
    home = subfolder_of(path)
    return home != "" and (folder / home).is_symlink()


def free_name(name: str, mark: str, folders: Sequence[Path]) -> str:
    """`name`, or with `mark` before its suffix where one of the folders has a file of that name already. Of a file in a
    subfolder it is that which gets another name."""
    if home := subfolder_of(name):
        return f"{free_name(home, mark, folders)}/{plain_name(name)}"
    if not any((each / name).exists() for each in folders):
        return name
    return marked(name, mark)


def marked(name: str, mark: str) -> str:
    """A file's name with a mark before its suffix."""
    stem, suffix = os.path.splitext(name)
    return f"{stem[: 230 - len(suffix)]}-{mark}{suffix}"


def move_files(files: Mapping[str, str], inbox: Inbox, data: Path, moved_from: str, target: str) -> None:
    """Move a package's files into a folder, wherever a move that was begun has left them; raises OSError.

    A file that is there already stays as it is: of the same name in the inbox may be another by now.
    """
    into, came_into = folder(inbox, data, target), folder(inbox, data, INBOX)
    into.mkdir(parents=True, exist_ok=True)
    others = [folder(inbox, data, name) for name in (*FOLDERS, DISCARDED) if name not in (target, INBOX)]
    for came_as, kept_as in files.items():
        places = [(each, kept_as) for each in others]
        if moved_from == INBOX:
            places.insert(0, (came_into, came_as))
        if not (into / kept_as).exists():
            _move_from(places, into / kept_as)
        for place, name in places:
            _tidy(place, name)


def _move_from(places: Iterable[tuple[Path, str]], target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    for place, name in places:
        if is_led_away(place, name):
            continue
        try:
            move_file(place / name, target)
            return
        except (FileNotFoundError, NotADirectoryError):
            continue


def move_file(source: Path, target: Path) -> None:
    """Give a file another name, also on another file system; it is never there half. Raises OSError."""
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)
        source.unlink()


def _tidy(place: Path, name: str) -> None:
    """Take the subfolder of a file away once nothing is in it any more."""
    if subfolder_of(name):
        with suppress(OSError):
            (place / name).parent.rmdir()


def copy_file(source: Path, target: Path) -> None:
    """Give a file a second name, where the file system has such, or make a copy. Raises OSError."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS):
            raise
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    """Make a copy: whole under its name or not there at all."""
    part = target.with_name(f".{target.name}.part")
    shutil.copy2(source, part)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(part, target)


def remove_beside(place: Path, path: str | Path) -> None:
    """Take away what `write_beside` left below a folder, if it is there."""
    if not is_led_away(place, str(path)):
        with suppress(FileNotFoundError, NotADirectoryError):
            (place / path).unlink()


def write_beside(path: Path, told: Mapping[str, object]) -> None:
    """Leave a JSON file in a folder, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)
