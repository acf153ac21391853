"""A file that texts are written to instead of being sent: for demonstrations and tests.

One JSON object a line ({"at", "to", "subject", "body"}, time in ISO 8601), readable by the service's user alone. It
keeps the last texts only, for it stands on a disk that others need too.
"""

import json
import os
from datetime import UTC, datetime
from threading import Lock

from headend.kernel.errors import Invalid
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Text, TextSenderConfig

LARGEST = 256 * 1024  # bytes, after which the file becomes `….old` and a new one begins

_one_at_a_time = Lock()


class Outbox:
    """Writes texts to a file."""

    def __init__(self, config: TextSenderConfig) -> None:
        if config.outbox is None:
            raise Invalid("there is no file to write to", "kind")
        self._path = config.outbox

    def send(self, text: Text) -> None:
        line = {"at": datetime.now(UTC).isoformat(), "to": text.to, "subject": text.subject, "body": text.body}
        try:
            with _one_at_a_time:
                self._append(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise NotSent(f"the outbox cannot be written: {error.strerror}") from error

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        if self._path.exists() and self._path.stat().st_size > LARGEST:
            self._path.replace(self._path.with_suffix(".old"))
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(handle, "a", encoding="utf-8") as file:
            file.write(line)


def outbox(config: TextSenderConfig) -> Outbox:
    """Make an outbox; needs `outbox`."""
    return Outbox(config)
