"""What import-linter does not see: what an import really brings in, and where foreign keys point."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "headend"
CONTEXTS = ("operators", "catalog", "delivery", "subscribers", "playback")  # lowest first
FRAMEWORKS = ("django", "httpx", "huey")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


def pure_modules() -> list[str]:
    files = [*SOURCE.glob("kernel/**/*.py"), *SOURCE.glob("hotpath/**/*.py")]
    files += [path for name in ("rules", "ports", "errors") for path in SOURCE.glob(f"*/{name}.py")]
    files += SOURCE.glob("*/rules/*.py")
    return sorted(module_name(path) for path in files)


def loaded_by(modules: list[str]) -> set[str]:
    """The frameworks that are loaded after importing these modules in a fresh interpreter."""
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(*[name for name in {FRAMEWORKS!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=SOURCE.parent, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_pure_core_loads_no_framework():
    modules = pure_modules()
    assert len(modules) > 10
    assert loaded_by(modules) == set()


def test_adapters_load_no_django():
    modules = sorted(module_name(path) for path in SOURCE.glob("adapters/**/*.py"))
    assert "django" not in loaded_by(modules)


def test_the_command_line_starts_without_django():
    assert loaded_by(["headend.__main__", "headend.roles.demo", "headend.roles.up"]) == set()


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models() if model._meta.app_label in CONTEXTS],
    ids=lambda model: model._meta.label,
)
def test_foreign_keys_point_down(model):
    place = CONTEXTS.index(model._meta.app_label)
    for field in model._meta.get_fields():
        target = field.related_model if getattr(field, "concrete", False) else None
        if target is not None and target._meta.app_label in CONTEXTS:
            assert CONTEXTS.index(target._meta.app_label) <= place, f"{field} points up"


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_context_imports_nothing_by_itself(context):
    """import-linter does not see what `__init__` runs, so it is a docstring only."""
    text = (SOURCE / context / "__init__.py").read_text()
    assert text.strip().startswith('"""')
    assert "import" not in text.rpartition('"""')[2]
