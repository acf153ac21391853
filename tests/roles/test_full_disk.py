"""A demonstration that would not fit is not begun: it says how much room it takes."""

from pathlib import Path

import pytest

from headend.roles import demo_setup
from headend.roles.processes import CannotStart
from headend.settings.config import Config


def test_a_demonstration_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_setup, "NEEDED_BYTES", 2**60)
    with pytest.raises(CannotStart, match=r"takes 1099511627776 MB, and \d+ are free"):
        demo_setup.prepare_demo(Config(data=tmp_path))
    assert list(tmp_path.iterdir()) == []
