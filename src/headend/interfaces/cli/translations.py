"""`python -m headend.interfaces.cli.translations [--check]`: keeps the catalogues equal to the texts in the code.

Without --check the .po files get the new texts (to be translated by hand) and lose those that are gone. With it nothing
is written, and every text that is new, gone, untranslated or unsure ("fuzzy") is named. Needs gettext.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.core.management.commands import makemessages

from headend.interfaces.cli.app import complain
from headend.settings.config import ROOT

PACKAGE = ROOT / "src" / "headend"
LANGUAGES = ("ru", "it")


class _Makemessages(makemessages.Command):
    """Also takes what is wrong with packages, which is said where there is no Django (`ingest.deviations`)."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=Fault", "--keyword=_refuses"]


def main(arguments: list[str]) -> int:
    """Renew or check the catalogues; answers the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headend.settings.django")
    django.setup()
    with TemporaryDirectory(prefix="headend-texts-") as temporary:
        copy = Path(temporary) / "headend"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"))
        (copy / "locale").mkdir(exist_ok=True)
        _extract(copy)
        complaints = [line for language in LANGUAGES for line in _complaints(language, copy)]
        if "--check" not in arguments:
            shutil.copytree(copy / "locale", PACKAGE / "locale", dirs_exist_ok=True)
    for line in complaints:
        complain(line)
    return 1 if complaints else 0


def _extract(package: Path) -> None:
    before = Path.cwd()
    os.chdir(package)  # makemessages works on the current directory
    try:
        call_command(_Makemessages(), locale=list(LANGUAGES), no_location=True, no_obsolete=True, verbosity=0)
    finally:
        os.chdir(before)


def _complaints(language: str, copy: Path) -> Iterator[str]:
    name = Path("locale", language, "LC_MESSAGES", "django.po")
    ours, fresh = _read(PACKAGE / name), _read(copy / name)
    for message in fresh:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            yield f"{language}: {'unsure' if message.fuzzy else 'untranslated'}: {message.id!r}"
    for message in ours:
        if message.id and fresh.get(message.id, message.context) is None:
            yield f"{language}: no longer in the code: {message.id!r}"


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
