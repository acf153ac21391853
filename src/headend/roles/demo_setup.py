"""Prepares the demonstration: loops to play, records to show, and the logins in a file that only its owner reads."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from headend.adapters.encoders.loops import encode_loops
from headend.operators.models import Staff
from headend.roles.demo_data import create_demo
from headend.roles.demo_loops import LOOPS
from headend.roles.processes import CannotStart
from headend.roles.progress import step
from headend.settings.config import Config
from headend.settings.keys import SEALING, key

NEEDED_BYTES = 100 * 2**20


def prepare_demo(config: Config) -> None:
    """Encode the loops and create the records, as far as that has not been done. Raises CannotStart."""
    path = config.demo_logins
    if not _is_created(path):
        _require_space(config.data)
    with step("encoding the channels' pictures and sound") as advance:
        encode_loops(config.data / "loops", LOOPS, lambda _name, done, total: advance(done / total))
    if _is_created(path):
        return
    with step("creating the demonstration's operator, channels and accounts"), transaction.atomic():
        credentials = create_demo(data_dir=config.data, now=datetime.now(UTC), sealing_key=key(config.data / SEALING))
        # Written before the records are final: records without their logins would be of no use to anybody, while
        # logins without records are found out by `_is_created`.
        _write_private(path, json.dumps(credentials, indent=2))


def _require_space(data: Path) -> None:
    """Encoders do not say that a disk was full; what they have made is just too short."""
    free = shutil.disk_usage(data).free
    if free < NEEDED_BYTES:
        raise CannotStart(f"a demonstration takes {NEEDED_BYTES // 2**20} MB, and {free // 2**20} are free")


def _is_created(path: Path) -> bool:
    try:
        username = json.loads(path.read_text(encoding="utf-8"))["staff"]["username"]
    except FileNotFoundError:
        return False
    return Staff.objects.filter(username=username).exists()


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
