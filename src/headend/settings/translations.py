"""Makes the binary catalogues (.mo) that Django reads from the .po files people edit."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from headend.settings.config import ROOT

LOCALE = ROOT / "src" / "headend" / "locale"


def compile_translations() -> list[Path]:
    """Compile every catalogue that is older than its source; answers which were compiled."""
    compiled = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        draft = target.with_suffix(f".mo.{os.getpid()}")
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parts[-3])
        with draft.open("wb") as file:
            write_mo(file, catalog)
        draft.replace(target)
        compiled.append(target)
    return compiled
