"""Where settings come from, and what becomes of values that make no sense."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.settings.config import ROOT, SETTINGS, BadSetting, data_directory, load
from headend.settings.databases import database
from headend.settings.keys import key


def write(data: Path, text: str) -> None:
    (data / "headend.toml").write_text(text, encoding="utf-8")


def test_defaults(tmp_path):
    config = load(tmp_path, {})
    assert (config.host, config.port, config.base_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert (config.database_url, config.debug, config.trusted_proxies) == ("", False, ("127.0.0.1",))


def test_the_environment_wins_over_the_file(tmp_path):
    write(tmp_path, 'port = 9000\nlog_format = "json"\nallowed_hosts = ["a.example", "b.example"]\n')
    config = load(tmp_path, {"HEADEND_PORT": "9001"})
    assert (config.port, config.log_format, config.allowed_hosts) == (9001, "json", ("a.example", "b.example"))


def test_lists_in_the_environment_are_separated_by_commas(tmp_path):
    config = load(tmp_path, {"HEADEND_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2,"})
    assert config.trusted_proxies == ("10.0.0.1", "10.0.0.2")


def test_networks_are_read_and_a_lone_address_is_one(tmp_path):
    config = load(tmp_path, {"HEADEND_FETCH_NETWORKS": "10.1.0.0/16, ::1"})
    assert config.fetch_networks == ("10.1.0.0/16", "::1/128")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"HEADEND_HOST": "0.0.0.0", "HEADEND_PORT": "80"}, "http://127.0.0.1:80"),
        ({"HEADEND_HOST": "::"}, "http://[::1]:8080"),
        ({"HEADEND_HOST": "2001:db8::1"}, "http://[2001:db8::1]:8080"),
        ({"HEADEND_HOST": "localhost"}, "http://127.0.0.1:8080"),
        ({"HEADEND_PUBLIC_URL": "https://tv.example.com/"}, "https://tv.example.com"),
    ],
)
def test_base_url(tmp_path, settings, expected):
    assert load(tmp_path, settings).base_url == expected


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("PORT", "0", "a whole number from 1 to 65535 is needed, not '0'"),
        ("PORT", "http", "a whole number from 1 to 65535 is needed, not 'http'"),
        ("HOST", "example.com", "an IP address to listen on is needed, not 'example.com'"),
        ("DEBUG", "maybe", "true or false is needed, not 'maybe'"),
        ("LOG_LEVEL", "loud", "one of debug, info, warning, error is needed, not 'loud'"),
        ("FETCH_NETWORKS", "10.1.0.0/8", "networks such as 10.1.0.0/16 are needed: 10.1.0.0/8 has host bits set"),
        ("FETCH_NETWORKS", "::1, intranet", "networks such as 10.1.0.0/16 are needed: 'intranet' does not appear"),
        ("PUBLIC_URL", "tv.example.com", "an http(s) address such as https://tv.example.com is needed"),
        ("PUBLIC_URL", "http://a:99999", "an http(s) address such as https://tv.example.com is needed"),
        ("PUBLIC_URL", "http://[", "an http(s) address such as https://tv.example.com is needed"),
        (
            "DATABASE_URL",
            "oracle://x",
            "an address is needed that starts with sqlite:, postgresql:, mysql: or mariadb:",
        ),
    ],
)
def test_a_bad_value_names_the_setting_and_where_it_came_from(tmp_path, variable, value, complaint):
    with pytest.raises(BadSetting) as caught:
        load(tmp_path, {f"HEADEND_{variable}": value})
    assert str(caught.value).startswith(f"setting {variable.lower()} (from HEADEND_{variable}): {complaint}")


@pytest.mark.parametrize(
    ("text", "key", "complaint"),
    [
        ("port = 1.5", "port", "a whole number"),
        ("port = true", "port", "a whole number"),
        ("public_url = 7", "public_url", "a text is needed"),
        ("allowed_hosts = [1]", "allowed_hosts", "a list of texts is needed"),
        ("prot = 1", "prot", "there is no such setting; there are: allowed_hosts, "),
        ("port = ", "file", "it cannot be read: "),
    ],
)
def test_a_bad_file_names_the_setting_and_the_file(tmp_path, text, key, complaint):
    write(tmp_path, text)
    with pytest.raises(BadSetting) as caught:
        load(tmp_path, {})
    assert str(caught.value).startswith(f"setting {key} (from {tmp_path / 'headend.toml'}): {complaint}")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "headend.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSetting, match="it cannot be read"):
        load(tmp_path, {})


def test_the_database_password_is_neither_shown_nor_complained_about(tmp_path):
    address = "postgresql://headend:sesame@localhost/headend"
    assert "sesame" not in repr(load(tmp_path, {"HEADEND_DATABASE_URL": address}))
    with pytest.raises(BadSetting) as caught:
        load(tmp_path, {"HEADEND_DATABASE_URL": "pg://headend:sesame@localhost/headend"})
    assert "sesame" not in str(caught.value)


@given(name=st.sampled_from([item.name for item in SETTINGS]), value=st.text(max_size=40))
def test_any_text_is_taken_or_refused_with_a_sentence(tmp_path_factory, name, value):
    variable = f"HEADEND_{name.upper()}"
    complaint = f"setting {name} (from {variable}): "
    try:
        load(tmp_path_factory.getbasetemp() / "none", {variable: value})
    except BadSetting as error:
        complaint = str(error)
    assert complaint.startswith(f"setting {name} (from {variable}): ")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ROOT / "var" / "headend"),
        ({"HEADEND_DATA": "/srv/tv"}, Path("/srv/tv")),
        ({"HEADEND_DATA": "tv"}, Path.cwd() / "tv"),
    ],
)
def test_data_directory(environ, expected):
    assert data_directory(environ) == expected


def test_databases(tmp_path):
    sqlite = database("", tmp_path)
    assert (sqlite["ENGINE"], sqlite["NAME"]) == ("django.db.backends.sqlite3", str(tmp_path / "db.sqlite3"))
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in sqlite["OPTIONS"]["init_command"]
    postgresql = database("postgresql://u:p%40ss@db:5433/tv", tmp_path)
    assert [postgresql[name] for name in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "django.db.backends.postgresql",
        "u",
        "p@ss",
        "db",
        5433,
        "tv",
    ]
    mariadb = database("mariadb://u:p@db/tv", tmp_path)
    assert mariadb["ENGINE"] == "django.db.backends.mysql"
    assert mariadb["OPTIONS"]["charset"] == "utf8mb4"
    assert "STRICT_TRANS_TABLES" in mariadb["OPTIONS"]["init_command"]


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "secret.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key(path), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) == 44
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["secret.key"]
