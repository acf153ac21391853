"""Documents by Typst (https://typst.app), in a process of its own that can be stopped."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headend.invoicing.errors import BadTemplate, RendererFailed

LONGEST_SECONDS = 20.0
LONGEST_TEMPLATE = 200_000
_TEMPLATES = Path(__file__).parent
_SOURCES = Path(__file__).parents[3]
# Typst fetches packages that a template imports; nothing that listens here answers it.
_NOWHERE = "http://127.0.0.1:9"


class TypstRenderer:
    """The port `invoicing.ports.DocumentRenderer`. A template finds what it shows in `json(bytes(sys.inputs.data))`."""

    def __init__(self, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._longest = longest_seconds

    def own_template(self, kind: str) -> str:
        return (_TEMPLATES / f"{kind}.typ").read_text(encoding="utf-8")

    def render(self, template: str, data: Mapping[str, Any]) -> bytes:
        if len(template) > LONGEST_TEMPLATE:
            raise BadTemplate(f"the template is longer than {LONGEST_TEMPLATE:,} characters", "source")
        asked = json.dumps({"template": template, "data": json.dumps(data, default=str)}).encode()
        try:
            done = self._run(asked)
        except subprocess.TimeoutExpired as error:
            raise BadTemplate(f"the template took longer than {self._longest:g} seconds", "source") from error
        except OSError as error:
            raise RendererFailed(f"the typesetter could not be started: {error}") from error
        if done.returncode == 2:
            raise BadTemplate(done.stderr.decode(errors="replace").strip()[:2000], "source")
        if done.returncode or not done.stdout.startswith(b"%PDF"):
            raise RendererFailed("the typesetter broke off; it may have needed too much memory")
        return done.stdout

    def _run(self, asked: bytes) -> "subprocess.CompletedProcess[bytes]":
        environment = {
            "PYTHONPATH": str(_SOURCES),
            "HTTPS_PROXY": _NOWHERE,
            "HTTP_PROXY": _NOWHERE,
            "HOME": "/nonexistent",
        }
        command = [sys.executable, "-m", "headend.adapters.documents.typst_process"]
        return subprocess.run(command, input=asked, capture_output=True, timeout=self._longest, env=environment)  # noqa: PLW1510 - the code is looked at
