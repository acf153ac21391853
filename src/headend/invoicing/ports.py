"""What makes documents of templates."""

from collections.abc import Mapping
from typing import Any, Protocol


class DocumentRenderer(Protocol):
    """A typesetter. Templates are staff's own: it must keep them from files, other hosts and endless work."""

    def own_template(self, kind: str) -> str:
        """The template of a kind of document that comes with the typesetter, in its language."""

    def render(self, template: str, data: Mapping[str, Any]) -> bytes:
        """A PDF of a template and what it shows, the same for the same; raises BadTemplate and RendererFailed."""
