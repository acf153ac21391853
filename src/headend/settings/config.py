"""The settings of one Headend: typed, from the environment and one file, refused when they make no sense.

A value comes from the environment (`HEADEND_PORT`), else from `headend.toml` in the data directory (`port`), else
it is the default given here. Nothing else is read. docs/4-reference/configuration.md is generated from this module.
"""

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "HEADEND_"
FILE = "headend.toml"
DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb")


class BadSetting(ValueError):
    """A value that makes no sense; the text names the setting, where it came from and what would do."""

    def __init__(self, key: str, origin: str, reason: str) -> None:
        super().__init__(f"setting {key} (from {origin}): {reason}")
        self.key = key
        self.origin = origin


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is needed")
    return value.strip()


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        try:
            number = int(value) if not isinstance(value, bool | float) else None
        except (TypeError, ValueError):
            number = None
        if number is None or not low <= number <= high:
            raise ValueError(f"a whole number from {low} to {high} is needed, not {value!r}")
        return number

    return parse


def _one_of(*choices: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is needed, not {value!r}")
        return str(value)

    return parse


def _switch(value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    switched = words.get(str(value).strip().lower())
    if switched is None:
        raise ValueError(f"true or false is needed, not {value!r}")
    return switched


def _names(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise ValueError("a list of texts is needed (in the environment: separated by commas)")
    return tuple(item.strip() for item in items if item.strip())


def _numbers(value: Any) -> tuple[int, ...]:
    items = [value] if isinstance(value, int) else value if isinstance(value, list) else _names(value)
    if not all(str(item).isdecimal() for item in items):
        raise ValueError(f"whole numbers are needed, not {value!r}")
    return tuple(int(item) for item in items)


def _address(value: Any) -> str:
    try:
        return str(ipaddress.ip_address("127.0.0.1" if value == "localhost" else value))
    except ValueError:
        raise ValueError(f"an IP address to listen on is needed, not {value!r}") from None


def _currencies(value: Any) -> tuple[str, ...]:
    names = _names(value)
    if not all(len(name) == 3 and name.isascii() and name.isupper() for name in names):
        raise ValueError(f"currencies such as USD, EUR are needed, not {value!r}")
    return names


def _networks(value: Any) -> tuple[str, ...]:
    names = _names(value)
    try:
        return tuple(str(ipaddress.ip_network(name)) for name in names)
    except ValueError as error:
        raise ValueError(f"networks such as 10.1.0.0/16 are needed: {error}") from None


def web_address(value: Any) -> str:
    """An http(s) address with a host and without a query, or ""; raises ValueError for anything else."""
    text = _text(value).rstrip("/")
    if text and not _is_web_address(text):
        raise ValueError(f"an http(s) address such as https://tv.example.com is needed, not {value!r}")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.query
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _database(value: Any) -> str:
    # The address may hold a password, so the complaint must not repeat it.
    text = _text(value)
    if text and text.partition(":")[0] not in DATABASE_SCHEMES:
        raise ValueError("an address is needed that starts with sqlite:, postgresql:, mysql: or mariadb:")
    return text


def _setting(default: Any, doc: str, parse: Callable[[Any], Any], *, secret: bool = False) -> Any:
    return field(default=default, metadata={"doc": doc, "parse": parse, "secret": secret}, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting, parsed. `data` is the data directory and comes from `--data` or `HEADEND_DATA` alone."""

    data: Path
    host: str = _setting("127.0.0.1", "Address that the web role listens on; `0.0.0.0` for all.", _address)
    port: int = _setting(8080, "Port that the web role listens on.", _whole(1, 65535))
    public_url: str = _setting(
        "", "Address under which devices and staff reach the service; default: `http://host:port`.", web_address
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (), "Further host names that the service answers to, beside that of `public_url` and the local ones.", _names
    )
    trusted_proxies: tuple[str, ...] = _setting(
        ("127.0.0.1",), "Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.", _names
    )
    database_url: str = _setting(
        "",
        "`postgresql://user:password@host/name` or `mysql://…`; default: SQLite in the data directory.",
        _database,
        secret=True,
    )
    fetch_networks: tuple[str, ...] = _setting(
        (),
        "Networks such as `10.1.0.0/16` from which operators' own guide sources may be fetched and to which their "
        "texts and webhooks may be handed, beside the public internet; sources of no operator may be anywhere. "
        "Pictures that the Content API names by their address are fetched from there too.",
        _networks,
    )
    geo_database: str = _setting(
        "",
        "File in MaxMind's format (MMDB) that says in which country an address is; default: `geo/country.mmdb` in the "
        "data directory, where `headend geo fetch` puts one. Without a file, tariffs' countries shut nobody out whose "
        "country staff did not write down.",
        _text,
    )
    weather_url: str = _setting(
        "https://api.openweathermap.org/data/2.5/weather",
        "Where the portals' weather comes from: OpenWeatherMap, or what answers in its manner.",
        web_address,
    )
    weather_key: str = _setting("", "Key for the weather's source; without it there is no weather.", _text, secret=True)
    exchange_url: str = _setting(
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
        "Where the portals' exchange rates come from, in the European Central Bank's format; empty: none.",
        web_address,
    )
    exchange_currencies: tuple[str, ...] = _setting(
        ("USD", "EUR", "GBP"),
        "Which currencies are shown; portals show the first two that are not the operator's own.",
        _currencies,
    )
    metadata_url: str = _setting(
        "https://api.themoviedb.org/3",
        "Film database from which titles and persons are described: The Movie Database, or what answers in its manner.",
        web_address,
    )
    metadata_key: str = _setting(
        "", "Key for the film database; without it nothing is loaded from there.", _text, secret=True
    )
    metadata_pictures_url: str = _setting(
        "https://image.tmdb.org/t/p/original", "Where the film database keeps its posters and photos.", web_address
    )
    shared_guide_operators: tuple[int, ...] = _setting(
        (),
        "Numbers of the operators that may give channels of shared guide sources, which all operators see, other "
        "icons, and their programmes exact times, through the Content API.",
        _numbers,
    )
    web_processes: int = _setting(
        1,
        "Processes of the web role, each with a gate of its own: at most one for each core. With several, each also "
        "listens on 127.0.0.1 at a port of its own behind `port`: `port`+1, `port`+2, ...; see `headend render nginx`.",
        _whole(1, 64),
    )
    list_refresh_seconds: int = _setting(
        120,
        "Time within which devices are told, one account after the other, that the operator's channels have changed; "
        "0: all at once. Whoever fetches the list gets the new one at once in any case.",
        _whole(0, 86400),
    )
    web_threads: int = _setting(
        8, "Threads of the web role for all that the gate does not answer itself.", _whole(1, 256)
    )
    rest_requests_per_minute: int = _setting(
        1200,
        "Requests to `/api/v1/` that each key may make in a minute, in each process of the web role.",
        _whole(1, 1_000_000),
    )
    upload_megabytes: int = _setting(
        20_000,
        "Size of what staff may upload in the console at once, and of each file that a provider uploads by the REST "
        "API.",
        _whole(1, 1_000_000),
    )
    worker_threads: int = _setting(
        2, "Scheduled and queued jobs that the worker role runs at the same time.", _whole(1, 64)
    )
    login_failures: int = _setting(
        5, "Failed console logins from one address for one name before it is shut out.", _whole(1, 1000)
    )
    login_lockout_minutes: int = _setting(15, "How long it is shut out.", _whole(1, 10080))
    log_format: str = _setting(
        "console", "`console` for people, `json` for machines (one object a line).", _one_of("console", "json")
    )
    log_level: str = _setting(
        "info",
        "Least important message that is logged: `debug`, `info`, `warning` or `error`.",
        _one_of("debug", "info", "warning", "error"),
    )
    debug: bool = _setting(
        False, "Django's debug pages in the console. Never in a real service: they show settings.", _switch
    )

    @property
    def has_records(self) -> bool:
        """Whether records may be there: on a server, or in a file that somebody has set up."""
        return bool(self.database_url) or (self.data / "db.sqlite3").exists()

    @property
    def geo_file(self) -> Path | None:
        """The database of addresses, None when none was named and none was fetched."""
        if self.geo_database:
            return self.data / Path(self.geo_database).expanduser()
        return self.fetched_countries if self.fetched_countries.exists() else None

    @property
    def fetched_countries(self) -> Path:
        """Where a database of addresses is put that is fetched."""
        return self.data / "geo" / "country.mmdb"

    @property
    def demo_logins(self) -> Path:
        """Where the demonstration keeps what opens it, for its owner alone."""
        return self.data / "demo.json"

    @property
    def web_ports(self) -> tuple[int, ...]:
        """A port for each process of the web role at which it, and no other, answers on 127.0.0.1."""
        if self.web_processes == 1:
            return (self.port,)
        return tuple(range(self.port + 1, self.port + 1 + self.web_processes))

    @property
    def base_url(self) -> str:
        """The address to give to others: `public_url`, or the one made of host and port. Without a last slash."""
        if self.public_url:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host and "[" not in host else f"http://{host}:{self.port}"


SETTINGS = tuple(item for item in fields(Config) if "parse" in item.metadata)


def load(data: Path, environ: Mapping[str, str]) -> Config:
    """The settings of the data directory `data`; raises BadSetting."""
    if data.exists() and not data.is_dir():
        raise BadSetting("data", str(data), "it is no directory")
    path = data / FILE
    in_file = _read_file(path)
    values: dict[str, Any] = {}
    for item in SETTINGS:
        variable = PREFIX + item.name.upper()
        if variable in environ:
            values[item.name] = _parsed(item.name, variable, item.metadata["parse"], environ[variable])
        elif item.name in in_file:
            values[item.name] = _parsed(item.name, str(path), item.metadata["parse"], in_file[item.name])
    return Config(data=data, **values)


def data_directory(environ: Mapping[str, str]) -> Path:
    """The data directory in force: `HEADEND_DATA`, else `var/headend` in the checkout; always absolute."""
    return Path(environ.get(PREFIX + "DATA") or ROOT / "var" / "headend").expanduser().absolute()


@cache
def current() -> Config:
    """The settings of this process, read once. Raises BadSetting."""
    return load(data_directory(os.environ), os.environ)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSetting("file", str(path), f"it cannot be read: {error}") from error
    known = {item.name for item in SETTINGS}
    for key in values:
        if key not in known:
            raise BadSetting(key, str(path), f"there is no such setting; there are: {', '.join(sorted(known))}")
    return values


def _parsed(key: str, origin: str, parse: Callable[[Any], Any], value: Any) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise BadSetting(key, origin, str(error)) from error
