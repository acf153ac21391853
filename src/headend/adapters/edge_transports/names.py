"""Names of files as an edge gets them: relative, in UTF-8, and nothing that a server could read in another way."""

from headend.ingest.errors import TransferFailed

PART = ".part"
NOTE = ".part.note"
LONGEST_STEP = 240  # bytes; file systems take 255, and a note's ending has to fit too
LONGEST_NAME = 1000


def checked(name: str) -> str:
    """Give back a name that is safe on every edge. Raises TransferFailed, finally."""
    try:
        steps = name.encode().split(b"/")
    except UnicodeEncodeError:
        raise _refused(name, "is not UTF-8") from None
    if len(name) > LONGEST_NAME or any(len(step) > LONGEST_STEP for step in steps):
        raise _refused(name[:80], "is too long")
    if any(step in (b"", b".", b"..") for step in steps):
        raise _refused(name, "is no relative path of plain names")
    if "\\" in name or any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        raise _refused(name, "has a backslash or a control character")
    if any(step != step.strip() for step in name.split("/")):
        raise _refused(name, "has blanks where servers lose them")
    if name.endswith((PART, NOTE)):
        raise _refused(name, "ends as unfinished files do")
    return name


def folders_of(name: str) -> list[str]:
    """The folders above a file, the outermost first."""
    steps = name.split("/")[:-1]
    return ["/".join(steps[:count]) for count in range(1, len(steps) + 1)]


def _refused(name: str, reason: str) -> TransferFailed:
    return TransferFailed(f"the name {name!r} {reason}", is_final=True)
