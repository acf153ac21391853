"""What the readers of all old systems share: they say which columns they take, and all others are noted."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from headend.subscribers.ports import Brought, Notes, OldRow, OldTables, Ref

LONG_AGO = "2000-01-01T00:00:00+00:00"
_NOTHING = frozenset({None, "", "0", "0.00", "[]", "{}", "0000-00-00", "0000-00-00 00:00:00"})


def taken(tables: OldTables, table: str, columns: str, notes: Notes, *, left: str = "") -> Iterator[dict[str, str]]:
    """The rows of a table with these columns ("" for None and for what is not there).

    `left` are columns that are known and mean nothing to us ("*": all others); those that are neither, and hold
    something, are noted.
    """
    wanted = columns.split()
    passed = {*wanted, *left.split()}
    strange = [name for name in tables.columns().get(table, ()) if name not in passed and left != "*"]
    for row in tables.rows(table):
        notes.columns.update(f"{table}.{name}" for name in strange if row[name] not in _NOTHING)
        yield {name: row.get(name) or "" for name in wanted}


def numbered_first(  # noqa: PLR0913 - as `taken`, and the login
    tables: OldTables, table: str, columns: str, login: str, notes: Notes, *, left: str
) -> Iterator[dict[str, str]]:
    """As `taken`: first those whose login may be an account's number, so that none of the others is given theirs."""
    for is_first in (True, False):
        for row in taken(tables, table, columns, notes if is_first else Notes(), left=left):
            if is_number(row[login]) == is_first:
                yield row


def is_number(login: str) -> bool:
    """Whether a login may be an account's number."""
    return login.isascii() and login.isdecimal() and len(login) < 19


def note_tables(tables: OldTables, moved: Iterable[str], left: str, notes: Notes) -> None:
    """Note the tables that are not moved, known ones and strange ones, where they have rows."""
    moved, known = set(moved), re.compile(left)
    for table, number in sorted(tables.sizes().items()):
        if table not in moved and number:
            (notes.left if known.fullmatch(table) else notes.tables)[table] = number


def choice(value: str, known: Mapping[str, str], what: str, notes: Notes, default: str = "") -> str:
    """Our word for one of theirs; a word that is not known is noted."""
    if value not in known and value:
        notes.values[f"{what} = {value[:40]}"] += 1
    return known.get(value, default)


def currency(value: str, what: str, notes: Notes) -> str:
    """Three capital letters; another spelling is noted."""
    code = value.upper()
    if code and not (len(code) == len("EUR") and code.isascii() and code.isalpha()):
        notes.values[f"{what} = {value[:40]}"] += 1
        return ""
    return code


def yes(value: str) -> str:
    """Our word for a flag."""
    return "true" if value.lower() in ("1", "true", "t", "y", "yes", "on") else "false"


def day(value: str) -> str:
    """A date; "" for none and for MySQL's zero."""
    return "" if value.startswith("0000") else value[:10]


def moment(value: str) -> str:
    """A time as ISO 8601 in UTC; "" for none. The old systems' own zone is not known, so that of the server is UTC."""
    if not value or value.startswith("0000"):
        return ""
    if value.isdecimal():
        return datetime.fromtimestamp(int(value), UTC).isoformat() if value != "0" else ""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def whole(value: str) -> str:
    """The whole number in a text such as "90 min"; "" for none."""
    found = re.search(r"\d{1,9}", value)
    return found[0] if found else ""


def by_key(rows: Iterable[OldRow], key: str, value: str) -> dict[str, list[str]]:
    """The values of a table of pairs, by key."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.get(key) or "", []).append(row.get(value) or "")
    return found


def record(entity: str, key: str, origin: str, **fields: str | Ref | tuple[Ref, ...]) -> Brought:
    """A record that was brought; a field without anything in it is left out, for it would empty ours."""
    return Brought(
        entity, key, f"{origin} {key}", {name: value for name, value in fields.items() if value not in ("", ())}
    )


def balance(customer: str, origin: str, amount: str) -> Iterator[Brought]:
    """What a customer has to their credit, or owes; nothing where the system says nothing."""
    if amount:
        yield record("balances", customer, origin, customer=Ref("customers", customer), amount=amount)


def refs(entity: str, keys: Iterable[str]) -> tuple[Ref, ...]:
    """References to several records."""
    return tuple(Ref(entity, key) for key in keys)


def ref(entity: str, key: str) -> Ref | str:
    """A reference; none where the key is empty or 0."""
    return Ref(entity, key) if key not in ("", "0") else ""
