"""Configuration that cannot be rendered is refused; the nginx that uses it stands before the demonstration's tests."""

from pathlib import Path

import pytest
from tests.roles.service import headend

pytestmark = pytest.mark.servers


def test_a_path_that_nginx_would_read_otherwise_is_quoted_or_refused(tmp_path: Path) -> None:
    strange = tmp_path / 'a "place" with \\'
    rendered = headend("render", "nginx", "--data", strange).stdout
    assert f'alias "{tmp_path}/a \\"place\\" with \\\\/static/";' in rendered
    refused = headend("render", "nginx", "--data", tmp_path / "$data")
    assert refused.returncode == 2
    assert "nginx reads no path with a $" in refused.stderr


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    refused = headend("render", "nginx", "--certificate", tmp_path / "a.pem", "--data", tmp_path)
    assert refused.returncode == 2
    assert "needs its key" in refused.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--listen", "nonsense"),
        ("--listen", "80;"),
        ("--listen", "a b:80"),
        ("--name", "tv;"),
        ("--name", "{"),
        ("--name", ""),
    ],
)
def test_what_nginx_would_stumble_over_is_refused(tmp_path: Path, option: str, value: str) -> None:
    refused = headend("render", "nginx", option, value, "--data", tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert option in refused.stderr


def test_addresses_of_all_kinds_are_listened_on(tmp_path: Path) -> None:
    for address in ("8080", "127.0.0.1:8080", "[::1]:8080", "tv.example.com:8080", "*:80"):
        assert f"listen {address};" in headend("render", "nginx", "--listen", address, "--data", tmp_path).stdout
