"""The console in Russian and Italian: no text is missing, and none breaks where it is used."""

import subprocess
import sys

import pytest
from babel.messages.pofile import read_po
from django.contrib import admin as django_admin
from django.urls import reverse
from django.utils import translation
from tests.interfaces.console.test_console_isolation import address, text_of

from headend.interfaces.console.reasons import REASONS
from headend.interfaces.console.unfold_words import WORDS
from headend.playback.rules import Reason
from headend.settings.config import ROOT

LANGUAGES = pytest.mark.parametrize("language", ["ru", "it"])
MODELS = sorted(django_admin.site._registry, key=lambda model: model._meta.label)
SAME = {"data centre", "account", "edge", "file", "API"}  # as Italian writes some words


def catalogue(language):
    path = ROOT / "src" / "headend" / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.needs("xgettext")
def test_every_text_of_the_code_is_translated():
    command = [sys.executable, "-m", "headend.interfaces.cli.translations", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@LANGUAGES
def test_nothing_is_untranslated_or_unsure(language):
    for message in catalogue(language):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            assert all(texts), message.id
            assert not message.fuzzy, message.id


@LANGUAGES
def test_placeholders_are_the_same(language):
    for message in catalogue(language):
        if message.python_format:
            assert not list(message.check(catalogue(language))), message.id


@LANGUAGES
def test_records_roles_reasons_and_unfolds_words_have_names(language):
    with translation.override(language):
        for model in MODELS:
            with translation.override("en"):
                english = str(model._meta.verbose_name)
            assert str(model._meta.verbose_name) != english or english in SAME, model
        for reason in set(Reason) - {Reason.ALLOWED}:
            with translation.override("en"):
                english = str(REASONS[reason].remedy)
            assert str(REASONS[reason].remedy) != english
        same = [word for word in WORDS if translation.gettext(word) == word]
    assert same == (["No"] if language == "it" else [])


@pytest.mark.any_database
@LANGUAGES
def test_every_screen_opens_in_every_language(language, ours, superuser):
    superuser.cookies["django_language"] = language
    for model in MODELS:
        if model._meta.app_label == "auth":
            continue
        for name, args in (
            ("changelist", ()),
            ("change", (ours.first(model).pk,)),
            ("history", (ours.first(model).pk,)),
        ):
            response = superuser.get(address(model, name, *args))
            assert response.status_code == 200
            assert f'<html lang="{language}"' in text_of(response)
    for name in ("index", "guide_grid", "why", "guide_matches", "preferences", "catalog_channel_import_list"):
        assert superuser.get(reverse(f"admin:{name}")).status_code == 200


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [("ru", 1, "1 канал без"), ("ru", 3, "3 канала без"), ("ru", 11, "11 каналов без"), ("it", 1, "1 canale non ha")],
)
def test_numbers_take_the_right_form(language, number, words):
    with translation.override(language):
        text = translation.ngettext("%(number)d channel has no guide.", "%(number)d channels have no guide.", number)
        assert (text % {"number": number}).startswith(words)
